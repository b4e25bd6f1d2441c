"""The answers to an HL7 v2 message in the words of the other interfaces: as a JSON assessment and as FHIR resources."""

from __future__ import annotations

from flask import Response

from service.api import errors
from service.api.problems import Entry, problem
from service.api.response.assessment import Told, record_document
from service.clinical.assessment.assess import Assessment
from service.ehr.bodies import FHIR_JSON, JSON, answer
from service.ehr.fhir.answer import fixed_parts, operation
from service.ehr.fhir.answer.errors import with_request_id
from service.ehr.fhir.answer.outcome import failure, with_name
from service.ehr.fhir.answer.risk_assessment import risk_assessment
from service.ehr.fhir.patient.subject import Subject
from service.ehr.fhir.record import FhirRecord
from service.ehr.hl7v2.message import BadMessage
from service.ehr.hl7v2.patient import Patient
from service.ehr.hl7v2.record import MessageRecord
from service.ehr.hl7v2.routes import Form
from service.server.observing import exchange

REJECTED, WRONG = 400, 422


class AsJson:
    """The answer as POST /v1/assessments gives it."""

    def assessed(self, record: MessageRecord, assessment: Assessment) -> Response:
        """Return the assessment; what could not be used of the message stands first among the warnings."""
        told = [Told(issue.key, next(iter(issue.where), ""), with_name(issue)) for issue in record.issues]
        return answer(record_document(assessment, told), JSON)

    def refused(self, error: BadMessage) -> Response:
        """Return a problem that names every fault."""
        entries = tuple(Entry((fault.where,), fault.key, fault.text) for fault in error.faults)
        status = REJECTED if error.is_rejected else WRONG
        return problem(status, _detail(error), exchange.current().request_id, entries)

    def failed(self, error: Exception) -> Response:
        """Return a problem."""
        return errors.answer(error)


class AsFhir:
    """The answer as $evaluate-mas gives it."""

    def assessed(self, record: MessageRecord, assessment: Assessment) -> Response:
        """Return the RiskAssessment; the patient is told by the first identifier of the message."""
        subject = Subject(_reference(record.patient), None)
        found = FhirRecord(record.panel, record.moment, record.basis, record.issues, subject, None, (), ())
        return answer(risk_assessment(found, assessment, fixed_parts.here()), FHIR_JSON)

    def refused(self, error: BadMessage) -> Response:
        """Return an OperationOutcome that names every fault."""
        status = REJECTED if error.is_rejected else WRONG
        vocabulary = fixed_parts.here().vocabulary
        told = [
            failure(status, fault.text, vocabulary.issue_coding(fault.key), [fault.where]) for fault in error.faults
        ]
        outcome = {"resourceType": "OperationOutcome", "issue": [issue for each in told for issue in each["issue"]]}
        return answer(with_request_id(outcome), FHIR_JSON, status)

    def failed(self, error: Exception) -> Response:
        """Return an OperationOutcome."""
        return operation.error_answer(error)


def _detail(error: BadMessage) -> str:
    many = len(error.faults)
    return error.faults[0].text if many == 1 else f"{many} parts of the message need attention."


def _reference(patient: Patient) -> dict[str, object]:
    if not patient.identifier:
        return {"display": "not supplied"}
    return {"identifier": {"value": patient.identifier}}


FORMS: dict[str, Form] = {JSON: AsJson(), FHIR_JSON: AsFhir()}
"""By media type; the first is the usual one."""
