"""Dragino sensors: each model has frames of its own, told apart by the port and the model that the estate names.

Layouts are those of Dragino's own decoders (dragino/dragino-end-node-decoder, by model; the same in
TheThingsNetwork/lorawan-devices, vendor/dragino, and chirpstack-device-profiles, vendors/dragino). Without a model:
port 2 is an LHT65 or LHT65N (refused when it cannot be one), an LT-22222-L by its last two bytes or, in 8 bytes, a
distance sensor such as LDDS75; ports 10 and 7 are LDS01, LDS02, LWL01 or LWL02; port 5 is the state of the models that
send their battery there; port 4 is settings.
"""

from collections.abc import Mapping

from sensors.draft import Draft, Malformed, NeedsCodec, drafted
from sensors.lorawan.dragino import climate, contacts, inputs, lht65, outdoor
from sensors.lorawan.dragino.frame import RECORD, Frame, Reader, control, status
from sensors.lorawan.dragino.tables import FIELDS, LEFT
from sensors.model import Codec

NAME = "lorawan_dragino"

MOST_BYTES = 255  # more than LoRaWAN carries

MODELS: Mapping[str, Mapping[int, Reader]] = {
    **lht65.MODELS,
    **climate.MODELS,
    **contacts.MODELS,
    **inputs.MODELS,
    **outdoor.MODELS,
}
"""By model in small letters, then by port; the first port is that of the usual report."""

SUFFIXES = ("-lb", "-ls", "-l", "-ln", "-cb")
"""Of the housing, the battery and the like: the frames are the same, or the table has a row for the full name."""

TELLING = bytes.fromhex("090a0b0d0e11141617191a1b1c1d1f20232426272a2c2d2e2f3033343536373f444a")
"""Model numbers that begin a frame of port 5 which holds the battery; on other models it begins with the band."""


def _unnamed_report(frame: Frame) -> None:
    if len(frame.data) == 8 and frame.unsigned(4, 1) <= 1 and frame.unsigned(7, 1) <= 1:
        outdoor.distance(frame)
    elif inputs.is_lt(frame):
        inputs.lt(frame)
    elif lht65.fits(frame):
        lht65.report(frame)
    else:
        raise _unnamed(frame.port)


def _unnamed_log(frame: Frame) -> None:
    if len(frame.data) % RECORD or not lht65.fits(frame):
        raise _unnamed(frame.port)
    lht65.report(frame)


def _unnamed(port: int | None) -> NeedsCodec:
    models = ", ".join(model for model, ports in MODELS.items() if port in ports)
    return NeedsCodec(f"port {port}: name the model (lorawan_dragino/<model>)" + (models and f" of {models}"))


def _unnamed_status(frame: Frame) -> None:
    if frame.unsigned(0, 1) in TELLING:
        status(frame)
    else:
        control(frame)


UNNAMED: Mapping[int, Reader] = {
    2: _unnamed_report,
    3: _unnamed_log,
    4: control,
    5: _unnamed_status,
    7: contacts.lds02_count,
    10: contacts.lds02,
}


def _ports(model: str) -> Mapping[int, Reader]:
    name = model.lower().replace("_", "-")
    if name in MODELS:
        return MODELS[name]
    for suffix in SUFFIXES:
        if name.removesuffix(suffix) in MODELS:
            return MODELS[name.removesuffix(suffix)]
    raise NeedsCodec(f"model {model!r} is not in Dragino's table")


def _fill(draft: Draft) -> None:
    model, port, size = draft.context.model, draft.context.fport, len(draft.message.payload)
    if size > MOST_BYTES:
        raise Malformed(f"{size} bytes are more than LoRaWAN carries")
    ports = _ports(model) if model else UNNAMED
    read = next(iter(ports.values())) if port is None else ports.get(port)
    if read is None:
        known = ", ".join(map(str, ports)) if len(ports) < 10 else "those of its manual"
        if not model:
            raise _unnamed(port)
        raise Malformed(f"port {port} of {model}: known are {known}")
    read(Frame(draft, draft.message.payload, port))


CODEC = Codec(
    name=NAME,
    title="Dragino (LoRaWAN)",
    families="LHT65, LHT65N, LHT52, S31, D20 to D23, LTC2, LAQ4, AQS01, LDS, LWL, CPL, SW3L, LSN50, SN50v3, "
    "LT-22222-L, CS01, PS-LB, LSE01, SPH01, LDDS, LDS12, LDS25, LDS40, WSC1-L and their -LB and -LS editions",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    models={
        model: f"ports {', '.join(map(str, ports)) if len(ports) < 10 else '2 and others by range'}"
        for model, ports in MODELS.items()
    },
    lorawan=True,
)
