"""The request's envelope read twice: by the parts that the service uses, and by plain marshmallow schemas.

Run as ``python -m bench.envelopes``; ``docs/adr/0008-envelopes.md`` says what follows from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from bench.panels import SPARSE, panel
from service.api.error_messages import unknown_field
from service.api.request.fields import Choice, Choices, Moment, StrictNumber, Text
from service.api.request.observations import Findings, Observations
from service.api.request.panel import OLDEST, OMIT, REQUEST, read_panel_request
from service.api.response.assessment import assessment_document, summary_document
from service.clinical.assessment.assess import assess
from service.clinical.criteria import CATALOGUE
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS
from service.server.messages.strict_json import dumps, loads

ROUNDS, TIMES = 25, 60


class Strict(Schema):
    """An object whose unknown keys are named, with the nearest known one."""

    class Meta:
        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def name_unknown(self, _data: Any, original: Mapping[str, Any], **_: Any) -> None:
        if not original.keys() <= self.fields.keys():
            strange = [key for key in original if key not in self.fields]
            raise ValidationError({key: [unknown_field((key,), self.fields)] for key in strange})


class Patient(Strict):
    age_years = StrictNumber(0, OLDEST)
    age_at_onset_years = StrictNumber(0, OLDEST)


class Drug(Strict):
    name = Text(required=True)
    last_dose = Moment()


class Context(Strict):
    condition = Choice(CONDITIONS)
    medications = fields.List(fields.Nested(Drug), allow_none=True)
    confounders = Choices(CONFOUNDERS)


class Options(Strict):
    criteria = Choices(tuple(CATALOGUE), at_least=1)
    on_invalid = Choice(("reject", OMIT))


class Request(Strict):
    patient = fields.Nested(Patient, allow_none=True)
    context = fields.Nested(Context, allow_none=True)
    collected_at = Moment()
    observations = Observations()
    findings = Findings()
    options = fields.Nested(Options, allow_none=True)


PLAIN = Request()


def microseconds(work: Callable[[], object]) -> float:
    """Return the processor time of the quickest of many rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(TIMES):
            work()
        best = min(best, time.process_time() - started)
    return best / TIMES * 1e6


def answered(document: Any, *, brief: bool) -> bytes:
    asked = read_panel_request(document)
    write = summary_document if brief else assessment_document
    return dumps(write(assess(asked.panel, asked.criteria, brief=brief), asked.omitted))


def compared(document: Any) -> str:
    """Return what both readers take, and what the difference is of an answer."""
    parts = microseconds(lambda: REQUEST.deserialize(document))
    schemas = microseconds(lambda: PLAIN.load(document))
    summary = (schemas - parts) / microseconds(lambda: answered(document, brief=True))
    whole = (schemas - parts) / microseconds(lambda: answered(document, brief=False))
    return f"parts {parts:.0f} us, schemas {schemas:.0f} us; more for a summary {summary:.1%}, for all {whole:.1%}"


def main() -> None:
    """Print one line for each panel."""
    for name, sent in (("sparse", SPARSE), ("full", panel(0))):
        print(f"{name:7} {compared(loads(dumps(sent)))}")


if __name__ == "__main__":
    main()
