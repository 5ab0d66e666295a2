"""The other way: messages to the broker."""
