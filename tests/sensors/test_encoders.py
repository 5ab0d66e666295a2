"""What the simulated devices say is read as what they measured, in every format."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.decode import decode
from sensors.encoders import ENCODERS
from sensors.encoders.model import Encoder, Measure, Said, Sent
from sensors.memory import Memory
from sensors.model import Context, Decoded, Message, Reading
from sensors.quantities import QUANTITIES
from sensors.registry import CODECS
from sensors.routes import Entry, Routes

NOW_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
PARIS = ZoneInfo("Europe/Paris")

KINDS = [
    pytest.param(name, encoder, id=f"{name}-{index}")
    for name, encoders in ENCODERS.items()
    for index, encoder in enumerate(encoders)
]


def shown(measure: Measure) -> st.SearchStrategy[float]:
    """Any value the device can show."""
    steps = st.integers(round(measure.low / measure.step), round(measure.high / measure.step))
    return steps.map(lambda step: measure.shown(step * measure.step))


@st.composite
def sayings(draw: st.DrawFn, encoder: Encoder) -> Said:
    """What a device of this kind may have to say: one value or all of them."""
    at_ms = NOW_MS + draw(st.integers(-86_400_000, 0))
    measures = [draw(st.sampled_from(encoder.measures))] if encoder.singly else encoder.measures
    values = {measure.name: draw(shown(measure)) for measure in measures}
    number = draw(st.integers(0, 999_999))
    return Said(encoder.device(number), "b07", number, at_ms - at_ms % encoder.tick_ms, values, PARIS)


def whole(encoder: Encoder, values: dict[str, float]) -> Said:
    return Said(encoder.device(3), "b07", 3, NOW_MS, values, PARIS)


def decoded(encoder: Encoder, said: Said, messages: Iterator[Sent] | list[Sent]) -> list[Decoded]:
    """What our own decoders make of the messages, received a second later."""
    codecs = {said.device: encoder.codec} if encoder.codec else {}
    topic = encoder.topic.format(device=said.device)
    own = [Entry(topic, encoder.codec, said.device)] if topic else []
    routes = Routes(Context(PARIS, codecs=codecs, memory=Memory()), CODECS, own)
    received_ms = said.at_ms + 1000
    return [decode(Message(sent.topic, sent.payload, received_ms, 1, False), routes, received_ms) for sent in messages]


def read(said: Said, at_ms: int) -> set[Reading]:
    parts = [(name.partition("@"), value) for name, value in said.values.items()]
    return {Reading(said.device, channel, quantity, value, at_ms) for (quantity, _, channel), value in parts}


@pytest.mark.parametrize(("name", "encoder"), KINDS)
def test_round_trip(name: str, encoder: Encoder) -> None:
    """Decoding what was encoded gives the same values, under the same device, at the same time, and nothing else."""

    @given(said=sayings(encoder))
    def check(said: Said) -> None:
        everything = {measure.name: said.values.get(measure.name, measure.low) for measure in encoder.measures}
        births = list(encoder.births(said._replace(values=everything)))
        at_ms = said.at_ms + 1000 if encoder.clock == "none" else said.at_ms

        result = decoded(encoder, said, [*births, encoder.encode(said)])[-1]

        assert (None, []) == (result.problem, list(result.unmapped))
        assert read(said, at_ms) == set(result.readings)
        assert len(said.values) == len(result.readings)

    check()


@pytest.mark.parametrize(("name", "encoder"), KINDS)
def test_topic_is_of_the_format(name: str, encoder: Encoder) -> None:
    """Every message, births included, is on a topic that this very codec reads without being told."""
    values = {measure.name: measure.low for measure in encoder.measures}
    said = whole(encoder, values)
    one = dict([next(iter(values.items()))]) if encoder.singly else values
    messages = [*encoder.births(said), encoder.encode(said._replace(values=one))]

    routes = [Routes(Context(PARIS), CODECS).find(sent.topic) for sent in messages]

    assert [name] * len(messages) == [route.codec.name if route else None for route in routes]


def test_a_shown_value() -> None:
    """A value is rounded to the step the device shows, and kept within its range."""
    measure = Measure("climate.temperature", -20, 60, 0.1)

    assert [21.7, 60.0, -20.0] == [measure.shown(value) for value in (21.72, 99, -99)]


@pytest.mark.parametrize(("name", "encoder"), KINDS)
def test_measures_are_plausible(name: str, encoder: Encoder) -> None:
    """No device shows what the table of quantities takes for impossible; no two measures have one name."""
    impossible = [
        measure
        for measure in encoder.measures
        if not QUANTITIES[measure.quantity].low <= measure.low < measure.high <= QUANTITIES[measure.quantity].high
    ]

    assert [] == impossible
    assert len(encoder.measures) == len({measure.name for measure in encoder.measures})
