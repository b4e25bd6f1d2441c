"""The items of a set as JSON."""

from __future__ import annotations

import msgspec

from service.api.item_document import item_json
from service.api.value_texts import Texts
from service.clinical.explain import Breakdown
from service.clinical.item_texts import ItemTexts

ITEMS = ItemTexts(item_json, b",")


def breakdown_json(breakdown: Breakdown, texts: Texts) -> msgspec.Raw:
    """Return the items of a set on a panel."""
    return msgspec.Raw(b"[%b]" % ITEMS.written(breakdown, texts))
