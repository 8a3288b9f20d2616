"""Fits what a score is worth as a probability."""
