"""Readings that no device sends: files of history, and meters read by hand."""
