"""Every codec by name: the only list of them."""

from collections.abc import Mapping

from sensors.codecs import airgradient, native
from sensors.model import Codec

CODECS: Mapping[str, Codec] = {
    codec.name: codec
    for codec in (
        native.HISTORY,  # before the native codec, whose topics cover its own
        native.CODEC,
        airgradient.CODEC,
    )
}
