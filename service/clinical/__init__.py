"""The medicine: what was measured, what a paper says about it, and what follows. Standard library only."""
