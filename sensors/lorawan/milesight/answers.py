"""Answers to downlinks, which the device sends as channels FF and FE: how long each is, by its type.

Lengths are those of the vendor's decoders (Milesight-IoT/SensorDecoders, `handle_downlink_response`), of most products
where they differ. Channels F8 and F9 carry the newer answers, of lengths that differ from product to product.
"""

CHANNELS = (0xFE, 0xFF)
EXTENDED = (0xF0, 0xF8, 0xF9, 0xFA, 0xFB, 0xFD)

_TYPES = {
    1: "0410132627282a2c2d2f3b3c3d3e40414243444546484a4c505153565759"
    "5e6264666768696b6d7173747d7f828485868d8f9097a5a6a8a9aaadaeb2b3b4"
    "b5b6bec2c3c5c7cfd0e9ebecf3f4f5f6f8fbfcfd",
    2: "02031217181c1d232425303a4e5a616570727677808195a3a4a7acb7b8bdc0c4cef2",
    3: "054b6a7a878a8eabb0b1b9bbcaeaedeff9fa",
    4: "111e22525889afc1f0f1f7",
    5: "1b32394f547e8391929899c8",
    6: "4d7993c9",
    7: "75a1",
    8: "35638896",
    9: "06a2bf",
    10: "ba",
    29: "55",
}

LENGTHS = {kind: length for length, types in _TYPES.items() for kind in bytes.fromhex(types)}
