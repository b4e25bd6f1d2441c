"""Scores a lab panel for macrophage activation syndrome and says why."""

__version__ = "1.0.0"
