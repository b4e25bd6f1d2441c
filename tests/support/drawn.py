"""How much a test draws: all of it where ``CI`` is set, a quarter elsewhere, so that ``make test`` takes minutes.

Each test runs in both; what a quarter does not find in a while, the whole finds before anything lands.
"""

import os

ALL = bool(os.environ.get("CI"))
SHARE = 1 if ALL else 4
"""One of so many is drawn."""


def drawn(number: int) -> int:
    """Return how many of so many are drawn."""
    return -(-number // SHARE)
