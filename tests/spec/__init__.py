"""WHAT DOES THE MEDICINE SAY? The cases, limits and laws that a clinician can read."""
