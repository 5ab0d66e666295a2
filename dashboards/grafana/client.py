"""A Grafana over grafana-client, which is in the extra `grafana`: whoever does not push does not need it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from dashboards.grafana.push import Answer, NotPushed

TIMEOUT_S = 30.0


class Client:
    """See `push.Api`."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotPushed(f"{url!r} is no address of a Grafana: write it like https://grafana.example.org")
        if not token:
            raise NotPushed("no token: put that of a Grafana service account into MICROVILLE_GRAFANA_TOKEN")
        try:
            from grafana_client.api import GrafanaApi
        except ImportError as error:
            step = "`make .venv/installed-grafana` beside the sources, or an environment with microville[grafana]"
            raise NotPushed(f"grafana-client is not installed ({error}): {step}") from error
        self.url = url.rstrip("/")
        self._http = GrafanaApi.from_url(f"{self.url}/", credential=token, timeout=TIMEOUT_S).client

    def ask(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        from grafana_client.client import GrafanaException
        from niquests.exceptions import RequestException

        try:
            return Answer(200, getattr(self._http, verb)(path, json=body and dict(body), accept_empty_json=True))
        except GrafanaException as error:
            if error.status_code:
                return Answer(error.status_code, error.response)
            raise self._away(error) from error
        except (RequestException, OSError) as error:
            raise self._away(error) from error

    def _away(self, error: BaseException) -> NotPushed:
        while inner := error.__cause__ or error.__context__:  # four libraries tell it one another
            error = inner
        cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return NotPushed(f"{self.url} does not answer ({cause}): is it up, and --url right?")
