"""DOES THE PROJECT KEEP ITS OWN RULES? Imports, documents, bench."""
