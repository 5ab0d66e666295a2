"""Watteco (nke): standard reports and batch reports of all its LoRaWAN sensors, told apart by the lowest bit.

Sources: Watteco/Codec-API-LoRaWAN, Watteco/Codec-Report-Standard-Python, Watteco/Codec-Report-Batch-Python and
TheThingsNetwork/lorawan-devices (vendor/nke-watteco). Endpoint 0 is channel "", the one after it "2" and so on, as the
vendor counts; pulse and logical inputs are numbered from "1"; phases are "a", "b", "c", their sum "".

A register with a sign (clusters 0x0052 and 0x8010) stands for energy given to the network when it is below zero.
Energies are in Wh: the thousandth that an older decoder of The Things Network prints is not in the vendor's. Power is
what is drawn less what is given. Without the product, the first two concentrations are air quality index and CO₂.
"""

from sensors.draft import Draft, Malformed, NeedsCodec, drafted
from sensors.lorawan.watteco.batch import samples_of
from sensors.lorawan.watteco.fields import FIELDS, LEFT
from sensors.lorawan.watteco.products import PRODUCTS, UNKNOWN, Product
from sensors.lorawan.watteco.standard import read_standard
from sensors.model import Codec

NAME = "lorawan_watteco"

PORT = 125
MOST_BYTES = 242
"""Of a LoRaWAN message (LoRaWAN Regional Parameters, EU868, data rate 7)."""


def _fill(draft: Draft) -> None:
    data = draft.message.payload
    if draft.context.fport not in (None, PORT):
        raise Malformed(f"Watteco sends on port {PORT}, not {draft.context.fport}")
    if not 0 < len(data) <= MOST_BYTES:
        raise Malformed(f"{len(data)} bytes; a report has 1 to {MOST_BYTES}")
    product = PRODUCTS.get(draft.context.model, UNKNOWN)
    if data[0] & 1:
        read_standard(draft, data, product)
    else:
        _read_batch(draft, data, product)


def _read_batch(draft: Draft, data: bytes, product: Product) -> None:
    """Values that each have their own age, counted back from the time of receipt."""
    if not product.tag_bits:
        known = ", ".join(name for name, one in PRODUCTS.items() if one.tag_bits)
        named = f", not {draft.context.model}" if draft.context.model else ""
        raise NeedsCodec(f"a batch report means what its product says: name {NAME}/<product>{named}: {known}")
    received_ms = draft.message.received_ms
    for label, value, age_s in samples_of(data, product.tag_bits, product.labels):
        at_ms = None if draft.message.retained else received_ms - age_s * 1000
        draft.take(label.name, value, label.channel or None, at_ms)


CODEC = Codec(
    name=NAME,
    title="Watteco (nke), standard and batch reports",
    families="all with these reports; for batch reports and analog inputs the product is to be named",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    models={model: product.title for model, product in PRODUCTS.items()},
    lorawan=True,
)
