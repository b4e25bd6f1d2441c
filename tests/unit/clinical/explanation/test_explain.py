"""Which nodes of a set are shown as its items."""

from tests.support.results import result_of, statuses

CRITERIA_2016 = "eular-acr-printo-2016"


def test_a_part_and_a_group_without_a_name_give_their_items_in_their_place() -> None:
    assert statuses(result_of(CRITERIA_2016, findings={"fever": True}).items) == {
        "fever": "met",
        "ferritin": "unknown",
        "platelets": "unknown",
        "ast": "unknown",
        "triglycerides": "unknown",
        "fibrinogen": "unknown",
    }
