"""Records that a device kept while the network was away: channels 20 to 23, type CE, each with its own time.

What follows the time is another thing on each product (Milesight-IoT/SensorDecoders). A model named in the estate
decides. Without one the length of the record does, where it can; of a length that several share the first is meant,
unless no room can show what it would say: 7 bytes AM102, 8 bytes EM300 (its last byte, a state of unknown kind, is not
taken), 9 bytes AM103, 13 bytes EM300-DI.
"""

from collections.abc import Callable, Iterable

from sensors.bits import Cursor
from sensors.draft import Draft
from sensors.lorawan.milesight import records
from sensors.lorawan.milesight.fields import FIELDS
from sensors.lorawan.milesight.layouts import parts_of, size_of, take_parts
from sensors.lorawan.milesight.special import take_desks, take_water
from sensors.model import Reason

TYPE = 0xCE
CHANNELS = (0x20, 0x21, 0x22, 0x23)
TIME_BYTES = 4

_AIR = "temperature:s2 humidity:u1"
_AM300 = "temperature:s2 humidity:u2 pir:u1 light_level:u1 co2:u2 {} pressure:u2"
_DUST = " pm2_5:u2 pm10:u2"

Take = Callable[[Draft, Cursor, int], None]


def _air_or(*more: str) -> dict[int, str]:
    """The layouts of an AM300: with the class of the compounds (20) or their mass (21)."""
    rest = "".join(more)
    return {0x20: _AM300.format("tvoc_level:u2") + rest, 0x21: _AM300.format("tvoc_mass:u2") + rest}


LAYOUTS: dict[str, dict[int, str]] = {
    "am102 am102l em320-th": {0x20: _AIR},
    "am103 am103l": {0x20: f"{_AIR} co2:u2"},
    "am307 am307l": _air_or(),
    "am308 am308l": _air_or(_DUST),
    "am319 am319l am319-hcho am319-hcho-ir am319l-hcho-ir": _air_or(_DUST, " hcho:u2"),
    "am319-o3 am319l-o3": _air_or(_DUST, " o3:u2"),
    "am319-hcho-well": {channel + 2: layout for channel, layout in _air_or(" pm2_5:u2 hcho_thousandths:u2").items()},
    "em300-th": {0x20: f"{_AIR} event:b1"},
    "em300-mcs": {0x20: f"{_AIR} magnet_status:u1"},
    "em300-sld em300-zld": {0x20: f"{_AIR} leakage_status:u1"},
    "em300-mld": {0x20: "event:b3 leakage_status:u1"},
    "em320-th-v2": {0x20: "temperature:s2 humidity_tenths:u2 report_type:u1"},
    "em410-rdl em411-rdl": {0x20: "distance:s2 wired_temperature:s2 mutation:s2 event:u1"},
    "em500-co2": {0x20: "co2:u2 pressure:u2 temperature:s2 humidity:u1"},
    "em500-lgt": {0x20: "illumination:u4"},
    "em500-pp": {0x20: "pipe_pressure:s2"},
    "em500-pt100 ts101": {0x20: "temperature:s2"},
    "em500-smt em500-smtc": {0x20: "soil_conductivity:u2 soil_temperature:s2 soil_moisture:u2"},
    "em500-swl": {0x20: "depth:u2"},
    "em500-udl": {0x20: "distance:u2"},
    "ts201": {0x20: "event:u1 temperature:s2"},
    "ws203": {0x20: "report_type:u1 occupancy:u1 temperature:s2 humidity:u1"},
    "uc511 uc512": {0x21: "pipe_pressure:u2"},
    "wt201-v2 wt211": {
        0x20: "temperature_control:u2 target_temperature:s2 target_temperature@2:s2 temperature:s2 humidity:u1"
    },
    "wts506": {
        0x20: f"{_AIR} pressure:u2 wind_direction:s2 wind_speed:u2 rainfall_total:u2",
        0x21: f"{_AIR} pressure:u2 wind_direction:s2 wind_speed:u2 rainfall_total:u4",
    },
}

BY_MODEL = {model: layouts for models, layouts in LAYOUTS.items() for model in models.split()}

GUESSED = {
    0x20: (
        _AIR,
        f"{_AIR} state_in_history:u1",
        f"{_AIR} co2:u2",
        *(BY_MODEL[m][0x20] for m in ("wts506", "am307", "am308", "am319")),
    ),
    0x21: tuple(BY_MODEL[model][0x21] for model in ("am307", "wts506", "am308", "am319")),
    0x22: (BY_MODEL["am319-hcho-well"][0x22],),
    0x23: (BY_MODEL["am319-hcho-well"][0x23],),
}
"""By channel: the layouts tried, shortest first, where no model is named."""

LIKELY = {
    "temperature": (-400, 850),
    "humidity": (10, 200),
    "state_in_history": (0, 1),
    "co2": (150, 10_000),
    "pressure": (3_000, 11_000),
}
"""What the sensors of a guessed record can say, as it is sent: with anything else it is another product's."""


def _input_or_pulses(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """EM300-DI: the mode says which of the two is a value."""
    take_parts(draft, _AIR, frame, at_ms)
    mode, level, pulses = frame.unsigned(1), frame.unsigned(1), frame.unsigned(4)
    if mode == 1:
        draft.take("gpio_input", level, at_ms=at_ms)
    elif mode == 2:
        draft.take("pulse", pulses, at_ms=at_ms)


def _input_or_water(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """EM300-DI: with an alarm before, and a volume in place of the pulses."""
    take_parts(draft, _AIR, frame, at_ms)
    _alarm_and_water(draft, frame, at_ms)


def _input_or_water_alone(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """EM300-DI-HALL: the same without a thermometer."""
    frame.take(size_of(_AIR))
    _alarm_and_water(draft, frame, at_ms)


def _alarm_and_water(draft: Draft, frame: Cursor, at_ms: int) -> None:
    draft.take("alarm", frame.unsigned(1))
    mode, level = frame.unsigned(1), frame.unsigned(1)
    take_water(draft, frame, at_ms)
    if mode == 1:
        draft.take("gpio_input", level, at_ms=at_ms)


def _people_in_period(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """VS350, VS351, VS360: with the totals when the byte before says so."""
    with_totals = frame.unsigned(1)
    take_parts(draft, "period_in:u2 period_out:u2", frame, at_ms)
    if with_totals:
        take_parts(draft, "total_in:u2 total_out:u2", frame, at_ms)


def _workplaces(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """VS321: a count, or the regions."""
    if frame.unsigned(1):
        take_desks(draft, frame, at_ms)
    else:
        take_parts(draft, "people_count:u2", frame, at_ms)


def _room(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """VS121: the byte before says which of its values this is."""
    kind = frame.unsigned(1)
    if kind in (4, 5, 6, 7):
        first = (kind - 4) * 4 + 1
        layout = " ".join(f"people_count@region_{first + n}:u1" for n in range(4))
    else:
        layout = {
            1: "people_count:u1 regions:u1 regions:u2",
            2: "period_in:u2 period_out:u2",
            3: "people_count_max:u1",
        }.get(kind, "transitions:b4")
    take_parts(draft, layout, frame, at_ms)


def _lines(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """VS133, VS135: the byte before is the channel the value has in a live message."""
    kind = frame.unsigned(1)
    line, which = divmod(kind - 3, 3)
    if 3 <= kind <= 0x0E:
        layout = (f"total_in@line_{line + 1}:u4", f"total_out@line_{line + 1}:u4", "period_in:u2 period_out:u2")[which]
    elif kind == 0x0F:
        layout = " ".join(f"people_count@region_{n}:u1" for n in range(1, 5))
    else:
        layout = "dwell_time:b3" if kind in (0x10, 0x20, 0x1E, 0x2E) else "child_count:b4"
    take_parts(draft, layout, frame, at_ms)


def _thermostat(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """WT201: eleven bits of each number are a temperature in tenths above -100 °C."""
    first, second = frame.unsigned(2), frame.unsigned(2)
    draft.take("system_status", first >> 4 & 1, at_ms=at_ms)
    draft.take("temperature", (first >> 5) - 1000, at_ms=at_ms)
    draft.take("target_temperature", (second >> 5) - 1000, at_ms=at_ms)


def _valves(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """UC511, UC512: a valve, and by bit 1 the input beside it or its pulses.

    So the vendor's tables and first decoder; its later ones name the bit so too, but take the value of the other.
    """
    state, pulses = frame.unsigned(1), frame.unsigned(4)
    number = (state >> 4 & 1) + 1
    draft.take("valve", state & 1, f"valve_{number}", at_ms)
    if state >> 1 & 1:
        draft.take("gpio_input", state >> 2 & 1, f"gpio_{number}", at_ms)
    else:
        draft.take("pulse", pulses, f"valve_{number}", at_ms)


READERS: dict[str, dict[int, Take]] = {
    "em300-di": {0x20: _input_or_pulses, 0x21: _input_or_water},
    "em300-di-hall": {0x21: _input_or_water_alone},
    **{model: {0x20: _people_in_period} for model in ("vs350", "vs351", "vs360")},
    "vs321": {0x20: _workplaces},
    "vs121": {0x20: _room},
    **{model: {0x20: _lines} for model in ("vs133", "vs135")},
    "wt201": {0x20: _thermostat},
    **{model: {0x20: _valves} for model in ("uc511", "uc512")},
    "ts201-v2": {0x20: records.probe_of_kind},
    "ts301": {0x20: records.one_probe},
    "ts302": {0x20: records.two_probes},
    "ts301-v2": {0x20: records.newer_probe},
    "ts302-v2": {0x20: records.newer_first_probe, 0x21: records.newer_second_probe},
    **{model: {0x20: records.registers, 0x21: records.registers} for model in ("uc100", "uc100-v2")},
}


def take_record(draft: Draft, frame: Cursor, channel: int, model: str) -> None:
    """One record, its channel and type already taken; refused when nothing tells what it holds."""
    reader = READERS.get(model, {}).get(channel)
    layout = BY_MODEL.get(model, {}).get(channel) or ("" if reader else _layout_by_length(frame, channel))
    if not layout and not reader and _is_likely(_AIR, frame):
        reader = _DI_BY_LENGTH.get((channel, frame.left - TIME_BYTES))
    if not layout and not reader:
        _refuse(draft, frame, f"a record (channel {channel:#04x})", _possible(channel, frame.left))
        return
    at_ms = frame.unsigned(TIME_BYTES) * 1000
    if layout:
        take_parts(draft, layout, frame, at_ms)
    elif reader:
        reader(draft, frame, at_ms)


def _refuse(draft: Draft, frame: Cursor, what: str, models: Iterable[str]) -> None:
    """Nothing after it can be read either: its length is not known."""
    draft.refuse(Reason.NEEDS_CODEC, f"{what}: name the model (lorawan_milesight/<model>) of {', '.join(models)}")
    frame.take(frame.left)


def _possible(channel: int, left: int) -> list[str]:
    """The models whose records may make up what is left of a message, of the first its channel and type are taken."""
    return [
        *(
            m
            for m, own in BY_MODEL.items()
            if channel in own and (left + 2) % (TIME_BYTES + 2 + size_of(own[channel])) == 0
        ),
        *(model for model, own in READERS.items() if channel in own),
    ]


_DI_BY_LENGTH: dict[tuple[int, int], Take] = {(0x20, 9): _input_or_pulses, (0x21, 14): _input_or_water}


PORTS = 0xDC
REGISTERS = (0xCD, 0xDD, 0xE0)
"""Types of the records of controllers: their ports; and what stands in devices behind them."""

PORT_READERS: dict[str, Take] = {"uc300": records.uc300, "uc501": records.uc50x, "uc502": records.uc50x}


def take_controller_record(draft: Draft, frame: Cursor, kind: int, model: str) -> None:
    """One record of a controller; refused when no model says which."""
    if kind == PORTS and model not in PORT_READERS:
        _refuse(draft, frame, "a record of a controller's ports", PORT_READERS)
        return
    at_ms = frame.unsigned(TIME_BYTES) * 1000
    reader = PORT_READERS[model] if kind == PORTS else records.registers
    reader(draft, frame, at_ms)


def _layout_by_length(frame: Cursor, channel: int) -> str:
    """The shortest layout by which the rest of the message is a row of such records; "" when none is."""
    for layout in GUESSED[channel]:
        length = TIME_BYTES + size_of(layout)
        starts = range(length, frame.left, length + 2)
        whole = (frame.left - length) % (length + 2) == 0
        alike = whole and all((frame.peek(at), frame.peek(at + 1)) == (channel, TYPE) for at in starts)
        if alike and _is_likely(layout, frame):
            return layout
    return ""


def _is_likely(layout: str, frame: Cursor) -> bool:
    """Whether the record, read so, says nothing that its sensors cannot say."""
    at = TIME_BYTES
    for name, _, kind, size in parts_of(layout):
        data = bytes(frame.peek(at + n) or 0 for n in range(size))
        raw = int.from_bytes(data, "little", signed=kind == "s")
        low, high = LIKELY.get(name, (raw, raw))
        none = name in FIELDS and raw in FIELDS[name].absent
        if not (none or low <= raw <= high):
            return False
        at += size
    return True
