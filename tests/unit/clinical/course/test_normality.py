"""A result is normal by its own range or its word, never for want of either."""

from typing import Any

import pytest

from service.clinical.course.events import Normality, normality_in
from tests.support.panels import panel_of

RANGE = {"low": 2.0, "high": 4.0, "unit": "g/L"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"value": 3, "unit": "g/L", "reference_range": RANGE}, Normality.NORMAL),
        ({"value": 2, "unit": "g/L", "reference_range": RANGE}, Normality.NORMAL),
        ({"value": 300, "unit": "mg/dL", "reference_range": RANGE}, Normality.NORMAL),
        ({"value": 1.9, "unit": "g/L", "reference_range": RANGE}, Normality.ABNORMAL),
        ({"value": 4.1, "unit": "g/L", "reference_range": RANGE, "interpretation": "H"}, Normality.ABNORMAL),
        ({"value": 3, "unit": "g/L", "comparator": "<", "reference_range": RANGE}, Normality.UNKNOWN),
        (
            {"value": 3, "unit": "g/L", "comparator": "<", "reference_range": RANGE, "interpretation": "L"},
            Normality.ABNORMAL,
        ),
        ({"interpretation": "N", "reference_range": RANGE}, Normality.NORMAL),
        ({"interpretation": "L", "reference_range": RANGE}, Normality.ABNORMAL),
        ({"interpretation": "N"}, Normality.NORMAL),
        ({"interpretation": "HH"}, Normality.ABNORMAL),
        ({"interpretation": "A"}, Normality.UNKNOWN),
        ("3 g/L", Normality.UNKNOWN),
    ],
)
def test_normality(sent: Any, expected: Normality) -> None:
    assert normality_in(panel_of(observations={"fibrinogen": sent}), "fibrinogen") is expected


def test_a_result_that_is_absent_has_none() -> None:
    assert normality_in(panel_of(observations={"ferritin": "1 ng/mL"}), "fibrinogen") is None
