"""Measures how well questions are answered: suites, metrics, the runner and the report."""
