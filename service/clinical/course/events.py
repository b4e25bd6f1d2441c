"""The events of a course: onset, resolution, and each test's return to normal, with the treatment before it.

A result that is not certain to be newer than those before it (carried along, with a time of its own) settles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from service.clinical.course.changes import Change, masked_by
from service.clinical.course.visit import Visit
from service.clinical.criteria.rules import Threshold
from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.measurement.analytes import ANALYTES, HIGH_WORDS, LOW_WORDS, NORMAL_WORD
from service.clinical.measurement.interval import COMPARE, MET, NOT_MET, Interval
from service.clinical.measurement.reading import MEASURED, Reading
from service.clinical.panel.moment import Moment
from service.clinical.panel.panel import Panel

ONSET, RESOLUTION, NORMALISATION = "onset", "resolution", "normalisation"
NO_ONSET, OPEN, RESOLVED = "no_onset", "open", "resolved"
Grounds = frozenset[tuple[str, int]]
"""Where a result was past a threshold: the id of the set and the position of the threshold in its rule."""


class Normality(Enum):
    """The three answers; a result without a range and without a word is UNKNOWN, whatever its number."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    UNKNOWN = "unknown"


def normality(reading: Reading) -> Normality:
    """Return whether a result is normal; where the range decides it, the word does not count."""
    if reading.reference is not None and reading.evidence is MEASURED:
        found = _against(reading.interval, reading.reference)
        if found is not Normality.UNKNOWN:
            return found
    if reading.word == NORMAL_WORD:
        return Normality.NORMAL
    return Normality.ABNORMAL if reading.word in (*LOW_WORDS, *HIGH_WORDS) else Normality.UNKNOWN


def normality_in(panel: Panel, observation: str) -> Normality | None:
    """Return whether a panel's result is normal, None if it has no such result."""
    reading = panel.readings.get(observation)
    return None if reading is None else normality(reading)


def _against(value: Interval, reference: Interval) -> Normality:
    inside = (COMPARE[">="](value, reference.low), COMPARE["<="](value, reference.high))
    if NOT_MET in inside:
        return Normality.ABNORMAL
    return Normality.NORMAL if inside == (MET, MET) else Normality.UNKNOWN


@dataclass(frozen=True, slots=True)
class Event:
    """One event at one panel. The last three belong to a normalisation.

    ``was`` is how the observation was known before; ``in_mas_direction`` whether its last change went as MAS moves it.
    """

    kind: str
    visit: Visit
    observation: str = ""
    was: Normality | None = None
    in_mas_direction: bool | None = None

    def therapies(self) -> tuple[str, ...]:
        """Return the classes of drugs to bear in mind: those that act, or that hide the observation."""
        return masked_by(self.observation, self.visit.therapies) if self.observation else self.visit.therapies


@dataclass(frozen=True, slots=True)
class Course:
    """How the course stands at a panel; ``awaited`` are the results that keep a resolution open."""

    state: str
    awaited: tuple[str, ...] = ()


@dataclass(slots=True)
class _Episode:
    """From an onset on: the observations that were abnormal, on which grounds, and which of them still are."""

    abnormal: dict[str, Grounds] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)


def events(visits: Sequence[Visit], changes: Iterable[Change]) -> tuple[tuple[Event, ...], tuple[Course, ...]]:
    """Return the events in order of time, and how the course stands at each panel."""
    newest = list(_newest(visits))
    found, standing = _episodes(visits, newest)
    towards = {(change.observation, id(change.later.visit)): change.in_mas_direction for change in changes}
    for key in ANALYTES:
        for visit, was in _normalisation(key, visits, newest):
            found.append(Event(NORMALISATION, visit, key, was, towards.get((key, id(visit)))))
    order = {id(visit): place for place, visit in enumerate(visits)}
    return tuple(
        sorted(found, key=lambda event: order[id(event.visit)])
    ), standing  # stable: onset stays before the rest


def _newest(visits: Iterable[Visit]) -> Iterator[set[str]]:
    """Yield for each panel those of its observations that are certain to be later than all results before."""
    last: dict[str, Moment] = {}
    for visit in visits:
        times = {key: visit.time_of(reading) for key, reading in visit.panel.readings.items()}
        yield {key for key, at in times.items() if key not in last or last[key].precedes(at)}
        last |= {key: at for key, at in times.items() if key not in last or last[key].last < at.last}


def _episodes(visits: Iterable[Visit], newest: Iterable[set[str]]) -> tuple[list[Event], tuple[Course, ...]]:
    found: list[Event] = []
    standing: list[Course] = []
    episode: _Episode | None = None
    state, was_onset_category = NO_ONSET, False
    for visit, new in zip(visits, newest, strict=True):
        if visit.is_onset_category and not was_onset_category:
            found.append(Event(ONSET, visit))
            episode, state = episode or _Episode(), OPEN
            episode.abnormal |= _abnormal(visit)
            episode.pending |= episode.abnormal.keys()
        was_onset_category = visit.is_onset_category
        if episode is not None:
            _update(episode, visit, new)
            if not was_onset_category and not episode.pending and _can_tell(episode, visit):
                found.append(Event(RESOLUTION, visit))
                episode, state = None, RESOLVED
        standing.append(Course(state, tuple(key for key in ANALYTES if episode and key in episode.pending)))
    return found, tuple(standing)


def _can_tell(episode: _Episode, visit: Visit) -> bool:
    """True where a panel without any awaited value may resolve an onset: findings alone leave nothing to recheck."""
    return bool(episode.abnormal) or visit.assessment.classification.category == "unlikely"


def _abnormal(visit: Visit) -> dict[str, Grounds]:
    """Return the results at an onset that were abnormal: by range or word, or past a threshold of a set it rests on."""
    found: dict[str, set[tuple[str, int]]] = {}
    for result in visit.assessment.classification.basis:
        for place, observation in _thresholds_met(result.criteria.id, visit):
            found.setdefault(observation, set()).add((result.criteria.id, place))
    for key in visit.panel.readings:
        if key in ANALYTES and normality_in(visit.panel, key) is Normality.ABNORMAL:
            found[key] = set()  # its own range or word goes before any threshold
    return {key: frozenset(grounds) for key, grounds in found.items()}


def _thresholds_met(criteria: str, visit: Visit) -> Iterator[tuple[int, str]]:
    plan = PREPARED[criteria].plan
    states = plan.readers.read(visit.panel.implied, visit.panel.findings)
    for leaf in plan.leaves:
        node = leaf.node
        if isinstance(node, Threshold) and states[leaf.position] is MET and node.observation in ANALYTES:
            yield leaf.position, node.observation  # an age is past some, and is nothing to wait for


def _update(episode: _Episode, visit: Visit, new: set[str]) -> None:
    """Take what a later panel says of the values that were abnormal; what it does not report stays as it was."""
    panel, sets = visit.panel, {criteria for grounds in episode.abnormal.values() for criteria, _ in grounds}
    states = {criteria: PREPARED[criteria].plan.readers.read(panel.measured, panel.findings) for criteria in sets}
    for observation, grounds in episode.abnormal.items():
        known = normality_in(panel, observation)
        if known is None:
            continue
        past_none = all(states[criteria][place] is NOT_MET for criteria, place in grounds)  # each for certain
        settled = known is Normality.NORMAL or (known is Normality.UNKNOWN and bool(grounds) and past_none)
        if not settled:
            episode.pending.add(observation)
        elif observation in new:
            episode.pending.discard(observation)


def _normalisation(
    observation: str, visits: Sequence[Visit], newest: Sequence[set[str]]
) -> Iterator[tuple[Visit, Normality]]:
    """Yield the first of the normal results that end the course, and how the one before was known if not as normal."""
    found = [
        (visit, normality_in(visit.panel, observation), observation in new)
        for visit, new in zip(visits, newest, strict=True)
    ]
    reported = [(visit, known) for visit, known, is_new in found if known and (is_new or known is not Normality.NORMAL)]
    normal = len(reported)
    while normal and reported[normal - 1][1] is Normality.NORMAL:
        normal -= 1
    if 0 < normal < len(reported):
        yield reported[normal][0], reported[normal - 1][1]
