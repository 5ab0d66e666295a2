"""Why a broker does not want us, or cannot promise all, in words that say what to do."""

import mqtt5
import pytest

from ingest.mqtt.refusals import Refused
from tests.ingest.mqtt.links import fresh, joined, limited, welcomed
from tests.ingest.values import NOW_MS


def test_cautions() -> None:
    """A broker that promises less is known by it."""
    assert [] == limited(welcomed())
    assert 2 == len(limited(welcomed(max_qos=mqtt5.QoS.AT_MOST_ONCE, session_expiry_interval=60)))


@pytest.mark.parametrize(
    ("code", "next_step"),
    [
        (mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, r"check \[broker\] username and password"),
        (mqtt5.ConnAckReasonCode.NOT_AUTHORIZED, r"check \[broker\] username, password and client_id"),
        (mqtt5.ConnAckReasonCode.CLIENT_ID_NOT_VALID, r"check \[broker\] client_id"),
        (mqtt5.ConnAckReasonCode.SERVER_BUSY, "it is tried again"),
        (mqtt5.ConnAckReasonCode.BANNED, "ask whoever runs the broker"),
        (mqtt5.ConnAckReasonCode.QUOTA_EXCEEDED, "raise the broker's limits"),
        (mqtt5.ConnAckReasonCode.PACKET_TOO_LARGE, "raise the broker's greatest packet"),
        (mqtt5.ConnAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "see what its log says"),
    ],
)
def test_not_welcome(code: mqtt5.ConnAckReasonCode, next_step: str) -> None:
    """A refused CONNECT says why, in the broker's words too, and what to do."""
    said = mqtt5.ConnAckPacket(reason_code=code, reason_str="not today").write()

    with pytest.raises(Refused, match=rf"refuses us: {code.name.lower().replace('_', ' ')} \(not today\); {next_step}"):
        fresh().feed(said, NOW_MS)


@pytest.mark.parametrize(
    ("code", "next_step"),
    [
        (mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER, r"a \[broker\] client_id of its own"),
        (mqtt5.DisconnectReasonCode.SERVER_SHUTTING_DOWN, "it is waited for"),
        (mqtt5.DisconnectReasonCode.ADMINISTRATIVE_ACTION, "ask there"),
        (mqtt5.DisconnectReasonCode.UNSPECIFIED_ERROR, "see what its log says"),
    ],
)
def test_disconnected(code: mqtt5.DisconnectReasonCode, next_step: str) -> None:
    """A DISCONNECT is passed on with its reason and what to do."""
    said = mqtt5.DisconnectPacket(reason_code=code).write()

    with pytest.raises(Refused, match=f"closed the connection: {code.name.lower().replace('_', ' ')}; .*{next_step}"):
        joined().feed(said, NOW_MS)


def test_another_server() -> None:
    """A broker that sends us elsewhere is quoted."""
    code = mqtt5.ConnAckReasonCode.USE_ANOTHER_SERVER
    with pytest.raises(Refused, match=r"another server 'b2:1883'; set \[broker\] url"):
        welcomed(reason_code=code, server_reference="b2:1883")


@pytest.mark.parametrize("old", [b"\x20\x02\x00\x01", b"\x20\x02\x00\x00"])
def test_older_broker(old: bytes) -> None:
    """The answer of a broker that speaks MQTT 3 alone is told as such."""
    with pytest.raises(Refused, match="no MQTT 5"):
        fresh().feed(old, NOW_MS)
