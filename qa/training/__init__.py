"""Makes the readers that the project bundles, from data and base weights."""
