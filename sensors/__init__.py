"""What a device says: quantities, messages, readings, decoders, recorded histories. Pure."""
