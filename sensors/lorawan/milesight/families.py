"""Products on which a channel means something else than on most, and how a message without a model shows which it is.

A model named in the estate (``lorawan_milesight/ws301``) decides. Without one, a channel that only one family has,
anywhere in the message, decides (`SIGNS`). Else the pair means what `tables` says:

- 03 00 motion (WS202), not door (WS301, TS30x), leak (WS303), presence (VS34x) or input (UC300, UC50x);
- 05 00 leak (EM300-SLD, -ZLD, -MLD), not motion (AM30x), presence (WS203), input (EM300-DI) or position;
- 06 00 door (EM300-MCS), not tampering (WT101); 04 00 daylight (WS202), not tampering (WS301);
- 04 67 set temperature (WT101, WT201), not the second probe of a TS302.
"""

from typing import NamedTuple

Key = tuple[int, int]


class Family(NamedTuple):
    """Products that share what they mean otherwise."""

    models: str  # as the vendor writes them, in small letters
    tlvs: dict[Key, str]
    signs: tuple[Key, ...] = ()  # channels that only these have


def _inputs(count: int) -> dict[Key, str]:
    return {(0x02 + n, 0x00): f"gpio_input@gpio_input_{n}:u1" for n in range(1, count + 1)}


_UC300 = {**_inputs(4), (0x05, 0xC8): "pulse@gpio_counter_3:u4", (0x09, 0x67): "temperature@pt100_1:s2"}

FAMILIES = (
    Family("gs101", {(0x07, 0x01): "gpio_output@relay:u1"}, ((0x05, 0x8E), (0x06, 0x01), (0x08, 0x90))),
    Family(
        "uc511 uc512",
        {
            (0x03, 0x01): "valve@valve_1:u1",
            (0x04, 0xC8): "pulse@valve_1:u4",
            (0x06, 0xC8): "pulse@valve_2:u4",
            (0x07, 0x01): "gpio_input@gpio_1:u1",
            (0x08, 0x01): "gpio_input@gpio_2:u1",
        },
        ((0x05, 0x01), (0x0E, 0xAF), (0x0F, 0xAF), (0x0B, 0xF5)),
    ),
    Family(
        "uc521",
        {
            (0x04, 0xC8): "pulse@valve_1:u4",
            (0x06, 0xC8): "pulse@valve_2:u4",
            (0x07, 0x01): "gpio_input@gpio_1:u1",
            (0x08, 0x01): "gpio_input@gpio_2:u1",
            (0x09, 0x7B): "pipe_pressure@pressure_1:u2",
            (0x0E, 0x01): "motor:u1",
        },
        ((0x03, 0xF6), (0x05, 0xF6)),
    ),
    Family("uc501 uc502", _inputs(2), ((0x05, 0xE2), (0x06, 0xE2), (0x08, 0xDB), (0x04, 0x01), (0x05, 0x02))),
    Family(
        "uc300",
        _UC300,
        (
            *((channel, 0xC8) for channel in (0x03, 0x04, 0x06)),
            *((channel, 0x01) for channel in (0x07, 0x08)),
            *((channel, kind) for channel in range(0x0B, 0x0F) for kind in (0x02, 0xE2)),
        ),
    ),
    Family("uc11-n1", {**_inputs(2), (0x04, 0xC8): "pulse:u4"}),
    Family(
        "am307 am307l am308 am308l am319 am319l am319-hcho am319-hcho-ir am319-hcho-well am319-o3 am319l-hcho-ir "
        "am319l-o3",
        {(0x05, 0x00): "pir:u1"},
        (*((channel, 0x7D) for channel in (0x0A, 0x0B, 0x0C, 0x0D, 0x0F)), (0x06, 0xCB), (0x08, 0xE6), (0x0E, 0x01)),
    ),
    Family("am104 am107", {(0x08, 0x7D): "tvoc:u2"}, ((0x05, 0x6A), (0x06, 0x65))),
    Family("em300-di em300-di-hall", {(0x05, 0x00): "gpio_input:u1"}, ((0x05, 0xC8), (0x05, 0xE1), (0x85, 0x00))),
    Family("em310-udl", {(0x04, 0x00): "position:u1"}, ((0x03, 0x82),)),
    Family(
        "em410-rdl em411-rdl",
        {
            (0x05, 0x00): "position:u1",
            (0x04, 0x82): "distance:s2",
            (0x84, 0x82): "distance:s2 alarm:u1",
            (0x94, 0x82): "distance:s2 mutation:s2 alarm:u1",
        },
        ((0x06, 0xC7), (0x94, 0x82), (0xB4, 0x82)),
    ),
    Family("em400-mud em400-tld em400-udl", {(0x05, 0x00): "position:u1"}, ((0x04, 0x82),)),
    Family("at101", {(0x05, 0x00): "position:u1"}, ((0x04, 0x88), (0x84, 0x88), (0x06, 0xD9))),
    Family(
        "em500-smt em500-smtc",
        {
            (0x03, 0x67): "soil_temperature:s2",
            (0x04, 0x68): "soil_moisture_halves:u1",
            (0x83, 0xD7): "soil_temperature:s2 mutation:s2 alarm:u1",
        },
        ((0x04, 0xCA), (0x05, 0x7F)),
    ),
    Family("gs301", {(0x05, 0x7D): "gas:u2"}, ((0x02, 0x67), (0x04, 0x7D), (0x06, 0x7D))),
    Family(
        "vs321",
        {(0x03, 0x67): "wired_temperature:s2"},
        ((0x05, 0xFD), (0x06, 0xFE), (0x07, 0xFF), (0x08, 0xF4)),
    ),
    Family("vs132", {(0x03, 0xD2): "total_in:u4", (0x04, 0xD2): "total_out:u4"}),
    Family(
        "wt101",
        {(0x06, 0x00): "tamper_status:u1", (0x07, 0x00): "window_detection:u1"},
        ((0x05, 0x92), (0x08, 0xE5), (0x09, 0x90), (0x0A, 0x00), (0x0B, 0x90)),
    ),
    Family(
        "ct303 ct305 ct310 ct303-v2 ct305-v2 ct310-v2",
        {(0x10, 0x63): "sumkwh@chn1:u4"},
        ((0x04, 0x99), (0x06, 0x99), (0x08, 0x99), (0x05, 0x97), (0x07, 0x97), (0x11, 0x63), (0x12, 0x63)),
    ),
    Family(
        "ws501-v4 ws502-v4 ws503-v4",
        {(0x03, 0x74): "voltage_whole:u2"},
        ((0x88, 0x29), (0x89, 0xDF), (0xB3, 0x74), (0xB4, 0x80), (0xB5, 0x81), (0xB6, 0x83), (0xB7, 0xC9)),
    ),
    Family(
        "em320-th-v2",
        {(0xB3, 0x67): "sensor_status:b2", (0xB4, 0x68): "sensor_status:b2", (0xB4, 0x9A): "sensor_status:b2"},
        ((0x05, 0x6B), (0x05, 0x9C)),
    ),
    Family("ws301", {(0x03, 0x00): "magnet_status:u1", (0x04, 0x00): "tamper_status:u1"}),
    Family("ws303", {(0x03, 0x00): "leakage_status:u1"}),
    Family("ws203", {(0x05, 0x00): "occupancy:u1"}),
    Family("vs340 vs341 vs370", {(0x03, 0x00): "occupancy:u1"}),
    Family("ts301 ts301-v2", {(0x03, 0x00): "magnet_status:u1"}),
    Family(
        "ts302 ts302-v2",
        {
            (0x03, 0x67): "temperature@chn1:s2",
            (0x04, 0x67): "temperature@chn2:s2",
            (0x03, 0x9A): "humidity_tenths@chn1:u2",
            (0x04, 0x9A): "humidity_tenths@chn2:u2",
            (0x83, 0x67): "temperature@chn1:s2 alarm:u1",
            (0x83, 0x9A): "humidity_tenths@chn1:u2 alarm:u1",
            (0x84, 0x9A): "humidity_tenths@chn2:u2 alarm:u1",
            (0x93, 0x67): "temperature@chn1:s2 mutation:s2 alarm:u1",
            (0x93, 0x9A): "humidity_tenths@chn1:u2 mutation:s2 alarm:u1",
            (0x94, 0x9A): "humidity_tenths@chn2:u2 mutation:s2 alarm:u1",
            (0x93, 0xD7): "temperature@chn1:s2 mutation:s2 alarm:u1",
            (0x03, 0x00): "magnet_status@chn1:u1",
            (0x04, 0x00): "magnet_status@chn2:u1",
        },
        ((0x84, 0x67), (0x94, 0x67), (0x94, 0xD7), (0xB4, 0x67)),
    ),
)

OTHER_PROTOCOL = frozenset(
    (
        *("am304l", "am305l", "cth01", "gs524n", "gs601", "ts601", "ts602", "ws513-v3", "ws515-v3"),
        *("wt102", "wt301", "wt302", "wt303", "wt304", "wt401"),
    )
)
"""Products whose messages are no row of channels with a type each: read as such they would say anything."""

BY_MODEL = {model: family for family in FAMILIES for model in family.models.split()}


def shown_by(keys: set[Key]) -> Family | None:
    """The family that these channels show; None when they are common to several."""
    return next((family for family in FAMILIES if not keys.isdisjoint(family.signs)), None)
