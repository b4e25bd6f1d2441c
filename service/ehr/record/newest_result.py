"""Of many results of one test the one that counts: the newest; what it cannot say is never made up by an older one.

A newer result that was never reported (no value) says nothing, and the one before it still stands. A newer result that
was reported but cannot be read makes the test unknown: the older one may be true no more. Of body temperatures the
highest of a day counts. A result without a time may be newer than all others, so it never yields to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.reading import Reading, reading_of
from service.clinical.panel.consistency import contradictions
from service.clinical.panel.moment import NEVER, Moment
from service.ehr.issues import WITHOUT_VALUE, Issue, issue
from service.ehr.record.doubtful_order import (
    can_be_joined,
    joint_reading,
    may_be_newest,
    rivals_that_say,
    sources_of,
    unread_beside,
)
from service.ehr.record.highest_temperature import TEMPERATURE, all_of_the_day, of_the_day
from service.ehr.record.ranking import AnyResult, canonical, has_value, is_after, is_stale, ranked
from service.ehr.record.result import Result
from service.ehr.record.unread import Unread

FERRITIN = "ferritin"
IN_FULL = attrgetter("first", "text")  # of two ways to say one time the fuller one, whatever their order


@dataclass(slots=True)
class Chosen:
    """The readings that count by analyte, their times, the results they come from, and what was left out."""

    readings: dict[str, Reading] = field(default_factory=dict)
    times: dict[str, Moment] = field(default_factory=dict)
    basis: dict[str, list[str]] = field(default_factory=dict)
    findings: dict[str, bool] = field(default_factory=dict)
    newest: Moment = NEVER
    unread: list[Unread] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def needed(results: Iterable[AnyResult], as_of: Moment | None = None) -> Iterator[AnyResult]:
    """Yield the results whose values decide which one counts; each must be read before the next is asked for.

    ``choose`` looks at no value of any other.
    """
    by_analyte, _ = _grouped(results, as_of)
    for group in by_analyte.values():
        rivals, dated = _apart(group)
        yield from rivals
        yield from all_of_the_day(dated) if group[0].observation == TEMPERATURE else _until_one_says(dated)


def _until_one_says(group: list[AnyResult]) -> Iterator[AnyResult]:
    for newest in ranked(group):
        yield from newest
        if any(map(has_value, newest)):
            return


def choose(results: Iterable[Result], as_of: Moment | None = None, look_back: timedelta | None = None) -> Chosen:
    """Return the newest result of each analyte; older by ``look_back`` than ``as_of`` (or the newest) is unknown.

    Those that are ``needed`` have been read.
    """
    by_analyte, issues = _grouped(results, as_of)
    chosen = Chosen(issues=issues)
    best: dict[str, list[Result]] = {}
    for key in ANALYTES:
        if key in by_analyte:
            group, told = _counting(by_analyte[key])
            chosen.issues += told
            if group:
                best[key] = group
    chosen.newest = max((result.moment for group in best.values() for result in group), key=IN_FULL, default=NEVER)
    for key, group in best.items():
        if is_stale(group[0].moment, as_of or chosen.newest, look_back):
            chosen.issues.append(issue("stale", *(result.where for result in group), observation=key))
        else:
            _use(chosen, key, group)
    _name_undated(chosen, best, by_analyte)
    for key, group in by_analyte.items():
        chosen.unread += _without_value(group, best.get(key, []) if key in chosen.readings else [])
    _drop_contradictions(chosen)
    return chosen


def _grouped(results: Iterable[AnyResult], as_of: Moment | None) -> tuple[dict[str, list[AnyResult]], list[Issue]]:
    """Return the results of each analyte that are not after a time, and name the others."""
    by_analyte: dict[str, list[AnyResult]] = {}
    issues: list[Issue] = []
    for result in results:
        if as_of and is_after(result.moment, as_of):
            issues.append(issue("after_as_of", result.where, observation=result.observation))
        else:
            by_analyte.setdefault(result.observation, []).append(result)
    return by_analyte, issues


def _apart(group: list[AnyResult]) -> tuple[list[AnyResult], list[AnyResult]]:
    """Return the results of one analyte that may be the newest beside those that have their order, and those."""
    rivals = may_be_newest(group) if len(group) > 1 else []
    apart = {id(result) for result in rivals}
    return rivals, [result for result in group if id(result) not in apart]


def _counting(group: list[Result]) -> tuple[list[Result], list[Issue]]:
    """Return the results of one analyte that may be the one that counts, all readable; none if it is unknown.

    Beside them stands what is to be said of the others.
    """
    rivals, dated = _apart(group)
    newest, issues = _newest(dated)
    if not rivals:
        return [result for result in newest if result.reading], issues
    newest = [result for result in newest if has_value(result)]
    usable, (rivals, further) = [result for result in newest if result.reading], rivals_that_say(rivals)
    issues += further
    both = [*usable, *rivals]
    if (newest and not usable) or not all(result.reading for result in rivals) or not can_be_joined(both):
        return [], issues
    return both, issues


def _without_value(group: list[Result], used: list[Result]) -> Iterator[Unread]:
    """Yield the results that may be newer than those used, which hold no value, and keep the older from reassuring.

    That the test failed does so for ferritin, which no other test replaces, or where there is no older result. That
    nothing was measured does so for ferritin beside an older result; alone it is the same as no result.
    """
    newest = max((result.rank for result in used), default=None)
    for result in group:
        key = result.issue.key if result.issue else ""
        is_of_weight = result.observation == FERRITIN if used else key == "no_result"
        if key == "elsewhere" or (key in WITHOUT_VALUE and is_of_weight):
            is_in_doubt = newest is None or result.rank > newest or (key == "elsewhere" and result.rank == newest)
            yield Unread(key, result.where, result.moment, frozenset([result.observation]), counts_tied=is_in_doubt)


def _name_undated(chosen: Chosen, best: dict[str, list[Result]], by_analyte: dict[str, list[Result]]) -> None:
    """Name the results whose test has none with a time, if that of another test has one: they may be of any age."""
    undated = [group for group in best.values() if group[0].moment.first == NEVER.first]
    if undated and any(result.moment != NEVER for group in by_analyte.values() for result in group):
        for group in undated:
            chosen.issues.append(
                issue("undated", *(result.where for result in group), observation=group[0].observation)
            )


def _newest(group: list[Result]) -> tuple[list[Result], list[Issue]]:
    """Return the newest results of one analyte that were reported, all of the same moment, and what is to be said."""
    if group[0].observation == TEMPERATURE:
        return of_the_day(group)
    issues: list[Issue] = []
    ranks = ranked(group)
    for newest in ranks:
        issues += [result.issue for result in newest if result.issue]
        if any(map(has_value, newest)):
            issues += unread_beside(newest)
            break
    left = [result for older in ranks for result in older]
    if left:
        issues.append(issue("superseded", *(result.where for result in left), observation=group[0].observation))
    return newest, issues


def _use(chosen: Chosen, key: str, group: list[Result]) -> None:
    reading, used = joint_reading(group)
    is_of_one_time = len(used) == 1 or len({result.moment for result in used}) == 1
    if len(used) > 1 and is_of_one_time and len({canonical(result) for result in used}) > 1:
        chosen.issues.append(issue("tied", *(result.where for result in used), observation=key))
    time = reading.collected_at or max((result.moment for result in used), key=IN_FULL).text if is_of_one_time else ""
    chosen.readings[key] = reading_of((*reading[:-1], time))
    chosen.times[key] = min((result.moment for result in group), key=IN_FULL)
    chosen.basis[key] = sources_of(used)
    for note in sorted({result.meaning.note for result in used} - {""}):
        chosen.issues.append(issue("code_note", used[0].where, observation=key, text=note))
    if "" not in {result.meaning.finding for result in used}:
        chosen.findings[group[0].meaning.finding] = True


def _drop_contradictions(chosen: Chosen) -> None:
    """Leave out results that contradict each other, and name each: both count as sent and not read."""
    pairs = contradictions(chosen.readings)
    for key in dict.fromkeys(key for pair in pairs for key in pair):
        chosen.issues.append(issue("inconsistent_values", observation=key))
        del chosen.readings[key], chosen.basis[key]
