"""What of a record was not read and may be newer than what is used: while there is such a thing, nothing is unlikely.

A result under a code that is not known is told by its name, if it has one; without a name it could be any test.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.panel.moment import Moment
from service.ehr.issues import Issue, issue
from service.ehr.record.ranking import Window

OF_A_TEST = {
    "status": "not_final",
    "code_refused": "newer_refused",
    "code_unknown": "newer_not_read",
    "elsewhere": "newer_elsewhere",
    "no_result": "newer_without_result",
    "no_value": "newer_without_result",
    "result_missing": "result_missing",
    "report_not_final": "report_not_final",
    "report_without_results": "report_without_results",
}
OF_ANY_TEST = OF_A_TEST | {"code_unknown": "newer_unnamed"}
"""What is said of a thing that was not read, by what it is."""
ELSE_SAID = ("status",)  # what is said of it even if it is of no consequence


class Unread(NamedTuple):
    """A thing that was not read: what it is, where, of which time, and the tests it may be of (none: any).

    ``counts_tied`` says whether it is in doubt which of the two counts, if a result that is used has the same time.
    """

    key: str
    where: str
    moment: Moment
    tests: frozenset[str] = frozenset()
    counts_tied: bool = True


def issues_of(
    unread: Iterable[Unread],
    times: Mapping[str, Moment],
    needed: Collection[str],
    window: Window,
) -> Iterator[Issue]:
    """Yield an issue for each test that a category rests on, of which something newer may not have been read.

    ``times`` are those of the results used, ``needed`` the tests that the category rests on; ``window`` holds
    the times of results that would count at all.
    """
    places: dict[tuple[str, str], list[str]] = {}
    tests_of_any: dict[str, set[str]] = {}
    for thing in unread:
        known = [key for key in thing.tests if key in needed] if thing.tests else needed
        counted = known if window.holds(thing.moment) else ()
        left = [key for key in counted if _may_be_newer(thing, times.get(key))]
        if thing.tests:
            for key in left:
                places.setdefault((OF_A_TEST[thing.key], key), []).append(thing.where)
        elif left:
            places.setdefault((OF_ANY_TEST[thing.key], ""), []).append(thing.where)
            tests_of_any.setdefault(OF_ANY_TEST[thing.key], set()).update(left)
        if not left and thing.key in ELSE_SAID:
            for key in thing.tests:
                places.setdefault((thing.key, key), []).append(thing.where)
    for (key, test), where in places.items():
        told = issue(key, *where, observation=test)
        yield told if test else told._replace(text=f"{told.text} {_listed(tests_of_any[key])}")


def _may_be_newer(unread: Unread, used: Moment | None) -> bool:
    if used is None or unread.moment.first > used.first or unread.moment.may_be_after(used.first):
        return True
    return unread.counts_tied and unread.moment.first == used.first


def _listed(tests: Collection[str]) -> str:
    labels = [ANALYTES[key].label for key in ANALYTES if key in tests]
    return f"It may be one of these tests, of which nothing newer is known: {', '.join(labels)}."
