"""Several versions of one resource, as a history or a feed of changes sends them: only the newest says what holds.

Without this a result that was entered in error would still count by the version before it was withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.ehr.issues import issue
from service.ehr.json_shapes import Resource, table, text
from service.ehr.moments import NEVER, Moment, read_moment
from service.ehr.resources import Contents, Found

LONGEST_NUMBER = 18

Version = tuple[Moment, int]


def drop_old_versions(contents: Contents) -> None:
    """Take out each resource of which a newer version was found, with what it contains, and name it."""
    standing = [one for one in contents.found if not one.is_contained]
    names = [(one.type, _identity(one)) for one in standing]
    if len(set(names)) == len(names):  # as in any record but a history
        return
    known: dict[tuple[str, str], list[Found]] = {}
    for name, one in zip(names, standing, strict=True):
        known.setdefault(name, []).append(one)
    old = [one for (_, name), group in known.items() if name and len(group) > 1 for one in _old(group)]
    if old:
        gone = {id(one) for one in old}
        left = [one for one in contents.found if id(one.parent if one.is_contained else one) not in gone]
        contents.keep(left)
        contents.issues.append(issue("old_version", *(one.where for one in old)))


def _identity(found: Found) -> str:
    return found.address.partition("/_history/")[0] or text(found.resource, "id")


def _old(group: list[Found]) -> Iterator[Found]:
    versions = [(one, version) for one in group if (version := _version(one.resource))]
    newest = max((version for _, version in versions), default=None)
    return (one for one, version in versions if version != newest)


def _version(resource: Resource) -> Version | None:
    """Return when a version was written and its number; None if the resource does not say."""
    meta = table(resource, "meta")
    when, number = read_moment(meta.get("lastUpdated")), text(meta, "versionId")
    counted = number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER
    return (when or NEVER, int(number) if counted else 0) if when or counted else None
