"""A search among the published resources, as FHIR R4 has it: what is asked for, and the Bundle of what is found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
from werkzeug.exceptions import BadRequest

from service.ehr.fhir.contents.json_shapes import Resource

HL7 = "http://hl7.org/fhir/SearchParameter"
PARAMETERS = {
    "_id": ("token", f"{HL7}/Resource-id"),
    "url": ("uri", f"{HL7}/conformance-url"),
    "name": ("string", f"{HL7}/conformance-name"),
    "version": ("token", f"{HL7}/conformance-version"),
}
"""What can be searched by, with the type and HL7's definition of each parameter."""
MODIFIERS = {"name": ("", "exact", "contains")}
COUNT, OFFSET = "_count", "_offset"
OF_THE_ANSWER = ("_format", "_pretty")
_COMMA = re.compile(r"(?<!\\),")
_ESCAPED = re.compile(r"\\([\\,$|])")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_STRICT = re.compile(r'handling\s*=\s*"?strict"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Published:
    """One resource that can be found: the values it is found by, and its JSON."""

    key: str
    values: Mapping[str, str]
    written: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for: each of ``wanted`` must hold, by any of its values; ``count`` None means all at once."""

    wanted: tuple[tuple[str, str, tuple[str, ...]], ...]
    count: int | None
    offset: int

    def takes(self, found: Published) -> bool:
        """Return whether a resource is one of those asked for."""
        return all(
            any(_is_alike(modifier, name, found.values[name], value) for value in values)
            for name, modifier, values in self.wanted
        )


def asked_for(parameters: Iterable[tuple[str, str]], preference: str) -> Search:
    """Return the search in the parameters of an address; raises BadRequest.

    A parameter that is not known is passed over, unless ``preference`` (the header Prefer) says handling=strict. A
    modifier that is not known is always refused, as R4 demands; a parameter without a value says nothing.
    """
    is_strict = any(_STRICT.fullmatch(part.strip()) for part in re.split("[,;]", preference))
    wanted: list[tuple[str, str, tuple[str, ...]]] = []
    numbers: dict[str, int] = {}
    for given, text in parameters:
        name, _, modifier = given.partition(":")
        if name in (COUNT, OFFSET):
            numbers[name] = _number(name, text)
        elif name in PARAMETERS:
            if modifier not in MODIFIERS.get(name, ("",)):
                raise BadRequest(f"This modifier of {name} is not known here.")
            values = tuple(_ESCAPED.sub(r"\1", value) for value in _COMMA.split(text) if value)
            wanted += [(name, modifier, values)] if values else []
        elif is_strict and name not in OF_THE_ANSWER:
            known = ", ".join([*PARAMETERS, COUNT, OFFSET, *OF_THE_ANSWER])
            raise BadRequest(f"A parameter is not known here; those known are {known}.")
    return Search(tuple(wanted), numbers.get(COUNT), numbers.get(OFFSET, 0))


def _number(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise BadRequest(f"{name} is a whole number of at most nine figures.")
    return int(text)


def _is_alike(modifier: str, name: str, held: str, value: str) -> bool:
    if PARAMETERS[name][0] == "token":
        return held == value.removeprefix("|")
    if name == "url" or modifier == "exact":
        return held == value
    held, value = held.casefold(), value.casefold()
    return value in held if modifier == "contains" else held.startswith(value)


def bundle(kind: str, published: Iterable[Published], search: Search, base: str, root: str) -> Resource:
    """Return the searchset of what is found.

    ``base`` is the address of the service with a slash, or "" where it is not known: links are then relative to it, and
    the resources stand below ``root``, as their canonical addresses do.
    """
    found = [resource for resource in published if search.takes(resource)]
    end = len(found) if search.count is None else search.offset + search.count
    links = [{"relation": "self", "url": base + _address(kind, search, search.offset)}]
    if search.count and end < len(found):
        links.append({"relation": "next", "url": base + _address(kind, search, end)})
    entries = [
        {"fullUrl": f"{base or root}{kind}/{resource.key}", "resource": resource.written, "search": {"mode": "match"}}
        for resource in found[search.offset : end]
    ]
    shown: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links}
    return shown | ({"entry": entries} if entries else {})


def _address(kind: str, search: Search, offset: int) -> str:
    """Return the address of a page, with the parameters that were used."""
    used = [(f"{name}:{modifier}" if modifier else name, _joined(values)) for name, modifier, values in search.wanted]
    used += [] if search.count is None else [(COUNT, str(search.count))]
    used += [(OFFSET, str(offset))] if offset else []
    return f"{kind}?{urlencode(used)}" if used else kind


def _joined(values: tuple[str, ...]) -> str:
    return ",".join(re.sub(r"([\\,$|])", r"\\\1", value) for value in values)
