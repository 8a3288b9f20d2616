"""Parts for other frameworks; each module needs its framework, an extra of the same name."""
