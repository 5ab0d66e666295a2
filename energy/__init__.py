"""Readings to consumption: registers, steps, shares, roll-ups, and what people ask of them."""
