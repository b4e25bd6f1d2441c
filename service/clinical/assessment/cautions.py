"""Cautions for the reader: treatments, other conditions, and verdicts that need a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.clinical.assessment.statements import STATEMENTS, statements
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet, Note
from service.clinical.data.references import Reference
from service.clinical.evaluation.evaluate import AGE_GROUPS
from service.clinical.evaluation.set_result import SetResult
from service.clinical.measurement.interval import MET, NOT_MET, Verdict
from service.clinical.panel.panel import Panel
from service.clinical.therapies.drug_list import THERAPIES, Therapy

PERFORMANCE = "performance"
CONFOUNDED = (
    "Another condition or treatment may explain some results: they keep their status and are marked, "
    "and the verdict without them stands beside."
)


@dataclass(frozen=True, slots=True)
class Caution:
    """One caution for the reader of an answer: code, ``info`` or ``warning``, sentence, sources."""

    code: str
    severity: str
    message: str
    references: tuple[Reference, ...]


def cautions(panel: Panel, therapies: Iterable[Therapy], results: tuple[SetResult, ...]) -> list[Caution]:
    """Return the cautions of treatments that act, of results, of confounded ones, and of each set, in this order."""
    found = [OF_THERAPY[therapy.id] for therapy in therapies]
    found += [OF_STATEMENT[statement.id] for statement in statements(panel)]
    if any(result.verdict_without_confounded is not None for result in results):
        found.append(Caution("confounded", "warning", CONFOUNDED, ()))
    for result in results:
        if result.criteria.notes:
            found += _of_set(result, panel)
    return found


def _of_set(result: SetResult, panel: Panel) -> Iterator[Caution]:
    """Yield what belongs beside the verdict of a set for this patient, then how the set did in patients like this.

    A note that names the condition of the patient stands even where the age, which another note asks for, is unknown.
    """
    group, fits = AGE_GROUPS[panel.is_adult], result.applicability in ("applicable", "extrapolated")
    for note, caution in OF_VERDICT[result.criteria.id, result.verdict]:
        is_for_patient = panel.condition in note.conditions if note.conditions else fits
        if is_for_patient and note.age in ("", group):
            yield caution


def _notes(criteria: CriteriaSet, verdict: Verdict) -> Iterator[tuple[Note, Caution]]:
    state = {MET: "met", NOT_MET: "not_met"}.get(verdict, "indeterminate")
    for when in (state, "always"):
        for note in criteria.notes:
            if note.when == when:
                sources = tuple(reference for reference in criteria.references if reference.key == note.reference)
                code = PERFORMANCE if when == "always" else state
                yield note, Caution(f"{criteria.id}.{code}", "info", note.text, sources)


OF_THERAPY = {
    therapy.id: Caution(therapy.id, therapy.severity, therapy.message, therapy.references)
    for therapy in THERAPIES.values()
}
OF_STATEMENT = {
    statement.id: Caution(statement.id, statement.severity, statement.message, statement.references)
    for statement in STATEMENTS.values()
}
OF_VERDICT = {
    (criteria.id, verdict): tuple(_notes(criteria, verdict)) for criteria in CATALOGUE.values() for verdict in Verdict
}
