"""Finding the time expressions of a text and what they say (TimeML: recognition)."""
