"""One text with gaps serves every panel of the same verdicts: what is remembered, and what is written into it."""

from typing import Any

import pytest

from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.set_result import Item
from service.clinical.explanation.item_texts import ItemTexts
from service.clinical.explanation.places import Places, Values
from tests.conftest import panel_of
from tests.unit.clinical.results import result_of

CRITERIA_2016 = "eular-acr-printo-2016"
OBSERVATIONS = {"ferritin": "7123.5 ng/mL", "platelets": "98 10*9/L", "fibrinogen": {"interpretation": "L"}}


def telling(item: Item, places: Places) -> bytes:
    return f"{item.label}, 100 %: {item.reason}".encode()


def reasons(texts: ItemTexts, key: str = CRITERIA_2016, **request: Any) -> list[str]:
    breakdown = result_of(key, **request).breakdown
    assert breakdown is not None
    return texts.written(breakdown, Values(panel_of(**request), str.encode)).decode().split("\n")


def test_each_panel_is_told_with_its_own_values() -> None:
    texts = ItemTexts(telling, b"\n")
    for value in ("98", "99"):
        told = reasons(texts, observations=OBSERVATIONS | {"platelets": f"{value} 10*9/L"})
        assert f"Platelet count, 100 %: {value} is at or below 181" in told
        assert "Triglycerides, 100 %: not reported" in told


def test_a_word_is_written_as_the_form_writes_it() -> None:
    breakdown = result_of(CRITERIA_2016, observations=OBSERVATIONS).breakdown
    assert breakdown is not None
    values = Values(panel_of(observations=OBSERVATIONS), lambda text: f"[{text}]".encode())
    told = ItemTexts(telling, b"\n").written(breakdown, values)
    assert b"[7123.5] is above 684" in told
    assert b"reported only as '[L]'" in told


def test_when_one_verdict_changes_only_its_item_is_explained_anew() -> None:
    texts = ItemTexts(telling, b"\n")
    items = texts.of_items[_explanation(CRITERIA_2016)]
    reasons(texts, observations=OBSERVATIONS)
    assert {_remembered(one) for one in items} == {1}
    reasons(texts, observations=OBSERVATIONS | {"ferritin": "500 ng/mL"})
    assert sorted(_remembered(one) for one in items) == [*[1] * (len(items) - 1), 2]
    assert _remembered(texts.of_sets[_explanation(CRITERIA_2016)]) == 2


@pytest.mark.parametrize("key", ["ms-score", "ferritin-esr-ratio"])
def test_a_set_with_numbers_is_written_anew(key: str) -> None:
    texts = ItemTexts(telling, b"\n")
    request = {"observations": {"ferritin": "2000 ng/mL", "esr": "100 mm/h", "platelets": "98 10*9/L"}}
    assert reasons(texts, key, **request) == [telling(one, {}).decode() for one in result_of(key, **request).items]
    assert _explanation(key) not in texts.of_sets


def _explanation(key: str) -> int:
    return id(PREPARED[key].explanation)


def _remembered(texts: Any) -> int:
    return int(texts.cache_info().currsize)
