"""Finds the time expressions of a text (in TimeML: recognition)."""
