"""Of many results of one test the one that counts: the newest; what it cannot say is never made up by an older one.

A newer result that was never reported (no value) says nothing, and the one before it still stands. A newer result that
was reported but cannot be read makes the test unknown: the older one may be true no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from service.clinical.analytes import ANALYTES
from service.clinical.consistency import contradictions
from service.clinical.interval import Interval
from service.clinical.reading import Evidence, Reading
from service.clinical.words import number_text
from service.ehr.codes import CodeMap
from service.ehr.issues import Issue, issue
from service.ehr.json_shapes import Resource
from service.ehr.moments import NEVER, Moment, days_between
from service.ehr.observation import Result

LENGTH_OF_A_DAY = len("2026-11-22")


@dataclass(slots=True)
class Chosen:
    """The readings that count by analyte, the Observations they come from, and what was left out."""

    readings: dict[str, Reading] = field(default_factory=dict)
    basis: dict[str, list[Resource]] = field(default_factory=dict)
    findings: dict[str, bool] = field(default_factory=dict)
    newest: Moment = NEVER
    issues: list[Issue] = field(default_factory=list)


def choose(results: Iterable[Result], codes: CodeMap, as_of: Moment | None, look_back: timedelta | None) -> Chosen:
    """Return the newest result of each analyte; older by ``look_back`` than ``as_of`` (or the newest) is unknown."""
    by_analyte: dict[str, list[Result]] = {}
    chosen = Chosen()
    for one in results:
        if as_of and _is_after(one.moment, as_of):
            chosen.issues.append(issue("after_as_of", one.where, observation=one.observation))
        else:
            by_analyte.setdefault(one.observation, []).append(one)
    best = {key: group for key in ANALYTES if key in by_analyte and (group := _newest(by_analyte[key], codes, chosen))}
    chosen.newest = max((group[0].moment for group in best.values()), key=attrgetter("at"), default=NEVER)
    for group in best.values():
        if look_back and _is_stale(group[0].moment, as_of or chosen.newest, look_back):
            chosen.issues.append(issue("stale", *(one.where for one in group), observation=group[0].observation))
        else:
            _use(chosen, group)
    _drop_contradictions(chosen)
    return chosen


def _newest(group: list[Result], codes: CodeMap, chosen: Chosen) -> list[Result]:
    """Return the newest results of one analyte that can be read, all of the same moment; none if it is unknown."""
    ranked = _ranked(group)
    for newest in ranked:
        for one in newest:
            one.read(codes)
        chosen.issues += [one.issue for one in newest if one.issue]
        if any(one.issue is None or one.issue.key != "no_value" for one in newest):
            break
    left = [one for older in ranked for one in older]
    if left:
        chosen.issues.append(issue("superseded", *(one.where for one in left), observation=group[0].observation))
    return [one for one in newest if one.reading]


def _ranked(group: list[Result]) -> Iterator[list[Result]]:
    """Yield the results of one analyte from the newest on, those of the same rank together."""
    if len(group) == 1:
        yield group
        return
    if len({one.moment.at for one in group}) == len(group):  # then that alone decides, and the rest need not be read
        yield from ([one] for one in sorted(group, key=attrgetter("moment.at"), reverse=True))
        return
    by_rank = attrgetter("rank")
    for _, same in groupby(sorted(group, key=by_rank, reverse=True), key=by_rank):
        yield list(same)


def _is_after(moment: Moment, as_of: Moment) -> bool:
    """Return whether a result is of a later time, or of a later day where only the day is given."""
    is_day = len(as_of.text) == LENGTH_OF_A_DAY
    return moment.at.date() > as_of.at.date() if is_day else moment.at > as_of.at


def _is_stale(moment: Moment, anchor: Moment, look_back: timedelta) -> bool:
    return NEVER not in (moment, anchor) and days_between(moment, anchor) > look_back


def _use(chosen: Chosen, group: list[Result]) -> None:
    first = group[0]
    reading, used = _one_reading(group)
    if len(used) > 1 and len({_canonical(one) for one in used}) > 1:
        chosen.issues.append(issue("tied", *(one.where for one in used), observation=first.observation))
    chosen.readings[first.observation] = reading._replace(collected_at=first.moment.text)
    chosen.basis[first.observation] = _references(used)
    for note in sorted({one.meaning.note for one in used if one.meaning.note}):
        chosen.issues.append(issue("code_note", used[0].where, observation=first.observation, text=note))
    if all(one.meaning.finding for one in used):
        chosen.findings[first.meaning.finding] = True


def _references(used: list[Result]) -> list[Resource]:
    """Return each Observation that was used once, in an order that does not depend on that of the record."""
    if len(used) == 1:
        return [used[0].reference]
    references = {str(one): one for one in (one.reference for one in used)}
    return [references[key] for key in sorted(references)]


def _one_reading(group: list[Result]) -> tuple[Reading, list[Result]]:
    """Return the reading of results of one moment: what was measured counts, and it reaches over all of it."""
    if len(group) == 1:
        return _reading(group[0]), group
    measured = [one for one in group if _reading(one).evidence is Evidence.MEASURED]
    used = sorted(measured or group, key=_order)
    if len({_canonical(one) for one in used}) == 1 or not measured:
        return _reading(used[0]), used
    intervals = [_canonical(one) for one in used]
    low = min(intervals, key=lambda one: (one.low, one.low_open))
    high = max(intervals, key=lambda one: (one.high, not one.high_open))
    unit = ANALYTES[used[0].observation].canonical
    reach = Interval(low.low, high.high, low.low_open, high.high_open)
    reported = f"{number_text(reach.low)} to {number_text(reach.high)} {unit}"
    return Reading(reach, unit, Evidence.MEASURED, reported), used


def _order(one: Result) -> tuple[str, ...]:
    reading = _reading(one)
    return (*(part for part in (reading.evidence.value, reading.unit, reading.reported)), str(one.reference))


def _canonical(one: Result) -> Interval:
    reading, analyte = _reading(one), ANALYTES[one.observation]
    if not analyte.table.units[reading.unit].comparable:
        return reading.interval
    return analyte.table.convert_interval(reading.interval, reading.unit, analyte.canonical)


def _reading(one: Result) -> Reading:
    assert one.reading is not None
    return one.reading


def _drop_contradictions(chosen: Chosen) -> None:
    for small, large in contradictions(chosen.readings):
        chosen.issues.append(issue("inconsistent_values", observation=small))
        for key in (small, large):
            del chosen.readings[key], chosen.basis[key]
