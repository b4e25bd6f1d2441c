"""An assessment as a caller reads it: rendered, written, read back."""

from typing import Any

from service.api.response.assessment import assessment_document
from service.clinical.assessment.assess import assess
from service.server.messages.strict_json import dumps, loads
from tests.support.panels import panel_of


def answer_to(*criteria: str, **request: Any) -> dict[str, Any]:
    """Return the answer to a request as JSON that was read back, every number exact."""
    document: dict[str, Any] = loads(dumps(assessment_document(assess(panel_of(**request), criteria))))
    return document


def set_of(key: str, **request: Any) -> dict[str, Any]:
    """Return one set of the answer."""
    (found,) = answer_to(key, **request)["criteria"]
    assert isinstance(found, dict)
    return found


def item_of(key: str, *path: str, **request: Any) -> dict[str, Any]:
    """Return one item of one set of the answer."""
    found = set_of(key, **request)
    for name in path:
        found = next(item for item in found["items"] if item["id"] == name)
    return found
