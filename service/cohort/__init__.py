"""A table of panels in, a table of results out: for registries, trials and quality units."""
