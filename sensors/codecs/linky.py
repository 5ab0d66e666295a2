"""Linky's customer output (TIC), raw as the meter sends it, on ``linky/<device>/tic``: historique and standard mode.

Labels, units and checksums are those of Enedis-NOI-CPT_54E (Linky) and ERDF-NOI-CPT_02E (the electronic meters before
it). A group whose checksum fails is refused, and the good ones are kept. A frame is timed by its DATE (standard mode),
else by receipt: then the last of several values counts. An hour in lower case is one of a clock that is not set.

A message may end within a group: what is there of it is kept and joined with the next message of the topic, if that
comes within `JOIN_MS`.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sensors.draft import Draft, Malformed, drafted
from sensors.model import Codec, Field, Reason
from sensors.times import seasonal_ms
from sensors.units import clean

NAME = "linky_tic_raw"

JOIN_MS = 10_000
"""Twice the longest frame: 1200 baud sends 600 characters in five seconds."""

MOST_BYTES = 16 * 1024
"""Of a message: ten of the longest frames."""

MOST_CHARACTERS = 256
"""Of a group that has begun; the longest of the table has 110."""

_TARIFFS = ("HCHC", "HCHP", "EJPHN", "EJPHPM", *(f"BBRH{hours}J{day}" for day in "BWR" for hours in ("C", "P")))

FIELDS = {
    "BASE": Field("electricity.energy"),
    **{label: Field("electricity.energy", channel=label) for label in _TARIFFS},
    "PAPP": Field("electricity.apparent_power"),
    "IINST": Field("electricity.current"),
    **{f"IINST{phase}": Field("electricity.current", channel=str(phase)) for phase in (1, 2, 3)},
    "EAST": Field("electricity.energy"),
    **{f"EASF{index:02}": Field("electricity.energy", channel=f"EASF{index:02}") for index in range(1, 11)},
    **{f"EASD{index:02}": Field("electricity.energy", channel=f"EASD{index:02}") for index in range(1, 5)},
    "EAIT": Field("electricity.energy_export"),
    **{f"ERQ{quadrant}": Field("electricity.reactive_energy", channel=f"ERQ{quadrant}") for quadrant in (1, 2)},
    **{f"ERQ{quadrant}": Field("electricity.reactive_energy_export", channel=f"ERQ{quadrant}") for quadrant in (3, 4)},
    **{f"IRMS{phase}": Field("electricity.current", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"URMS{phase}": Field("electricity.voltage", channel=str(phase)) for phase in (1, 2, 3)},
    "SINSTS": Field("electricity.apparent_power"),
    **{f"SINSTS{phase}": Field("electricity.apparent_power", channel=str(phase)) for phase in (1, 2, 3)},
    "SINSTI": Field("electricity.apparent_power", channel="SINSTI"),
    "CCASN": Field("electricity.power"),  # mean of the period that ends at its own time
    "CCASN-1": Field("electricity.power"),
    "CCAIN": Field("electricity.power", -1.0),
    "CCAIN-1": Field("electricity.power", -1.0),
    "RELAIS": Field("actuator.on"),
}

_MAXIMA = ("SMAXSN", "SMAXSN1", "SMAXSN2", "SMAXSN3", "SMAXIN")

LEFT = {
    **dict.fromkeys(("ADCO", "ADC0", "ADSC", "PRM"), "identity of the meter"),
    **dict.fromkeys(("OPTARIF", "PTEC", "DEMAIN", "NGTF", "LTARF", "NTARF", "HHPHC"), "tariff"),
    **dict.fromkeys(("NJOURF", "NJOURF+1", "PJOURF+1", "PPOINTE", "PEJP"), "calendar of the tariff"),
    **{f"{end}PM{number}": "calendar of the tariff" for end in "DF" for number in (1, 2, 3)},
    **dict.fromkeys(("ISOUSC", "PREF", "PCOUP"), "power subscribed to"),
    **dict.fromkeys(("IMAX", "IMAX1", "IMAX2", "IMAX3", "PMAX"), "maximum of the day, no value of now"),
    **{label + day: "maximum of the day, no value of now" for label in _MAXIMA for day in ("", "-1")},
    **{f"UMOY{phase}": "mean of the last minutes; the voltage itself is taken" for phase in (1, 2, 3)},
    **dict.fromkeys(("ADPS", "ADIR1", "ADIR2", "ADIR3"), "warning that the power subscribed to is exceeded"),
    **dict.fromkeys(("MOTDETAT", "PPOT", "STGE"), "status bits of the meter"),
    **dict.fromkeys(("MSG1", "MSG2"), "message to the customer"),
    "VTIC": "version of the format",
    "DATE": "the frame's time",
    **dict.fromkeys(
        ("JAUNE", "ENERG", "PERCC", "PMAXC", "TDEPA", "PERCP", "PMAXP", "TDEPP"),
        "of meters of the yellow tariff: sums of billing periods, several in one group",
    ),
}

_FRAME_STARTS = ("ADCO", "ADC0", "ADSC")
_OF_PERIODS = ("CCASN", "CCASN-1", "CCAIN", "CCAIN-1")

_BEGINNING = re.compile(r"[A-Z][A-Z0-9+-]{0,9}(?:[ \t].*)?")  # of a group that is not there as a whole
_NUMBER = re.compile(r"[0-9]{1,12}")
_TIME = re.compile(r"([EHeh ])(\d{12})")


class Group(NamedTuple):
    """One line of a frame."""

    label: str
    data: str
    time: str = ""  # of groups that have one of their own


def _fill(draft: Draft) -> None:
    draft.device = draft.context.device or draft.message.topic.split("/")[-2:][0]
    if len(draft.message.payload) > MOST_BYTES:
        raise Malformed(f"{len(draft.message.payload)} bytes are more than {MOST_BYTES}")
    text = _begun(draft) + draft.message.payload.decode("latin-1")
    *lines, last = re.split(r"[\r\n\x02\x03]+", text)
    if _group(last) or len(last) > MOST_CHARACTERS or not _BEGINNING.fullmatch(last):
        lines, last = [*lines, last], ""
    _keep(draft, last)
    groups = list(_groups(draft, [line for line in lines if line]))
    if not groups and last:
        draft.control()  # the beginning of a group, which the next message goes on with
    _take_frames(draft, groups)


def _begun(draft: Draft) -> str:
    """What the message before this one ended with."""
    received_ms = draft.message.received_ms
    kept = draft.memory.recall(NAME, draft.message.topic, received_ms - 1)
    if not kept or not 0 < received_ms - kept["at_ms"] <= JOIN_MS:
        return ""
    return str(kept["text"])


def _keep(draft: Draft, text: str) -> None:
    received_ms, topic = draft.message.received_ms, draft.message.topic
    kept = draft.memory.recall(NAME, topic, received_ms - 1)
    if text or (kept and kept["text"]):
        draft.memory.learn(NAME, topic, received_ms, {"text": text, "at_ms": received_ms})


def checksum(text: str) -> str:
    """The character that ends a group: six bits of the sum of what stands before it."""
    return chr((sum(text.encode("latin-1")) & 0x3F) + 0x20)


def _group(line: str) -> Group | None:
    """The group of a line; None when it is none, or damaged.

    In standard mode a tab separates, and the sum includes the last of them. In historique mode it is a space, which
    may also be the checksum, and the sum includes the last one only on some meters.
    """
    if len(line) < 2:
        return None
    if "\t" in line:
        *fields, found = line.split("\t")
        if len(fields) not in (2, 3) or found != checksum(line[:-1]):
            return None
        return Group(fields[0], fields[-1], fields[1] if len(fields) == 3 else "")
    label, space, data = line[:-2].partition(" ")
    if not space or line[-2:-1] != " " or line[-1] not in (checksum(line[:-2]), checksum(line[:-1])):
        return None
    return Group(label, data)


def _groups(draft: Draft, lines: list[str]) -> Iterator[Group]:
    for line in lines:
        group = _group(line)
        if group is None:
            draft.refuse(Reason.MALFORMED, f"{line[:60]!r}: the checksum does not fit, or it is no group")
        else:
            yield group


def _take_frames(draft: Draft, groups: list[Group]) -> None:
    """Groups of frames without a time are one frame, whose last values count."""
    undated: dict[str, Group] = {}
    frame: dict[str, Group] = {}
    for group in groups:
        if group.label in _FRAME_STARTS:
            _end_frame(draft, frame, undated)
            frame = {}
        frame[group.label] = group
    _end_frame(draft, frame, undated)
    _take(draft, undated, None)


def _end_frame(draft: Draft, frame: dict[str, Group], undated: dict[str, Group]) -> None:
    at_ms = _time_ms(draft, frame["DATE"].time) if "DATE" in frame else None
    if at_ms is None:
        undated |= frame
    else:
        _take(draft, frame, at_ms)


def _time_ms(draft: Draft, text: str) -> int | None:
    """A group's time; None when the meter's clock is not set. E is summer time, H winter time."""
    found = _TIME.fullmatch(text)
    if not found or found[1] not in "EH":
        return None
    try:
        moment = datetime.strptime(f"{found[2]}Z", "%y%m%d%H%M%S%z")
    except ValueError:
        return None
    return seasonal_ms(moment.replace(tzinfo=None), draft.context.zone, found[1] == "E")


def _take(draft: Draft, frame: dict[str, Group], at_ms: int | None) -> None:
    draft.at_ms = at_ms
    means: dict[int, float] = {}
    for label, data, time in frame.values():
        if label in FIELDS and not _NUMBER.fullmatch(data):
            draft.refuse(Reason.MALFORMED, f"{label}: {data[:20]!r} is no number")
        elif label in _OF_PERIODS:
            _add_mean(draft, means, label, int(data), _time_ms(draft, time))
        elif label == "RELAIS":
            for relay in range(8):
                draft.take(label, int(data) >> relay & 1, str(relay + 1))
        else:
            draft.take(label, data)
    for end_ms, value in means.items():
        draft.add("electricity.power", value, at_ms=end_ms)


def _add_mean(draft: Draft, means: dict[int, float], label: str, value: int, end_ms: int | None) -> None:
    """The mean power of a period, drawn less fed in."""
    if end_ms is None:
        draft.refuse(Reason.NEEDS_TIME, f"{label}: the mean of a period, by a clock that is not set")
    else:
        means[end_ms] = clean(means.get(end_ms, 0.0) + value * FIELDS[label].scale)


CODEC = Codec(
    name=NAME,
    title="Linky TIC",
    families="Linky and the electronic meters before it: historique and standard mode",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("linky/+/tic",),
    fields=FIELDS,
    left=LEFT,
    stateful=True,
)
