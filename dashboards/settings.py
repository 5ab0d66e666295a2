"""The `[web]` section of the configuration: where the page and the API listen."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, field_validator


class WebSettings(BaseModel):
    """`listen` is `host:port`, an IPv6 host in brackets. The default is reached from this machine alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: str = "127.0.0.1:8112"

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
