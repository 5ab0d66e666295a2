"""Where the page listens."""

import pytest
from pydantic import SecretStr, ValidationError

from dashboards.settings import WebSettings


@pytest.mark.parametrize(
    ("listen", "host", "port", "loopback"),
    [
        ("127.0.0.1:8112", "127.0.0.1", 8112, True),
        ("[::1]:80", "::1", 80, True),
        ("localhost:8112", "localhost", 8112, True),
        ("0.0.0.0:8112", "0.0.0.0", 8112, False),
        ("page.example:443", "page.example", 443, False),
    ],
)
def test_listen(listen: str, host: str, port: int, loopback: bool) -> None:
    """Host and port are told apart, and whether others can reach it."""
    settings = WebSettings(listen=listen, token=SecretStr("x" * 20))

    assert (host, port, loopback) == (settings.host, settings.port, settings.loopback)


@pytest.mark.parametrize("listen", ["", "8112", "127.0.0.1", ":8112", "127.0.0.1:0", "h:70000", "a@b:1", "h:1/x"])
def test_refused(listen: str) -> None:
    """What is no host and port is refused with an example."""
    with pytest.raises(ValidationError, match="such as 127"):
        WebSettings(listen=listen)


def test_nobody_asks() -> None:
    """Open to others without a token or a proxy is refused, with what to set."""
    with pytest.raises(ValidationError, match=r"set MICROVILLE_WEB__TOKEN .* or trusted_proxy"):
        WebSettings(listen="0.0.0.0:8112")


def test_short_token() -> None:
    """What could be guessed is refused."""
    with pytest.raises(ValidationError, match="shorter than 20 characters"):
        WebSettings(token=SecretStr("secret"))


def test_proxy_is_an_address() -> None:
    """The proxy is known by where it asks from."""
    with pytest.raises(ValidationError, match="is no address, such as 127"):
        WebSettings(trusted_proxy="proxy.example")
