"""Writes docs/criteria.md from the data: every set with its rule, limits, sources, population, and worked cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from service.clinical.assessment.statements import STATEMENTS, Statement
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import Case, CriteriaSet, Note
from service.clinical.criteria.rules import (
    AllOf,
    AnyNode,
    AtLeast,
    CutOff,
    Finding,
    FirstKnown,
    Linear,
    Measure,
    Ratio,
    Sum,
    Tally,
    Term,
    Threshold,
)
from service.clinical.data.references import CERTAINTIES, Reference, Source
from service.clinical.measurement.analytes import FINDINGS

INTRODUCTION = """\
# The criteria sets

This page is generated from the files in `service/clinical/criteria/` (`make generate`). Each limit, weight and cut-off
stands there once, with its source. The worked cases below are tests: each is assessed in every run of `make test`.

Each figure carries its certainty:
"""


def criteria_page() -> Iterable[str]:
    """Yield the lines of docs/criteria.md."""
    yield from INTRODUCTION.splitlines()
    yield ""
    for word, meaning in CERTAINTIES.items():
        yield f"- *{word}*: {meaning}."
    for criteria in CATALOGUE.values():
        yield ""
        yield from _set(criteria)
    yield ""
    yield from _not_reproduced()
    yield ""
    yield from _statements()


def _set(criteria: CriteriaSet) -> Iterator[str]:
    yield f"## {criteria.title}"
    yield ""
    yield f"`{criteria.id}`, version {criteria.version}; {criteria.kind}; in sentences: *the {criteria.short}*."
    yield ""
    yield criteria.audit.intent
    yield ""
    yield f"- **Made for**: {criteria.audit.population}"
    for line in criteria.audit.performance:
        yield f"- **Performance**: {line}"
    for line in criteria.audit.caveats:
        yield f"- **Caveat**: {line}"
    for note in criteria.notes:
        yield f"- **{_note_head(note)}**: {note.text} ({note.reference}, {note.certainty})"
    yield ""
    yield from _applicability(criteria)
    yield "**Rule**"
    yield ""
    yield from _rule(criteria.rule, "")
    yield ""
    yield from _confounders(criteria)
    yield from _probability(criteria)
    yield "**Worked cases**"
    yield ""
    yield "| case | sent | comes to | source |"
    yield "|---|---|---|---|"
    for case in criteria.cases:
        yield _case(case)
    yield ""
    yield "**References**"
    yield ""
    for reference in criteria.references:
        link = f" [doi:{reference.doi}](https://doi.org/{reference.doi})" if reference.doi else ""
        yield f"- {reference.key}: {reference.citation}.{link} ({reference.certainty})"


def _note_head(note: Note) -> str:
    whom = ", ".join([*(key.replace("_", " ") for key in note.conditions), *([note.age] if note.age else [])])
    head = "Shown" if note.when == "always" else f"When {note.when.replace('_', ' ')}"
    return f"{head}, for {whom}" if whom else head


def _applicability(criteria: CriteriaSet) -> Iterator[str]:
    for axis, words in (("condition", criteria.applicability.condition), ("age", criteria.applicability.age)):
        if words:
            said = ", ".join(f"{group.replace('_', ' ')}: {fit.replace('_', ' ')}" for group, fit in words.items())
            yield f"Applicability by {axis}: {said}."
            yield ""


def _rule(node: AnyNode, indent: str) -> Iterator[str]:
    match node:
        case Sum() | Linear() | Ratio():
            yield f"{indent}- {_score(node)} {_cutoff(node.cutoff)}"
        case Threshold() | Finding() | Term() | Measure():
            yield f"{indent}- {_leaf(node)}"
            return
        case _:
            yield f"{indent}- {_group(node)}"
    for child in node.of:
        yield from _rule(child, indent + "  ")


def _score(node: Sum | Linear | Ratio) -> str:
    return {Sum: "The sum of these points", Linear: "The sum of these terms", Ratio: "The first divided by the second"}[
        type(node)
    ]


def _cutoff(cutoff: CutOff) -> str:
    return f"is {cutoff.comparator} {_number(cutoff.value)} ({_source(cutoff.source)})"


def _group(node: FirstKnown | AllOf | AtLeast | Tally) -> str:
    name = f"{node.label}: " if node.label else ""
    match node:
        case AllOf():
            return f"{name}all of"
        case AtLeast():
            return f"{name}at least {node.required} of"
        case FirstKnown():
            return f"{name}the first that is known of"
        case Tally():
            points = ", ".join(_number(value) for value in node.points)
            return f"{name}{points} points for 0 to {len(node.points) - 1} met of"


def _leaf(node: Threshold | Finding | Term | Measure) -> str:
    match node:
        case Threshold():
            printed = " or ".join(f"{_number(value)} {unit}" for unit, value in node.limit.printed.items())
            absent = f"; not met where `{node.excluded_by}` is false" if node.excluded_by else ""
            return f"{node.label} (`{node.observation}`) {node.limit.comparator} {printed}{absent} ({_source(node.source)})"
        case Finding():
            meaning = FINDINGS[node.finding].meaning
            return f"{node.label} (`{node.finding}`){f', {meaning}' if meaning else ''} ({_source(node.source)})"
        case Term():
            read = f"`{node.finding}`" if node.finding else f"`{node.observation}` in {node.unit}"
            return f"{node.label}: {_number(node.weight)} x {read} ({_source(node.source)})"
        case Measure():
            below = f"; below {_number(node.resolution)} it is not told apart" if node.resolution else ""
            return f"{node.label} (`{node.observation}`) in {node.unit}{below} ({_source(node.source)})"


def _source(source: Source) -> str:
    return f"{source.reference}, {source.certainty}"


def _number(value: Decimal) -> str:
    return f"{value:f}"


def _confounders(criteria: CriteriaSet) -> Iterator[str]:
    for condition, inputs in criteria.confounders.items():
        yield f"Confounded by {condition.replace('_', ' ')}: {', '.join(f'`{name}`' for name in inputs)}."
        yield ""


def _probability(criteria: CriteriaSet) -> Iterator[str]:
    if criteria.probability:
        rows = ", ".join(f"{knot.score} {knot.relation} {knot.percent} %" for knot in criteria.probability)
        yield f"Printed probabilities by score: {rows}."
        yield ""


def _case(case: Case) -> str:
    source = f"{case.source}; assumed: {case.assumed}" if case.assumed else case.source
    return f"| {case.name} | {_sent(case.request)} | {_expected(case.expect)} | {source} |"


def _not_reproduced() -> Iterator[str]:
    """Yield the table of patients whose printed result is not what the printed values come to."""
    yield "## Published results that the rule does not reproduce"
    yield ""
    yield "Each row is a worked case above. Its values are those that the source prints. A value that the source leaves out is named as assumed."
    yield ""
    yield "| patient | set | printed | by the rule | why |"
    yield "|---|---|---|---|---|"
    for criteria in CATALOGUE.values():
        for case in criteria.cases:
            if case.why:
                patient = f"{case.source} (assumed: {case.assumed})" if case.assumed else case.source
                yield f"| {patient} | {criteria.short} | {case.printed} | {_expected(case.expect)} | {case.why} |"


def _statements() -> Iterator[str]:
    """Yield the table of what is said beside the sets, from statements.toml."""
    yield "## Statements beside the sets"
    yield ""
    yield "They are cautions of an answer or of a course. They count for no set and change no category."
    yield ""
    yield "| code | when | says | sure | sources |"
    yield "|---|---|---|---|---|"
    for statement in STATEMENTS.values():
        sources = "; ".join(_cited(reference) for reference in statement.references)
        yield f"| `{statement.id}` | {_grounds(statement)} | {statement.message} | {statement.certainty} | {sources} |"


def _grounds(statement: Statement) -> str:
    conditions = " or ".join(key.replace("_", " ") for key in statement.conditions)
    value = (
        f" {statement.comparator} {_number(statement.value)} {statement.unit}" if statement.value is not None else ""
    )
    above = " above its laboratory's range" if statement.above_range else ""
    fall = statement.fall
    found = (
        f"condition {conditions}" if conditions else "",
        statement.age,
        f"`{statement.observation}`{value}{above}" if statement.observation else "",
        f"`{statement.confounder}`" if statement.confounder else "",
        f"not with `{statement.unless}`" if statement.unless else "",
        f"a fall of {_number(fall.percent)} % ({fall.certainty})" if fall else "",
        f"{_number(fall.first_day)} to {_number(fall.last_day)} days after the first"
        if fall and fall.first_day
        else "",
    )
    return "; ".join(ground for ground in found if ground) or "as the statement says"


def _cited(reference: Reference) -> str:
    link = f" [doi:{reference.doi}](https://doi.org/{reference.doi})" if reference.doi else ""
    return f"{reference.citation}{link} ({reference.certainty})"


def _sent(request: Mapping[str, Any]) -> str:
    parts = [
        f"{key} {_value(value)}"
        for part in ("patient", "context", "findings", "observations")
        for key, value in request.get(part, {}).items()
    ]
    return "; ".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(entry) for entry in value)
    return _number(value) if isinstance(value, Decimal) else str(value)


def _expected(expect: Mapping[str, Any]) -> str:
    return "; ".join(f"{key.replace('_', ' ')} {_value(value) or 'none'}" for key, value in expect.items())
