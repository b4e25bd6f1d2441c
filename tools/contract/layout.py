"""Writes the joined contract as YAML: short parts in one line, the rest one member a line."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import yaml

LINE = 120
"""Characters that a part may take to stand in one line."""
LIKE_A_NUMBER = re.compile(r"[-+]?[.0-9][0-9]*([.][0-9]*)?([eE][-+]?[0-9]+)?|0[ox][0-9a-fA-F]+")
"""A text that one version of YAML or another would take for a number."""
HEAD = "# Made of the files under openapi/ by `make generate`: change them, not this one.\n"


class _Writer(yaml.SafeDumper):
    """Repeats a part instead of pointing to it, and moves lists in below their name."""

    def ignore_aliases(self, data: Any) -> bool:  # the signature is the library's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT002  # the signature is the library's
        super().increase_indent(flow, False)


def _is_short(part: Any) -> bool:
    text = json.dumps(part, ensure_ascii=False, default=str)
    return len(text) <= LINE and "\\n" not in text


def _mapping(writer: _Writer, part: dict[str, Any]) -> yaml.Node:
    return writer.represent_mapping("tag:yaml.org,2002:map", part.items(), flow_style=_is_short(part))


def _list(writer: _Writer, part: list[Any]) -> yaml.Node:
    is_of_scalars = not any(isinstance(member, dict | list) for member in part)
    return writer.represent_sequence("tag:yaml.org,2002:seq", part, flow_style=is_of_scalars or _is_short(part))


def _text(writer: _Writer, text: str) -> yaml.Node:
    style = "|" if "\n" in text else "'" if LIKE_A_NUMBER.fullmatch(text) else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _number(writer: _Writer, number: Decimal) -> yaml.Node:
    """Write a number digit for digit."""
    kind = "int" if number == number.to_integral_value() and "." not in f"{number:f}" else "float"
    return writer.represent_scalar(f"tag:yaml.org,2002:{kind}", f"{number:f}")


_Writer.add_representer(dict, _mapping)
_Writer.add_representer(list, _list)
_Writer.add_representer(str, _text)
_Writer.add_representer(Decimal, _number)


def written(contract: dict[str, Any]) -> str:
    """Return the contract as YAML."""
    return HEAD + yaml.dump(contract, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=10**6)
