"""Benches: against other systems (`peers`), and against what the machine can do (`limits`)."""
