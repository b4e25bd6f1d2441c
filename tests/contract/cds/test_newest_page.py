"""A page of temperatures, newest first: what follows it is missed only if it could count."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.calls import MET, NEXT, calm_with, with_settings
from tests.support.records import bundle, carded, observation


def temperatures(*taken: Any, **more: Any) -> dict[str, Any]:
    """Return a first page of temperatures with more to follow; each has its day and time in November and its value."""
    found = [observation("8310-5", value, "Cel", effectiveDateTime=f"2026-11-{at}:00Z") for at, value in taken]
    return bundle(*found, **{"link": NEXT} | more)


FALLING = [("22T07:00", "36.5"), ("22T05:00", "36.9"), ("21T06:59", "37.1")]
UNREAD = observation("8310-5", "36.5", effectiveDateTime="2026-11-22T08:00:00Z")
VOID = UNREAD | {"valueQuantity": None, "dataAbsentReason": {"text": "error"}}
SETTLED = {
    "newest first": temperatures(*FALLING),
    "no link, a greater total": temperatures(*FALLING, link=[], total=Decimal(90)),
    "both": temperatures(*FALLING, total=Decimal(90)),
    "two of one moment, newer than the last": temperatures(("22T07:00", "36.5"), *FALLING),
    "a fever longer ago than a day": temperatures(*FALLING[:2], ("21T06:59", "39.9")),
    "the newest was never reported": bundle(
        VOID, *[entry["resource"] for entry in temperatures(*FALLING)["entry"]], link=NEXT
    ),
}
OPEN = {
    "oldest first": temperatures(*FALLING[::-1]),
    "no order": temperatures(*FALLING[1:], FALLING[0]),
    "only one": temperatures(FALLING[0]),
    "all of one moment": temperatures(("22T07:00", "36.5"), ("22T07:00", "36.9")),
    "just a day": temperatures(*FALLING[:2], ("21T07:00", "37.1")),
    "less than a day": temperatures(*FALLING[:2], ("21T07:01", "37.1")),
    "less than a day since one that was reported": bundle(
        VOID, *[entry["resource"] for entry in temperatures(FALLING[0], ("21T07:30", "37.1"))["entry"]], link=NEXT
    ),
    "none of the day can be read": bundle(
        UNREAD, temperatures(("20T07:00", "37.1"))["entry"][0]["resource"], link=NEXT
    ),
    "one without a time": bundle(
        *[entry["resource"] for entry in temperatures(*FALLING)["entry"]],
        observation("8310-5", "36.5", "Cel", effectiveDateTime=None),
        link=NEXT,
    ),
    "another test": bundle(
        *[entry["resource"] for entry in temperatures(*FALLING)["entry"]],
        observation("4537-7", 12, "mm/h", effectiveDateTime="2026-11-22T01:00:00Z"),
        link=NEXT,
    ),
    "nothing on the page": bundle(link=NEXT),
}


@pytest.mark.parametrize("page", SETTLED.values(), ids=SETTLED)
def test_what_follows_the_newest_temperature_is_not_missed(page: Any) -> None:
    """Most patients of a ward have more temperatures than a page holds."""
    [card] = carded(with_settings(cds_card_from="unlikely"), calm_with(page))
    assert card["summary"].startswith("MAS unlikely")
    assert "further page" not in card["detail"]


@pytest.mark.parametrize("page", OPEN.values(), ids=OPEN)
def test_a_page_of_temperatures_that_may_lack_the_newest_is_incomplete(page: Any) -> None:
    [card] = carded(with_settings(cds_card_from="unlikely"), calm_with(page))
    assert card["summary"].startswith("Not decided")
    assert "further page" in card["detail"]


def test_a_site_that_does_not_ask_for_the_newest_first_is_not_believed_to_get_it(tmp_path: Path) -> None:
    codes = tmp_path / "codes.toml"
    template = "Observation?patient={{context.patientId}}&code={codes}&_count=5"
    codes.write_text(f'[prefetch]\ntemperature = "{template}"\n', encoding="utf-8")
    client = with_settings(cds_card_from="unlikely", code_map_file=str(codes))
    assert "further page" in carded(client, calm_with(temperatures(*FALLING)))[0]["detail"]


def test_a_page_whose_newest_cannot_be_read_lacks_nothing_but_decides_nothing() -> None:
    """What follows is older than a day; the one that cannot be read may be a fever."""
    page = bundle(UNREAD, *[entry["resource"] for entry in temperatures(*FALLING)["entry"]], link=NEXT)
    [card] = carded(with_settings(cds_card_from="unlikely"), calm_with(page))
    assert "further page" not in card["detail"]
    assert "has no unit" in card["detail"]


def test_a_fever_on_the_newest_page_is_a_fever_however_many_pages_follow(client: FlaskClient) -> None:
    paged = MET | {"temperature": temperatures(("22T07:00", "39"), FALLING[2])}
    [card] = carded(client, paged)
    assert card["indicator"] == "critical"
    assert "further page" not in card["detail"]
