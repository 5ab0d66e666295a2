"""Adeunis: every frame is read by its table, and a history is dated by the configuration of its own device."""

import random
from zoneinfo import ZoneInfo

from sensors.lorawan.adeunis import CODEC, CONTROL, KEEP_ALIVE, READERS, inputs, room, tic
from sensors.memory import Memory
from sensors.model import Context, Decoded, Message, Reason, Rejected

RECEIVED_MS = 1_795_421_700_000
CONFIGURED = "100021c000030002012c"  # a value every 2 x 300 x 2 s
HISTORY = "4c2000c51f00c720"


def decoded(payload: str, memory: Memory, device: str = "room", at_ms: int = RECEIVED_MS, model: str = "") -> Decoded:
    message = Message("lorawan/adeunis", bytes.fromhex(payload), at_ms, 1, False)
    context = Context(ZoneInfo("Europe/Paris"), fport=1, device=device, model=model, memory=memory)
    return CODEC.decode(message, context)


def times(result: Decoded) -> list[int]:
    """Seconds before receipt of the temperatures."""
    return [(RECEIVED_MS - at_ms) // 1000 for _, _, name, _, at_ms in result.readings if name == "climate.temperature"]


def test_no_code_has_two_readers() -> None:
    """Codes of one part of the products are not those of another."""
    codes = [*room.READERS, *inputs.READERS, *tic.READERS, *CONTROL, KEEP_ALIVE]

    assert len(codes) == len(set(codes))


def test_no_value_is_without_row() -> None:
    """Whatever a frame holds, it is taken or left by the table; registers of Modbus and labels of TIC are shown."""
    chance = random.Random(8)
    unmapped: set[str] = set()
    for code in sorted({*READERS, KEEP_ALIVE} - {0x4A}):
        for size in range(60):
            frame = bytes((code, chance.randrange(256))) + chance.randbytes(size)
            unmapped |= {name for _, name in decoded(frame.hex(), Memory()).unmapped}

    assert {name for name in unmapped if "register" not in name} == set()


def test_older_samples_without_period_are_refused() -> None:
    """Without a configuration frame the newest sample alone is taken, and the message says what it lacks."""
    result = decoded(HISTORY, Memory())

    assert [0] == times(result)
    assert isinstance(result.problem, Rejected)
    assert Reason.NEEDS_TIME == result.problem.reason


def test_configuration_dates_older_samples() -> None:
    """The device's own configuration frame tells the period of its histories."""
    memory = Memory()

    decoded(CONFIGURED, memory)

    assert [0, 1200] == times(decoded(HISTORY, memory))


def test_configuration_said_later_dates_what_was_refused() -> None:
    """A history that is decoded again is dated by the first configuration said after it."""
    memory = Memory()

    decoded(CONFIGURED, memory, at_ms=RECEIVED_MS + 3_600_000)

    assert [0, 1200] == times(decoded(HISTORY, memory))


def test_configuration_is_of_one_device() -> None:
    """What one device says dates nothing of another."""
    memory = Memory()

    decoded(CONFIGURED, memory, device="other")

    assert [0] == times(decoded(HISTORY, memory))


def test_changed_setting_forgets_the_configuration() -> None:
    """A setting changed by radio may be the period; one that was refused is not."""
    memory = Memory()
    decoded(CONFIGURED, memory, at_ms=RECEIVED_MS - 2)

    decoded("3380040140", memory, at_ms=RECEIVED_MS - 1)
    kept = times(decoded(HISTORY, memory))
    decoded("3380010140", memory)

    assert [0, 1200] == kept
    assert [0] == times(decoded(HISTORY, memory))


def test_retained_history_without_time_is_of_unknown_age() -> None:
    """Nothing of a retained history is taken when no time of its own dates it."""
    memory = Memory()
    decoded(CONFIGURED, memory)
    message = Message("lorawan/adeunis", bytes.fromhex(HISTORY), RECEIVED_MS, 1, True)

    result = CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), device="room", memory=memory))

    assert [] == list(result.readings)


def test_model_is_found_however_it_is_written() -> None:
    """The codec's own way, hyphens and underscores name the same product."""
    frame = "30c200010100000500020a"
    results = [decoded(frame, Memory(), model=model) for model in ("drycontacts2", "Dry-Contacts-2", "dry_contacts_2")]

    assert [5] * 3 == [len(result.readings) for result in results]
