"""What a time expression means on the calendar (TimeML: normalization)."""
