"""Why a broker does not let us in, or lets us go: its reasons, each with the next step."""

import ssl

import mqtt5

FIRST_ERROR = 0x80  # reason codes from here on are failures (MQTT 5, section 2.4)
OLD_CONNACK = b"\x20\x02"  # of MQTT 3, which has no properties

_WAIT = "it is tried again, ever more slowly"
_ACCESS = "check its access list, or name [broker] topics"
_NEXT_STEP = {
    "bad user name or password": "check [broker] username and password",
    "bad authentication method": "give [broker] username and password, or a client certificate: nothing else is spoken",
    "not authorized": "check [broker] username, password and client_id",
    "client id not valid": "check [broker] client_id",
    "banned": "ask whoever runs the broker to let this client_id or address in again",
    "session taken over": "give each process a [broker] client_id of its own",
    "unsupported protocol version": "the broker must speak MQTT 5",
    "use another server": "set [broker] url to the broker it names",
    "server moved": "set [broker] url to the broker it names",
    "quota exceeded": "raise the broker's limits for this client, its queue or its subscriptions",
    "packet too large": "raise the broker's greatest packet, or shorten [broker] topics",
    "server unavailable": _WAIT,
    "server busy": _WAIT,
    "connection rate exceeded": _WAIT,
    "message rate too high": _WAIT,
    "server shutting down": "it is waited for",
    "keep alive timeout": "the line or this machine was stuck; " + _WAIT,
    "receive max exceeded": "this is a fault of the broker or of Microville: report it",
    "administrative action": "somebody closed it at the broker; ask there",
    "topic filter invalid": "check [broker] topics and share",
    "shared subscriptions not supported": "leave [broker] share empty",
    "wildcard subscriptions not supported": "name [broker] topics without + and #",
}
"""What to do about it, by the broker's reason."""

UNREADABLE = "the broker says what no MQTT 5 broker says"
TOPIC_ALIAS = "the broker uses a topic alias, though it was allowed none: a fault of the broker"
QOS_2 = "the broker delivers at QoS 2, for another program's sake: give this process a [broker] client_id of its own"
SILENT = "the broker has fallen silent"
CLOSED = "the broker closed the connection and gave no reason; if it goes on, give each process its own client_id"
CLOSED_AT_ONCE = "it closed the connection before a word; check [broker] url: mqtts:// for a port that wants TLS"
NO_ANSWER = "no answer; check [broker] url, and that an MQTT broker listens there"


class Refused(Exception):
    """The broker does not let us in, or not to these topics; the message says why and what to do."""


def refused_filter(pattern: str, code: mqtt5.SubAckReasonCode) -> str:
    """Why it does not let us have this topic filter."""
    reason = _name(code)
    return _filter_out(pattern, reason, _ACCESS if reason == "not authorized" else _NEXT_STEP.get(reason, _ACCESS))


def beyond_limits(pattern: str, packet_size: int, limits: mqtt5.ConnAckPacket) -> str:
    """Why the broker's limits forbid the SUBSCRIBE to this filter, which takes so many bytes; "" when they do not."""
    if pattern.startswith("$share/") and not limits.shared_subscription_available:
        return _filter_out(pattern, "it shares no subscriptions", "leave [broker] share empty")
    if {"+", "#"} & set(pattern) and not limits.wildcard_subscription_available:
        return _filter_out(pattern, "it takes no wildcards", "name [broker] topics without + and #")
    if limits.max_packet_size and packet_size > limits.max_packet_size:
        reason = f"its subscription is larger than the {limits.max_packet_size} bytes it takes"
        return _filter_out(pattern, reason, "raise the broker's limit, or name a shorter one")
    return ""


def _filter_out(pattern: str, reason: str, next_step: str) -> str:
    return f"topic {pattern!r}: {reason}; {next_step}"


def cautions(limits: mqtt5.ConnAckPacket, session_expiry_s: int) -> list[str]:
    """What this broker cannot promise, though it let us in and was asked to keep the session so long."""
    kept_s = limits.session_expiry_interval
    found = {
        "it delivers at QoS 0 alone: what is published while this process is away is lost": (
            limits.max_qos is mqtt5.QoS.AT_MOST_ONCE
        ),
        "it has no subscription identifiers: a message that several filters cover comes more than once": (
            not limits.subscription_id_available
        ),
        f"it keeps what is not delivered for {kept_s} s alone, not {session_expiry_s}": (
            kept_s is not None and kept_s < session_expiry_s
        ),
    }
    return [caution for caution, holds in found.items() if holds]


def words(packet: mqtt5.ConnAckPacket | mqtt5.DisconnectPacket) -> str:
    """The reason, in the broker's own words too, and what to do."""
    reason = _name(packet.reason_code)
    own_words = f" ({packet.reason_str})" if packet.reason_str else ""
    other = f" {packet.server_reference!r}" if packet.server_reference else ""
    return f"{reason}{own_words}{other}; {_NEXT_STEP.get(reason, 'see what its log says')}"


def cause(error: Exception) -> str:
    """What ended a connection, for people."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{error}; set [broker] ca_file to the CA that signed the broker's certificate, and url to its host name"
    if isinstance(error, ssl.SSLError):
        return f"{error}; check [broker] cert_file and key_file, and that the broker's port is one for TLS"
    if isinstance(error, TimeoutError):
        return str(error) or NO_ANSWER
    return str(error) or type(error).__name__


def _name(code: mqtt5.ConnAckReasonCode | mqtt5.SubAckReasonCode | mqtt5.DisconnectReasonCode) -> str:
    return code.name.lower().replace("_", " ")
