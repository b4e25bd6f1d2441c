"""The body of a card in GitHub-flavoured Markdown: every number with its cut-off, what is unknown, what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.clinical.assessment.assess import DISCLAIMER, Assessment
from service.clinical.criteria.rules import Threshold
from service.clinical.evaluation.set_result import Item, SetResult
from service.clinical.measurement.interval import MET
from service.clinical.measurement.numbers_in_words import number_text
from service.ehr.fhir.answer.breakdown import status_of
from service.ehr.fhir.answer.clinician_words import in_words, time_in_words, told_of_all, unit_in_words
from service.ehr.fhir.definitions.vocabulary import COUNTED, VERSION
from service.ehr.record.record import PARTIAL, Record

STATUS = {"met": "**met**", "not_met": "not met", "unknown": "unknown", COUNTED: "counted"}
HEAD = "| Criterion and cut-off | Result and time | Status and why |\n|---|---|---|"
NOTHING = "\u2013"
WITHIN = "\u2192 "
ISSUES_SHOWN = 6
_SPECIAL = re.compile(r"([\\`*_\[\]|<>~])")


def escaped(text: str) -> str:
    """Return a text with nothing in it that Markdown or a table would take as its own."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def detail(record: Record, assessment: Assessment, shown: tuple[SetResult, ...], *, other_patient: bool) -> str:
    """Return the body of the card; the first of ``shown`` is set out item by item."""
    parts = [f"**{escaped(in_words(assessment.summary))}**"]
    if other_patient:
        parts.append("**The results name another patient than the open chart. Check before acting on them.**")
    parts.append(_table(shown[0]))
    parts += list(_also(shown))
    parts += list(_remarks(record, assessment))
    versions = ", ".join(f"{result.criteria.id} {result.criteria.version}" for result in shown)
    parts.append(f"{escaped(DISCLAIMER)} Criteria: {escaped(versions)}; service {VERSION}.")
    return "\n\n".join(parts)


def _also(shown: tuple[SetResult, ...]) -> Iterator[str]:
    """Say which other sets are met, and which only by words: those are not measured."""
    opening = "Also met" if shown[0].verdict is MET else "Met"
    for how, is_measured in ((opening, True), (f"{opening} if results in words count", False)):
        named = [result.criteria.title for result in shown[1:] if (result.verdict is MET) is is_measured]
        if named:
            yield f"{how}: {escaped('; '.join(named))}."


def _table(result: SetResult) -> str:
    rows = [row for item in result.items for row in _rows(item)]
    return "\n".join([f"{escaped(result.criteria.title)}:\n", HEAD, *rows])


def _rows(item: Item) -> Iterator[str]:
    """Yield the row of an item, and below it those of the results that it is made of."""
    yield _row(item)
    for inner in _results_within(item):
        yield _row(inner, WITHIN)


def _results_within(item: Item) -> Iterator[Item]:
    for inner in item.items:
        if inner.reading:
            yield inner
        yield from _results_within(inner)


def _row(item: Item, within: str = "") -> str:
    criterion = " ".join(words for words in (f"{within}{item.label}", _cut_off(item)) if words)
    status, reason = STATUS[status_of(item)], in_words(item.reason)
    return f"| {escaped(criterion)} | {escaped(_result(item))} | {status}: {escaped(reason)} |"


def _result(item: Item) -> str:
    reading = item.reading
    if reading is None:
        return NOTHING
    reported = in_words(reading.reported)
    return f"{reported} ({time_in_words(reading.collected_at)})" if reading.collected_at else reported


def _cut_off(item: Item) -> str:
    if not isinstance(item.node, Threshold):
        return ""
    limit = item.node.limit
    return f"{limit.comparator} {number_text(limit.value)} {unit_in_words(limit.unit)}"


def _remarks(record: Record, assessment: Assessment) -> Iterator[str]:
    for caution in assessment.cautions:
        if caution.severity == "warning":
            yield f"Caution: {escaped(in_words(caution.message))}"
    # why nothing is unlikely is never cut off
    first = sorted(record.issues, key=lambda found: found.key not in PARTIAL)
    said = told_of_all(found for found in first if found.severity == "warning")
    said += [in_words(oddity.remark) for oddity in assessment.warnings]
    lines = dict.fromkeys(f"- {escaped(sentence)}" for sentence in said)
    if lines:
        more = [f"- and {len(lines) - ISSUES_SHOWN} more"] if len(lines) > ISSUES_SHOWN else []
        yield "\n".join(["To bear in mind:", "", *list(lines)[:ISSUES_SHOWN], *more])
