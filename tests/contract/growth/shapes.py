"""Ways in which the value of one member grows: texts, numbers, lists, nesting. Each is JSON text of about a size."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Shape = Callable[[int, Any, str], str]
"""Makes JSON of about so many bytes, from what stood there before (None if nothing) and the name of the member."""
TEXTS = {
    "letters": "a",
    "capitals": "\u0130",
    "blanks": " ",
    "digits": "9",
    "zeros": "0",
    "brackets": "(",
    "closing": "[)]",
    "backslashes": "\\",
    "slashes": "a/",
    "points": "1.,",
    "comparators": "<>=",
    "dashes": "1 - ",
    "words": "ferritin 1 ng/mL, ",
    "drugs": "tocilizumab + ",
    "misspelt": "tocilizumap anakinna ",
    "colons": ":urn:",
    "powers": "10^",
}
ENDED = {
    "blanks within": ("1", " ", "x"),
    "a long fraction": ("2026-11-22T07:45:00.", "0", "Z"),
    "a long number": ("1.", "3", " ng/mL"),
    "marks out of order": ("a" + "\u0315" * 2000, "\u0316\u0315", ""),
}


def _text(begin: str, part: str, end: str) -> Shape:
    def made(size: int, _before: Any, _name: str) -> str:
        each = len(json.dumps(part, ensure_ascii=False).encode()) - 2
        return json.dumps(begin + part * max(1, size // each) + end, ensure_ascii=False)

    return made


def item_of(before: Any) -> Any:
    """Return what a list of this member would hold."""
    if isinstance(before, list):
        return before[0] if before else {}
    return before if before is not None else {}


def _list(items: Callable[[Any, int], Any]) -> Shape:
    def made(size: int, before: Any, _name: str) -> str:
        item = item_of(before)
        each = len(json.dumps(items(item, 0), default=float)) + 2
        return json.dumps([items(item, at) for at in range(max(1, size // each))], default=float)

    return made


NAMED = ("id", "text", "display", "reference", "value", "fullUrl", "versionId", "url", "name", "lastModified")


def distinct(value: Any, at: int) -> Any:
    """Return a value that differs from others made of it, in its names and numbers and not in its codes."""
    if isinstance(value, dict):
        return {
            key: f"{item}{at}" if key in NAMED and isinstance(item, str) else distinct(item, at)
            for key, item in value.items()
        } | ({} if "reference" in value else {"id": f"i{at}"})
    if isinstance(value, list):
        return [distinct(item, at) for item in value]
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    return at


def _nested(opening: str, closing: str) -> Shape:
    def made(size: int, _before: Any, name: str) -> str:
        begin = opening.replace("NAME", json.dumps(name))
        depth = max(1, size // len(begin + closing))
        return begin * depth + "{}" + closing * depth

    return made


def _resources(size: int, before: Any, name: str) -> str:
    """Resources within resources: what stood there holds itself, to half the depth that a parser takes."""
    item = json.dumps(item_of(before) or {"resourceType": "Bundle"}, default=float)
    end = item.rfind("}")
    if end < 1 or item == "{}":
        return json.dumps([name] * max(1, size // (len(name) + 4)))
    begin = item[:end] + "," + json.dumps(name) + ":["
    depth = min(20, max(1, size // (len(begin) + 2)))
    one = begin * depth + "{}" + "]}" * depth
    return "[" + ",".join([one] * max(1, size // len(one))) + "]"


SHAPES: dict[str, Shape] = {
    **{name: _text("", part, "") for name, part in TEXTS.items()},
    **{name: _text(*parts) for name, parts in ENDED.items()},
    "a whole number": lambda size, _before, _name: "9" * size,
    "a small number": lambda size, _before, _name: "0." + "0" * size + "1",
    "copies": _list(lambda item, _at: item),
    "distinct items": _list(distinct),
    "empty objects": _list(lambda _item, _at: {}),
    "empty lists": _list(lambda _item, _at: []),
    "texts": _list(lambda _item, at: f"ferritin {at}"),
    "members": lambda size, _before, _name: json.dumps({f"k{at}": {} for at in range(max(1, size // 13))}),
    "nested lists": _nested("[", "]"),
    "nested objects": _nested('{"a":', "}"),
    "nested members": _nested("{NAME:[", "]}"),
    "resources in resources": _resources,
}
LISTS = ("copies", "distinct items", "empty objects")
