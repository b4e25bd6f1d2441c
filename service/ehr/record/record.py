"""From the results of a record, and what else it says, to a Panel: the one way for every format of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from service.clinical.assessment.category import needed_inputs
from service.clinical.measurement.analytes import AGE, ANALYTES
from service.clinical.measurement.reading import Reading
from service.clinical.panel.consistency import contradictory_findings
from service.clinical.panel.moment import Moment
from service.clinical.panel.panel import UNKNOWN_CONDITION, Medication, Panel
from service.ehr.issues import Issue, issue
from service.ehr.record.newest_result import Chosen
from service.ehr.record.ranking import Window
from service.ehr.record.unread import Unread, issues_of
from service.ehr.terminology.code_map import CodeMap

PARTIAL = (
    *("incomplete", "query_failed", "time_invalid", "time_doubtful", "undated", "after_as_of"),
    *("code_ambiguous", "specimen", "modified", "entry_not_read", "not_final", "tied_unread", "too_many"),
    *("newer_not_read", "newer_unnamed", "newer_refused", "newer_elsewhere"),
    *("result_missing", "report_not_final", "report_without_results"),
    *("parameter_unknown", "parameter_invalid", "parameter_conflict"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a record says besides its results.

    ``age`` is a reading at the time that counts, None if it cannot be told. ``unread_findings`` were named without a
    value that can be read. ``as_of`` is the time that the caller asks for. ``unread`` is what may hold newer results.
    ``issues`` are told before those of the choice of results, ``further`` ones after them.
    """

    age: Reading | None = None
    findings: Mapping[str, bool] = field(default_factory=dict)
    unread_findings: Iterable[str] = ()
    condition: str = UNKNOWN_CONDITION
    medications: tuple[Medication, ...] = ()
    as_of: Moment | None = None
    unread: Iterable[Unread] = ()
    issues: Iterable[Issue] = ()
    further: Iterable[Issue] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it can be assessed: the panel and its time, the results used, and what could not be used.

    ``basis`` holds the analyte and the sender's name of each result used, "" for one without a name.
    """

    panel: Panel
    moment: Moment
    basis: tuple[tuple[str, str], ...]
    issues: tuple[Issue, ...]

    @property
    def may_reassure(self) -> bool:
        """Whether ferritin is known, and nothing of the record was lost."""
        return "ferritin" in self.panel.measured and not self.panel.may_hold_more

    @property
    def has_results(self) -> bool:
        """Whether any laboratory result could be used."""
        return any(key in ANALYTES and key != "temperature" for key in self.panel.readings)


def record_of(chosen: Chosen, told: Told, codes: CodeMap, look_back: timedelta | None = None) -> Record:
    """Return the record of the results chosen; what may be newer than they are lets nothing be unlikely."""
    moment = told.as_of or chosen.newest
    findings = chosen.findings | dict(told.findings)
    contradictory = {key for pair in contradictory_findings(findings) for key in pair}
    findings = {key: present for key, present in findings.items() if key not in contradictory}
    panel = Panel(
        chosen.readings if told.age is None else {AGE: told.age} | chosen.readings,
        findings,
        told.condition,
        told.medications,
        collected_at=moment.text,
    )
    window = Window(told.as_of, chosen.newest, look_back)
    newer = issues_of((*told.unread, *chosen.unread), chosen.times, _needed(panel, codes), window)
    conflict = [issue("findings_contradict")] if contradictory else []
    issues = (*told.issues, *chosen.issues, *told.further, *conflict, *newer)
    panel = replace(
        panel,
        findings=findings,  # as sent: one that was not read does not count as absent
        unread=frozenset((*told.unread_findings, *contradictory, *_lost_inputs(issues, chosen.readings))),
        may_hold_more=any(found.key in PARTIAL for found in issues),
    )
    basis = tuple((key, source) for key, group in chosen.basis.items() for source in group)
    return Record(panel, moment, basis, issues)


def _needed(panel: Panel, codes: CodeMap) -> frozenset[str]:
    """Return the tests that the category of a panel rests on, as far as a result can be known by its name."""
    return needed_inputs(panel) & codes.naming.tests


def _lost_inputs(issues: Iterable[Issue], readings: Mapping[str, Reading]) -> Iterator[str]:
    """Yield the inputs that were sent and stay unknown since they could not be read, or whose newest gave no result."""
    for told in issues:
        is_lost = told.observation not in readings or told.key == "newer_without_result"
        if told.severity == "warning" and told.observation and is_lost:
            yield told.observation
