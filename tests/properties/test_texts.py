"""A text with gaps says of any panel what an explanation made for that panel says."""

from typing import Any

from hypothesis import given

from service.clinical.assessment.assess import assess
from service.clinical.evaluation.set_result import Item
from service.clinical.explanation.item_texts import ItemTexts
from service.clinical.explanation.places import Places, Values
from tests.conftest import panel_of
from tests.properties.panels import requests


def telling(item: Item, places: Places) -> bytes:
    below = b"".join(telling(one, places) for one in item.items)
    return f"<{item.id}: {item.status.value}, {item.status_implied.value}, {item.reason}".encode() + below + b">"


TEXTS = ItemTexts(telling, b"\n")


@given(request=requests())
def test_the_items_of_every_set_are_told_as_they_are_explained(request: dict[str, Any]) -> None:
    panel = panel_of(**request)
    values = Values(panel, str.encode)
    for result in assess(panel).results:
        assert result.breakdown is not None
        assert TEXTS.written(result.breakdown, values) == b"\n".join([telling(one, {}) for one in result.items])
