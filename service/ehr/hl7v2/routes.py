"""POST /hl7v2: one message in; the assessment, a FHIR resource or an acknowledgement out, as the caller accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException, NotAcceptable, UnsupportedMediaType

from service.clinical.assessment.assess import Assessment, assess
from service.ehr import counting
from service.ehr.hl7v2 import acknowledgement
from service.ehr.hl7v2.acknowledgement import ACCEPTED, ERROR, REJECTED, Told
from service.ehr.hl7v2.message import BadMessage, Header, header_of, read_message
from service.ehr.hl7v2.record import MessageRecord, read_record
from service.ehr.site import here
from service.server import budget
from service.server.messages.http_errors import OUR_FAULT, kept_headers, told
from service.server.observing import logs
from service.server.observing.exchange import current
from service.server.observing.traces import phase
from service.server.serving.turns import HL7_SIGNS, whole_body

PREFIX = "/hl7v2"
MEDIA_TYPES = (acknowledgement.MEDIA_TYPE, "application/hl7-v2+er7", "x-application/hl7-v2+er7", "text/plain")
"""What a message may be called; engines without a choice call it plain text."""
SAME = {
    "application/problem+json": "application/json",
    **dict.fromkeys(MEDIA_TYPES[1:3], acknowledgement.MEDIA_TYPE),
}
"""Other names under which callers ask for a form."""
_FORMS, _HEADER = "mas.hl7v2.forms", "mas_hl7v2_header"
OFFERED = {
    404: "Nothing is here; POST /hl7v2 takes a message.",
    405: "The methods allowed here are in the Allow header.",
}
blueprint = Blueprint("hl7v2", __name__, url_prefix=PREFIX)


class Form(Protocol):
    """One form of the answer, under its media type."""

    def assessed(self, record: MessageRecord, assessment: Assessment) -> Response:
        """Return the answer to a message that was assessed."""

    def refused(self, error: BadMessage) -> Response:
        """Return the answer to a message that was not."""

    def failed(self, error: Exception) -> Response:
        """Return the answer to a request that went wrong otherwise."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The answer as an acknowledgement."""

    def assessed(self, record: MessageRecord, assessment: Assessment) -> Response:
        """Say what was found, and what of the message could not be used."""
        issues = [
            Told("0", issue.key, next(iter(issue.where), ""), issue.severity, issue.text) for issue in record.issues
        ]
        oddities = [Told("0", oddity.code, "", "warning", oddity.remark) for oddity in assessment.warnings]
        said = f"{assessment.classification.category}: {assessment.summary}"
        return _acknowledged(ACCEPTED, said, [*issues, *oddities], 200)

    def refused(self, error: BadMessage) -> Response:
        """Name every fault."""
        faults = [Told(fault.number, fault.key, fault.where, "error", fault.text) for fault in error.faults]
        code, status = (REJECTED, 400) if error.is_rejected else (ERROR, 422)
        return _acknowledged(code, "", faults, status)

    def failed(self, error: Exception) -> Response:
        """Say what is wrong with the request."""
        if not isinstance(error, HTTPException):
            logs.exception(error)
            return _acknowledged(ERROR, "", [Told("207", "internal", "", "error", OUR_FAULT)], 500)
        said = Told("207", "request", "", "error", told(error, OFFERED))
        answer = _acknowledged(REJECTED, "", [said], error.code or 500)
        answer.headers.extend(kept_headers(error))
        return answer


def _acknowledged(code: str, summary: str, said: list[Told], status: int) -> Response:
    own_id = current().request_id.replace("-", "")[:20]
    answer = acknowledgement.acknowledgement(g.get(_HEADER, Header()), code, summary, said, own_id)
    return Response(answer, status, content_type=f"{acknowledgement.MEDIA_TYPE}; charset=utf-8")


@blueprint.post("")
def post_message() -> Response:
    """Assess the message in the body."""
    form = _form()
    if form is None:
        raise NotAcceptable(f"The answer is one of {', '.join(current_app.extensions[_FORMS])}.")
    if request.mimetype not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"Send one message as {acknowledgement.MEDIA_TYPE}.")
    body = whole_body(HL7_SIGNS)
    setattr(g, _HEADER, header_of(body))
    try:
        with phase("read"):
            read = partial(read_message, charset=request.mimetype_params.get("charset", ""))
            message = budget.aside(read, body)
            record = read_record(message, here().codes, here().look_back)
    except BadMessage as error:
        return form.refused(error)
    with phase("assess"):
        assessment = assess(record.panel)
    counting.assessed("hl7v2", assessment, record.issues, record.patient.name)
    with phase("write"):
        return form.assessed(record, assessment)


def error_answer(error: Exception) -> Response:
    """Answer anything that goes wrong in the form that was asked for; the usual one if that is not known."""
    form = _form() or next(iter(current_app.extensions[_FORMS].values()))
    return form.failed(error)


def _form() -> Form | None:
    """Return the form that the caller accepts best, None if it accepts none."""
    forms: dict[str, Form] = current_app.extensions[_FORMS]
    if not request.accept_mimetypes:
        return next(iter(forms.values()))
    given = [(named.partition(";")[0].strip().lower(), quality) for named, quality in request.accept_mimetypes]
    asked = MIMEAccept([(SAME.get(named, named), quality) for named, quality in given])
    best = asked.best_match(list(forms))
    return forms[best] if best else None


def install(app: Flask, forms: Mapping[str, Form]) -> None:
    """Register the address; ``forms`` are the other forms of the answer, the first of which is the usual one."""
    app.extensions[_FORMS] = {**forms, acknowledgement.MEDIA_TYPE: Acknowledged()}
    app.register_blueprint(blueprint)
