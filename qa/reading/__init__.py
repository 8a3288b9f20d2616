"""From passages to scored answer spans."""
