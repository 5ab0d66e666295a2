"""Where messages come from, as configured."""

import pytest
from pydantic import ValidationError

from ingest.mqtt.connect import ConnectionUnusable, tls
from ingest.settings import Address, BrokerSettings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://broker.example:1884", Address("broker.example", 1884, tls=False)),
        ("mqtt://broker.example", Address("broker.example", 1883, tls=False)),
        ("mqtts://broker.example", Address("broker.example", 8883, tls=True)),
        ("mqtts://10.0.0.7:443", Address("10.0.0.7", 443, tls=True)),
        ("mqtt://[::1]:1884", Address("::1", 1884, tls=False)),
        ("unix:///run/mosquitto.sock", Address("/run/mosquitto.sock", 0, tls=False)),
        ("embedded", Address("127.0.0.1", 1883, tls=False)),
        ("embedded://127.0.0.1:1884", Address("127.0.0.1", 1884, tls=False)),
        ("embedded://", Address("127.0.0.1", 1883, tls=False)),
    ],
)
def test_url(url: str, expected: Address) -> None:
    """A URL names host, port and encryption; ports have MQTT's defaults, and the embedded broker stays at home."""
    settings = BrokerSettings(url=url)

    assert expected == settings.address
    assert url.startswith("embedded") == settings.embedded


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("broker.example:1883", "no broker"),
        ("http://broker.example", "no broker"),
        ("", "no broker"),
        ("unix://run/mosquitto.sock", "names no socket"),
        ("mqtt://", "names no host"),
        ("mqtt://:1883", "names no host"),
        ("mqtt://broker.example:99999", "Port out of range"),
        ("mqtt://broker.example:mqtt", "Port could not be cast"),
        ("mqtt://user:secret@broker.example", "as username and password"),
    ],
)
def test_url_refused(url: str, named: str) -> None:
    """What is no broker's address is refused, and the message says what to write."""
    with pytest.raises(ValidationError, match=named):
        BrokerSettings(url=url)


KNOWN = {"microville/#": False, "spBv1.0/#": True}


@pytest.mark.parametrize(
    ("expected", "broker"),
    [
        (["microville/#", "spBv1.0/#"], {}),
        (["$share/ingest/microville/#", "spBv1.0/#"], {"share": "ingest"}),
        (["$share/ingest/microville/#"], {"share": "ingest", "stateful": False}),
        (["plant/#"], {"topics": ["plant/#"]}),
        (["$share/ingest/plant/#", "spBv1.0/#"], {"topics": ["plant/#", "spBv1.0/#"], "share": "ingest"}),
    ],
)
def test_filters(expected: list[str], broker: dict[str, object]) -> None:
    """Without topics of one's own all known ones are subscribed; formats with state are never shared."""
    assert expected == BrokerSettings.model_validate(broker).filters(KNOWN)


@pytest.mark.parametrize("wrong", [{"share": "a/b"}, {"share": "a+"}, {"client_id": ""}, {"clientid": "typing error"}])
def test_wrong_values_refused(wrong: dict[str, object]) -> None:
    """A group MQTT does not allow, no client id and unknown keys are refused."""
    with pytest.raises(ValidationError):
        BrokerSettings.model_validate(wrong)


def test_password_stays_secret() -> None:
    """A password is not shown where settings are printed."""
    assert "hunter2" not in repr(BrokerSettings.model_validate({"password": "hunter2"}))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"url": "mqtts://b", "ca_file": "/nowhere"}, "ca_file /nowhere: No such file"),
        ({"url": "mqtts://b", "cert_file": "/nowhere"}, "cert_file /nowhere: No such file"),
        ({"url": "mqtts://b", "key_file": "/nowhere"}, "key_file /nowhere: No such file"),
        ({"url": "mqtts://b", "ca_file": __file__}, "ca_file .*no certificate in PEM"),
        ({"url": "mqtts://b", "cert_file": __file__}, "cert_file .*no certificate with its key"),
        ({"url": "mqtts://b", "key_file": __file__}, "set cert_file"),
        ({"url": "mqtt://b", "ca_file": __file__}, "ca_file is of use over TLS alone"),
    ],
)
def test_certificates_of_no_use(given: dict[str, object], named: str) -> None:
    """Files that are not there, or are something else, are named with their setting."""
    with pytest.raises(ConnectionUnusable, match=named):
        tls(BrokerSettings.model_validate(given))
