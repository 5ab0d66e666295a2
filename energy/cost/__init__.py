"""What consumption costs and emits, whose part it is, and how a figure came about."""
