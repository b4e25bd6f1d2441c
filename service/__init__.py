"""Scores a lab panel for macrophage activation syndrome and says why."""

__version__ = "2.0.0"
