"""Write docs/criteria.md and the generated parts of openapi.yaml and README.md: ``python -m tools.generate`` (``--check`` only compares).

A generated part stands between a line with ``generated: NAME`` and one with ``end: NAME``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from service import __version__
from service.api.problems import InvalidRequest, invalid_detail, problem_document
from service.api.request.panel import read_panel_request
from service.api.response.assessment import assessment_document
from service.clinical.assessment.assess import assess
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import leaves
from service.clinical.measurement.analytes import ANALYTES, FINDINGS, Analyte
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS
from service.ehr.cds_hooks.card import cards
from service.ehr.cds_hooks.prefetch_template import PREFETCH_KEYS
from service.ehr.cds_hooks.request import read_cds_request
from service.ehr.record.given import Given
from service.ehr.record.record import read_record
from service.ehr.terminology.code_file import load_codes
from service.server.messages.strict_json import dumps, loads
from service.server.settings import TABLE, Settings
from tools.criteria_page import criteria_page

ROOT = Path(__file__).parent.parent
ANSWERED = "one_set"  # short enough to read
REFUSED = ("patient_1_as_printed", "patient_2_as_printed")
SLIPS: dict[str, Any] = {
    "context": {"medications": ["anakinra"]},
    "observations": {"platlets": "116 10*9/L", "ferritin": Decimal(905), "neutrophils": "65 %", "esr": {"value": "2"}},
    "options": {"criteria": ["hscor"]},
}
"""One slip of each kind that a feed is likely to make."""
CALLS = ("patient_view", "nothing_found")
CARD_ID = "32101cec-5286-5ccc-9e28-2c0f01532893"
REQUEST_ID = "6b1f2c1e-7a0e-4f0e-9b0a-2f0f6f1f0a10"


TEXT_FORM = (
    "Comparator, number and unit in one text. The point is a decimal sign; before exactly three digits (12.500) it may set "
    "thousands apart, and is refused where a patient can have the thousandfold as well. Thousands may be set apart where "
    "one number alone can be meant (1,234.5). The pattern shows the plain forms; more spellings of signs and units are read."
)


def observation_schemas() -> Iterable[str]:
    """Yield one OpenAPI schema per observation: its units, its two forms, and null."""
    for analyte in ANALYTES.values():
        yield from _observation_schema(analyte)


def _observation_schema(analyte: Analyte) -> Iterable[str]:
    units = [text for unit in analyte.table.units.values() for text in (unit.code, *unit.spellings)]
    spelled = "|".join((" " if unit[0].isdigit() else " ?") + re.escape(unit).replace("\\ ", " ") for unit in units)
    pattern = rf"^(<=|>=|<|>)? ?[0-9]{{1,9}}(\.[0-9]{{1,6}})?({spelled})$"  # a blank keeps 5 and 10*9/L apart
    codes = ", ".join(f"`{code}`" for code in analyte.table.units)
    yield f"    observation_{analyte.id}:"
    yield f"      description: {_quoted(f'{analyte.label}. Units: {codes}; spellings as in the list of units.')}"
    yield "      anyOf:"
    yield "        - {type: 'null'}"
    yield "        - type: string"
    yield f"          description: {_quoted(TEXT_FORM)}"
    yield f"          pattern: {_quoted(pattern)}"
    yield "        - type: object"
    yield "          additionalProperties: false"
    yield "          if: {required: [value], properties: {value: {type: number}}}"
    yield "          then: {required: [unit], properties: {unit: {type: string}}}"
    yield "          else:"
    yield "            required: [interpretation]"
    yield "            properties: {interpretation: {type: string}, value: {type: 'null'}, comparator: {type: 'null'}}"
    yield "          properties:"
    yield "            value: {$ref: '#/components/schemas/Value'}"
    yield f"            unit: {{type: ['null', string], enum: {json.dumps([None, *units], ensure_ascii=False)}}}"
    yield "            comparator: {$ref: '#/components/schemas/Comparator'}"
    yield "            interpretation: {$ref: '#/components/schemas/Interpretation'}"
    yield f"            reference_range: {{$ref: '#/components/schemas/{_range_name(analyte)}'}}"
    yield "            collected_at: {$ref: '#/components/schemas/Moment'}"
    yield from _range_schema(analyte)


def _range_name(analyte: Analyte) -> str:
    return f"range_{analyte.id}"


def _range_schema(analyte: Analyte) -> Iterable[str]:
    units = [text for unit in analyte.table.units.values() for text in (unit.code, *unit.spellings)]
    yield f"    {_range_name(analyte)}:"
    yield f"      description: {_quoted(f'Reference range of the laboratory for {analyte.label}; one end may be missing.')}"
    yield "      type: ['null', object]"
    yield "      additionalProperties: false"
    yield "      if: {properties: {low: {type: 'null'}, high: {type: 'null'}}}"
    yield "      else: {required: [unit], properties: {unit: {type: string}}}"
    yield "      properties:"
    yield "        low: {type: ['null', number], minimum: 0, maximum: 1.0e+30, description: Low end.}"
    yield "        high: {type: ['null', number], minimum: 0, maximum: 1.0e+30, description: High end.}"
    yield f"        unit: {{type: ['null', string], enum: {json.dumps([None, *units], ensure_ascii=False)}}}"


def observations_schema() -> Iterable[str]:
    """Yield the object that holds the observations."""
    yield "    Observations:"
    yield "      description: What was measured, by observation id. Absent and null both mean unknown, never normal."
    yield "      type: ['null', object]"
    yield "      additionalProperties: false"
    yield "      properties:"
    for key in ANALYTES:
        yield f"        {key}: {{$ref: '#/components/schemas/observation_{key}'}}"


def findings_schema() -> Iterable[str]:
    """Yield the object that holds the findings."""
    yield "    Findings:"
    yield "      description: What was seen or is known. true, false, or null for unknown; absent is unknown."
    yield "      type: ['null', object]"
    yield "      additionalProperties: false"
    yield "      properties:"
    for kind in FINDINGS.values():
        meaning = f"{kind.label}{': ' + kind.meaning if kind.meaning else ''}."
        yield f"        {kind.id}: {{type: ['null', boolean], description: {_quoted(meaning)}}}"


def word_lists() -> Iterable[str]:
    """Yield the closed lists of ids."""
    for name, words in (
        ("CriteriaId", tuple(CATALOGUE)),
        ("ObservationId", tuple(ANALYTES)),
        ("Condition", CONDITIONS),
        ("Confounder", CONFOUNDERS),
    ):
        yield f"    {name}: {{type: string, enum: {json.dumps(list(words))}}}"


def example_answer() -> Iterable[str]:
    """Yield what POST /v1/assessments answers to one of the examples, without the fingerprint of today's data."""
    asked = read_panel_request(_request(ANSWERED))
    document = assessment_document(assess(asked.panel, asked.criteria), asked.omitted)
    document["meta"] = {"service_version": __version__, "criteria_digest": f"sha256:{'0' * 64}"}
    yield from _example(" " * 16, ANSWERED, f"The answer to the request {ANSWERED}", dumps(document).decode())


def example_refusals() -> Iterable[str]:
    """Yield the problems that the examples with slips are refused with."""
    for name, document in [*((name, _request(name)) for name in REFUSED), ("slips", SLIPS)]:
        try:
            read_panel_request(document)
        except InvalidRequest as error:
            problem = problem_document(422, invalid_detail(error.entries), REQUEST_ID, error.entries)
        yield from _example(" " * 12, name, f"{name.replace('_', ' ').capitalize()}, refused", dumps(problem).decode())


def example_cards() -> Iterable[str]:
    """Yield what the CDS Hooks service answers to its examples; the id of a card changes with the criteria."""
    for name in CALLS:
        call = read_cds_request(_request(name, "/cds-services/{service}"), Settings().cds_hooks)
        given = [(call.prefetch[key], f"prefetch.{key}") for key in PREFETCH_KEYS if key in call.prefetch]
        record = read_record(Given(documents=given), load_codes())
        assessment = assess(record.panel, record.criteria)
        shown = [card | {"uuid": CARD_ID} for card in cards(call, record, assessment, Settings())]
        yield from _example(" " * 16, name, f"The answer to the call {name}", dumps({"cards": shown}).decode())


def _request(name: str, path: str = "/v1/assessments") -> Any:
    operation = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))["paths"][path]["post"]
    return loads(dumps(operation["requestBody"]["content"]["application/json"]["examples"][name]["value"]))


def _example(indent: str, name: str, summary: str, value: str) -> Iterable[str]:
    yield f"{indent}{name}:"
    yield f"{indent}  summary: {_quoted(summary)}"
    yield f"{indent}  value: {value}"


def criteria_table() -> Iterable[str]:
    """Yield the table of criteria sets for the README."""
    yield "| id | what it is | made for | limits it reads | source |"
    yield "|---|---|---|---|---|"
    for criteria in CATALOGUE.values():
        yield _criteria_row(criteria)


def _criteria_row(criteria: CriteriaSet) -> str:
    source = criteria.references[0]
    cited = f"[{source.citation}](https://doi.org/{source.doi})" if source.doi else source.citation
    count = sum(1 for _ in leaves(criteria.rule))
    return f"| `{criteria.id}` | {criteria.short}, {criteria.kind} | {criteria.audit.population} | {count} | {cited} |"


def settings_table() -> Iterable[str]:
    """Yield the table of settings for the README."""
    yield "| variable | default | takes | meaning |"
    yield "|---|---|---|---|"
    for setting in TABLE:
        yield f"| `{setting.variable}` | {f'`{setting.default}`' if setting.default else ''} | {setting.takes} | {setting.meaning} |"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


PARTS: dict[str, tuple[str, Callable[[], Iterable[str]]]] = {
    "observation schemas": ("openapi.yaml", observation_schemas),
    "observations": ("openapi.yaml", observations_schema),
    "findings": ("openapi.yaml", findings_schema),
    "word lists": ("openapi.yaml", word_lists),
    "example answer": ("openapi.yaml", example_answer),
    "example refusals": ("openapi.yaml", example_refusals),
    "example cards": ("openapi.yaml", example_cards),
    "criteria table": ("README.md", criteria_table),
    "settings table": ("README.md", settings_table),
}


def with_part(document: str, name: str, lines: Iterable[str]) -> str:
    """Return the document with one generated part replaced; raises ValueError if its two marks are not there."""
    marks = re.compile(
        rf"(^[^\n]*generated: {re.escape(name)}\b[^\n]*\n).*?(^[^\n]*end: {re.escape(name)}\b)",
        re.DOTALL | re.MULTILINE,
    )
    body = "".join(f"{line}\n" for line in lines)
    replaced, count = marks.subn(lambda match: match[1] + body + match[2], document)
    if count != 1:
        raise ValueError(f"the marks of '{name}' are not there exactly once")
    return replaced


def generated(file: str) -> str:
    """Return a document with all its generated parts as they should be."""
    text = (ROOT / file).read_text(encoding="utf-8")
    for name, (home, lines) in PARTS.items():
        if home == file:
            text = with_part(text, name, lines())
    return text


WHOLE: dict[str, Callable[[], Iterable[str]]] = {"docs/criteria.md": criteria_page}
"""Documents of which every line is generated."""


def documents() -> dict[str, str]:
    """Return every document with its generated parts as they should be, by its path."""
    partly = {file: generated(file) for file in sorted({home for home, _ in PARTS.values()})}
    return partly | {file: "".join(f"{line}\n" for line in lines()) for file, lines in WHOLE.items()}


def main(arguments: list[str]) -> int:
    """Write the documents, or with --check say which are not current."""
    stale = 0
    for file, text in documents().items():
        path = ROOT / file
        if not path.exists() or text != path.read_text(encoding="utf-8"):
            stale = 1
            print(f"{file}: {'not current' if '--check' in arguments else 'written'}")
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    return stale if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
