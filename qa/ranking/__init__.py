"""From scored spans to answers: evidence, merging, calibration, conflicts."""
