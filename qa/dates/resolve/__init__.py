"""Puts time expressions on the calendar (in TimeML: normalization)."""
