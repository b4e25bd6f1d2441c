"""What the FHIR side offers, in FHIR's own words: CapabilityStatement and OperationDefinition."""

from __future__ import annotations

from service.clinical.panel.panel import CONDITIONS
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions import code_systems, extensions
from service.ehr.fhir.definitions.header import FHIR_VERSION, header
from service.ehr.fhir.definitions.search import PARAMETERS
from service.ehr.fhir.definitions.vocabulary import SERVICE_NAME, VERSION, Vocabulary
from service.server.settings import Settings

OF_OPERATIONS, OPERATION = "OperationDefinition", "evaluate-mas"
KINDS = (extensions.KIND, code_systems.KIND, code_systems.ALL_CODES, OF_OPERATIONS)
"""The kinds of resources that are published."""
TITLE = "Evaluate criteria for macrophage activation syndrome"
PURPOSE = "Classifies a laboratory panel against published criteria for macrophage activation syndrome (MAS)."


SECURITY = {
    "none": "Nobody is asked for credentials here; what stands in front of the service may ask.",
    "api_key": "An API key, as Authorization: Bearer or as X-API-Key.",
    "jwt": "A signed token (JWT) of a trusted issuer, as Authorization: Bearer.",
}
"""What each kind of authentication asks of a caller."""


def capability_statement(settings: Settings) -> Resource:
    """Return the answer to GET /fhir/metadata."""
    public_url, vocabulary = settings.public_url, Vocabulary(settings.fhir_canonical)
    implementation = {"description": PURPOSE} | ({"url": f"{public_url}/fhir"} if public_url else {})
    return {
        **header(vocabulary, "CapabilityStatement", SERVICE_NAME, "MAS risk service", PURPOSE),
        "kind": "instance",
        "software": {"name": SERVICE_NAME, "version": VERSION},
        "implementation": implementation,
        "fhirVersion": FHIR_VERSION,
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": bool(settings.cors_origins), "description": SECURITY[settings.auth_mode]},
                "resource": [_resource(kind) for kind in KINDS],
                "operation": [{"name": OPERATION, "definition": vocabulary.address(OF_OPERATIONS, OPERATION)}],
            }
        ],
    }


def _resource(kind: str) -> Resource:
    """Return how one kind of published resource is read and found."""
    return {
        "type": kind,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{kind}",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [
            {"name": name, "definition": definition, "type": sort} for name, (sort, definition) in PARAMETERS.items()
        ],
    }


def operation_definition(vocabulary: Vocabulary) -> Resource:
    """Return the answer to GET /fhir/OperationDefinition/evaluate-mas."""
    description = (
        f"{PURPOSE} A Bundle, an Observation, a DiagnosticReport or an array of Observations may also be the body "
        "itself. What cannot be used counts as unknown and is named in the contained OperationOutcome."
    )
    return {
        **header(vocabulary, OF_OPERATIONS, OPERATION, TITLE, description),
        "kind": "operation",
        "affectsState": False,
        "code": OPERATION,
        "comment": "Idempotent: the same request gets the same answer, and nothing is stored.",
        "system": True,
        "type": False,
        "instance": False,
        "parameter": [*(_in(*row) for row in _PARAMETERS), _FINDINGS, _RETURN],
    }


_PARAMETERS = (
    ("observations", "*", "Resource", "Bundle, Observation, DiagnosticReport and further resources of the record."),
    ("subject", "1", "Reference", "The patient; results of another patient are refused."),
    (
        "febrile",
        "1",
        "boolean",
        "Whether the patient has fever; overrides a body temperature where the criteria ask for fever.",
    ),
    ("condition", "1", "code", f"{', '.join(CONDITIONS[:-1])} or {CONDITIONS[-1]}; overrides the Conditions."),
    (
        "asOf",
        "1",
        "dateTime",
        "The time that age, last doses and look-back are counted from; later results are not used.",
    ),
    (
        "medications",
        "*",
        "string",
        "Generic name, or RxNorm or ATC code; a CodeableConcept or a resource is accepted too.",
    ),
    ("criteria", "*", "code", "The criteria sets to report; all when absent."),
)


def _in(name: str, most: str, kind: str, meaning: str) -> Resource:
    return {"name": name, "use": "in", "min": 0, "max": most, "documentation": meaning, "type": kind}


_FINDINGS: Resource = {
    "name": "findings",
    "use": "in",
    "min": 0,
    "max": "*",
    "documentation": "Clinical findings: each part has the id of a finding as its name and a boolean as its value.",
    "part": [
        {
            "name": "splenomegaly",
            "use": "in",
            "min": 0,
            "max": "1",
            "documentation": "One of the findings; the others have the ids of the JSON interface.",
            "type": "boolean",
        }
    ],
}
_RETURN: Resource = {
    "name": "return",
    "use": "out",
    "min": 1,
    "max": "1",
    "documentation": "The category, what it rests on, and every item with its reason.",
    "type": "RiskAssessment",
}
