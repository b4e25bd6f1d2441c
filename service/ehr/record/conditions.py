"""The underlying condition, from what diagnoses stand for. Two that point to different criteria settle nothing."""

from __future__ import annotations

from typing import TypeVar

SUSPECTED = {"sjia": "suspected_sjia"}
"""What a diagnosis stands for that is not confirmed, where that is anything."""
STRONGER = (
    ("sjia", "suspected_sjia"),
    ("haematological_malignancy", "malignancy"),
    ("haematological_malignancy", "solid_tumour"),
    ("solid_tumour", "malignancy"),
)
WEAK = ("other", "sepsis", "kawasaki")
"""What gives way to any other diagnosis, the weakest first: an infection comes and goes beside the illness itself."""

Place = TypeVar("Place")


def those_that_count(found: dict[str, Place]) -> dict[str, Place]:
    """Return of some conditions, each with where it stands, those that do not give way to another."""
    left = dict(found)
    for strong, weak in STRONGER:
        if strong in left:
            left.pop(weak, None)
    for weak in WEAK:
        if len(left) > 1:
            left.pop(weak, None)
    return left
