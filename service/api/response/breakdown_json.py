"""The items of a set as JSON."""

from __future__ import annotations

import msgspec

from service.api.response.items import item_json
from service.api.response.value_texts import Texts
from service.clinical.explanation.explain import Breakdown
from service.clinical.explanation.item_texts import ItemTexts

ITEMS = ItemTexts(item_json, b",")


def breakdown_json(breakdown: Breakdown, texts: Texts) -> msgspec.Raw:
    """Return the items of a set on a panel."""
    return msgspec.Raw(b"[%b]" % ITEMS.written(breakdown, texts))
