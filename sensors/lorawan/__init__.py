"""The bytes inside LoRaWAN envelopes, one module per vendor."""
