"""Short ways from the words of a request to one result, one item, one category."""

from collections.abc import Iterable
from typing import Any

from service.clinical.assessment.assess import Assessment, assess
from service.clinical.criteria import CATALOGUE
from service.clinical.evaluation.evaluate import evaluate
from service.clinical.evaluation.set_result import Item, SetResult
from service.clinical.explanation.items import explain
from tests.support.panels import panel_of

WORD_ALONE = "reported only as '{}', which counts for the implied verdict alone"
NO_RANGE = "reported as '{}' without a usable reference range, which proves nothing here"


def result_of(key: str, **request: Any) -> SetResult:
    """Evaluate and explain one set on the panel that a request means."""
    panel = panel_of(**request)
    result = evaluate(CATALOGUE[key], panel)
    return result._replace(items=explain(result, panel))


def assessed(*criteria: str, **request: Any) -> Assessment:
    """Assess the panel that a request means."""
    return assess(panel_of(**request), criteria)


def item_of(result: SetResult, *path: str) -> Item:
    """Return the item at a path of ids."""
    items: Iterable[Item] = result.items
    for key in path:
        found = next(item for item in items if item.id == key)
        items = found.items
    return found


def statuses(items: Iterable[Item]) -> dict[str, str]:
    """Return the status of each item by its id."""
    return {item.id: item.status.value for item in items}
