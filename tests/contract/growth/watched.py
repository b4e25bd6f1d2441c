"""Finds the members that readers ask for: a document that notes each question put to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

Path = tuple[Any, ...]
Asked = dict[Path, None]
MOST_LEVELS = 1
"""How deep a member is followed that the document does not have: a reader that looks for names in every member asks
for all of them at each level."""


class Watched(dict[str, Any]):
    """An object of a document that notes which of its members are asked for, also those that it has not."""

    def __init__(self, content: dict[str, Any], path: Path, asked: Asked) -> None:
        super().__init__({key: watched(value, asked, (*path, key)) for key, value in content.items()})
        self.path = path
        self.asked = asked

    def get(self, key: str, default: Any = None) -> Any:
        """Return a member, and note that it was asked for."""
        self.asked[(*self.path, key)] = None
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.asked[(*self.path, key)] = None
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked[(*self.path, key)] = None
        return super().__contains__(key)

    def __or__(self, other: Any) -> Any:
        """Return both together; what was asked of the result is asked of this one."""
        return _joined(self, dict(self.items()) | dict(other.items()))

    def __ror__(self, other: Any) -> Any:
        """The same from the right."""
        return _joined(self, dict(other.items()) | dict(self.items()))


def _joined(origin: Watched, content: dict[str, Any]) -> Watched:
    made = Watched({}, origin.path, origin.asked)
    made.update(content)
    return made


def watched(value: Any, asked: Asked, path: Path = ()) -> Any:
    """Return a document whose objects note in ``asked`` which members are asked for."""
    if isinstance(value, dict):
        return Watched(value, path, asked)
    if isinstance(value, list):
        return [watched(item, asked, (*path, at)) for at, item in enumerate(value)]
    return value


def value_at(document: Any, path: Path) -> Any:
    """Return what stands at a path, None if nothing does."""
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def placed(document: Any, path: Path, value: Any) -> Any:
    """Return the document with a value at a path; containers that lack are made."""
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        made: Any = list(document) if isinstance(document, list) else []
        made += [{} for _ in range(step + 1 - len(made))]
    else:
        made = dict(document) if isinstance(document, dict) else {}
    made[step] = placed(made[step] if isinstance(step, int) or step in made else None, tuple(rest), value)
    return made


def name_of(document: Any, path: Path) -> str:
    """Return a name that is alike for alike places, such as ``Observation.component.code``."""
    parts: list[str] = []
    for step in path:
        if isinstance(document, dict) and isinstance(document.get("resourceType"), str):
            inside = [part for part in parts if part == "contained"][:1]
            parts = [*inside, document["resourceType"]]
        elif isinstance(document, dict) and isinstance(document.get("name"), str):
            parts.append(f"({document['name']})")
        parts += [] if isinstance(step, int) else [str(step)]
        document = document[step] if value_at(document, (step,)) is not None else None
    return ".".join(parts)


def _present(document: Any, path: Path = ()) -> Iterator[Path]:
    pairs: Any = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in pairs:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _present(value, (*path, key))


def places_of(document: Any, read: Callable[[Any], object], known: Collection[str] = ()) -> dict[str, Path]:
    """Return the places of a document that are read or present, by name, but for those that are known.

    A member that is asked for and lacks is put in as an object in a list, and what is then asked of it is found too.
    """
    found: dict[str, Path] = {}
    waiting = [(path, 0) for path in [*_asked(document, read), *_present(document)]]
    for path, level in waiting:
        name = name_of(document, path)
        if name in found or name in known:
            continue
        found[name] = path
        if level < MOST_LEVELS and value_at(document, path) is None:
            inner = _asked(placed(document, path, [{}]), read)
            waiting += [(deeper, level + 1) for deeper in inner if deeper[: len(path)] == path and deeper != path]
    return found


def _asked(document: Any, read: Callable[[Any], object]) -> Asked:
    asked: Asked = {}
    read(watched(document, asked))
    return asked
