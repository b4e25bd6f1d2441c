"""Several versions of one resource, as a history or a feed of changes sends them: only the newest says what holds.

Without this a result that was entered in error would still count by the version before it was withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.clinical.panel.moment import NEVER, Moment
from service.ehr.fhir.contents.json_shapes import Resource, table, text
from service.ehr.fhir.contents.resources import DRUGS, Contents, Found, is_withdrawn
from service.ehr.issues import issue
from service.ehr.results.moments import read_moment

LONGEST_NUMBER = 18

Version = tuple[Moment, int]


def drop_old_versions(contents: Contents) -> None:
    """Take out each resource of which a newer version was found, with what it contains, and name it."""
    groups = _found_twice(contents)
    old = [found for group in groups for found in _old(group)]
    _drop(contents, "old_version", old)
    _drop(contents, "withdrawn", [found for group in groups for found in _taken_back(group, old)])
    if contents.deleted:
        last = {name: _last(times) for name, times in contents.deleted.items()}
        _drop(contents, "deleted", [found for found in contents.found if _is_deleted(found, last)])


def _found_twice(contents: Contents) -> list[list[Found]]:
    """Return the resources that were found more than once, each with all that was found of it."""
    standing = [found for found in contents.found if not found.is_contained]
    names = [(found.type, _identity(found)) for found in standing]
    if len(set(names)) == len(names):  # as in any record but a history
        return []
    known: dict[tuple[str, str], list[Found]] = {}
    for name, found in zip(names, standing, strict=True):
        known.setdefault(name, []).append(found)
    return [group for (_, name), group in known.items() if name and len(group) > 1]


def _drop(contents: Contents, key: str, dropped: list[Found]) -> None:
    if dropped:
        gone = {id(found) for found in dropped}
        contents.keep(
            [found for found in contents.found if id(found.parent if found.is_contained else found) not in gone]
        )
        contents.issues.append(issue(key, *(found.where for found in dropped)))


def _taken_back(group: list[Found], old: list[Found]) -> Iterator[Found]:
    """Yield the results of which another version is withdrawn, where no order says that it was before."""
    gone = {id(found) for found in old}
    left = [found for found in group if id(found) not in gone]
    if any(is_withdrawn(found.resource) for found in left):
        yield from (found for found in left if found.type not in DRUGS and not is_withdrawn(found.resource))


def _last(times: list[object]) -> Moment | None:
    """Return the last of the times at which a resource was deleted, None if one of them cannot be read."""
    moments = [read_moment(time) for time in times]
    return None if None in moments else max(moment for moment in moments if moment)


def _is_deleted(found: Found, deleted: Mapping[str, Moment | None]) -> bool:
    """Return whether a resource was deleted and not written again since; in doubt a drug counts."""
    if found.is_contained or found.type in DRUGS:
        return False
    names = (f"{found.type}/{text(found.resource, 'id')}", found.address)
    times = [deleted[name] for name in names if name and name in deleted]
    written = read_moment(table(found.resource, "meta").get("lastUpdated"))
    return any(at is None or written is None or written <= at for at in times)


def _identity(found: Found) -> str:
    return found.address.partition("/_history/")[0] or text(found.resource, "id")


def _old(group: list[Found]) -> Iterator[Found]:
    versions = [(found, version) for found in group if (version := _version(found.resource))]
    newest = max((version for _, version in versions), default=None)
    return (found for found, version in versions if version != newest)


def _version(resource: Resource) -> Version | None:
    """Return when a version was written and its number; None if the resource does not say."""
    meta = table(resource, "meta")
    when, number = read_moment(meta.get("lastUpdated")), text(meta, "versionId")
    counted = number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER
    return (when or NEVER, int(number) if counted else 0) if when or counted else None
