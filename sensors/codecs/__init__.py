"""The formats that messages come in, one module each."""
