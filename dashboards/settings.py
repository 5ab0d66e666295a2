"""The `[web]` section of the configuration: where the page and the API listen, and who may look."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator, model_validator

SHORTEST_TOKEN = 20


class WebSettings(BaseModel):
    """`listen` is `host:port`, an IPv6 host in brackets. The default is reached from this machine alone.

    Elsewhere somebody asks who looks: this process for the token, which belongs in MICROVILLE_WEB__TOKEN; or the
    reverse proxy at the address `trusted_proxy`, which names the user in `trusted_header`. Either is asked for on this
    machine, too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: str = "127.0.0.1:8112"
    token: SecretStr | None = None
    trusted_proxy: str | None = None
    trusted_header: str = "X-Forwarded-User"

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        try:
            parts = urlsplit(f"//{listen}")
            whole = bool(parts.hostname and parts.port) and parts.netloc == listen and "@" not in listen
        except ValueError:
            whole = False
        if not whole:
            raise ValueError(f"{listen!r} is not host:port, such as 127.0.0.1:8112 or [::1]:8112")
        return listen

    @field_validator("trusted_proxy")
    @classmethod
    def _address(cls, proxy: str | None) -> str | None:
        try:
            return str(ip_address(proxy)) if proxy is not None else None
        except ValueError:
            raise ValueError(f"{proxy!r} is no address, such as 127.0.0.1: the one that the proxy asks from") from None

    @model_validator(mode="after")
    def _somebody_asks(self) -> "WebSettings":
        if self.token and len(self.secret) < SHORTEST_TOKEN:
            raise ValueError(f"the token is shorter than {SHORTEST_TOKEN} characters; `openssl rand -hex 20` makes one")
        if not (self.loopback or self.guarded):
            raise ValueError(
                f"others can reach {self.listen}, and nobody asks who they are; set MICROVILLE_WEB__TOKEN "
                "(`openssl rand -hex 20` makes one) or trusted_proxy, or listen on 127.0.0.1"
            )
        return self

    @property
    def secret(self) -> str:
        """The token; "" when there is none."""
        return self.token.get_secret_value() if self.token else ""

    @property
    def guarded(self) -> bool:
        """Whether somebody asks who looks."""
        return bool(self.token or self.trusted_proxy)

    @property
    def host(self) -> str:
        return urlsplit(f"//{self.listen}").hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(f"//{self.listen}").port or 0

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False
