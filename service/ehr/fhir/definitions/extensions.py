"""Our two extensions as FHIR has them: a RiskAssessment points by them to what it contains."""

from __future__ import annotations

from collections.abc import Iterable

from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.header import FHIR_VERSION, header
from service.ehr.fhir.definitions.vocabulary import Vocabulary

KIND = "StructureDefinition"
HL7 = "http://hl7.org/fhir/StructureDefinition"
USED_ON = "RiskAssessment"
EXTENSIONS = {
    "criteria-result": (
        "Result of a criteria set",
        "Points to the contained Observation of one criteria set: its verdict, its score and its items.",
        "Observation",
    ),
    "evaluation-message": (
        "Messages of the evaluation",
        "Points to the contained OperationOutcome that says what of the record could not be used or is odd.",
        "OperationOutcome",
    ),
}
"""By id: the title, the description, and the kind of resource pointed to."""

_HAS_CONTENT = {
    "key": "ele-1",
    "severity": "error",
    "human": "All FHIR elements must have a @value or children",
    "expression": "hasValue() or (children().count() > id.count())",
    "xpath": "@value|f:*|h:div",
    "source": f"{HL7}/Element",
}
_VALUE_OR_EXTENSIONS = {
    "key": "ext-1",
    "severity": "error",
    "human": "Must have either extensions or value[x], not both",
    "expression": "extension.exists() != value.exists()",
    "xpath": "exists(f:extension)!=exists(f:*[starts-with(local-name(.), 'value')])",
    "source": f"{HL7}/Extension",
}
_BY_URL = {
    "discriminator": [{"type": "value", "path": "url"}],
    "description": "Extensions are always sliced by (at least) url",
    "rules": "open",
}


def _system_string(kind: str) -> list[Resource]:
    """Return the type of what is an attribute in XML, as HL7 writes it."""
    named = {"url": f"{HL7}/structuredefinition-fhir-type", "valueUrl": kind}
    return [{"extension": [named], "code": "http://hl7.org/fhirpath/System.String"}]


def _element(path: str, base: str, least: int, most: str, words: tuple[str, str]) -> Resource:
    return {
        "id": path,
        "path": path,
        "short": words[0],
        "definition": words[1],
        "min": least,
        "max": most,
        "base": {"path": base, "min": least, "max": most},
        "isModifier": False,
    }


def _base() -> list[Resource]:
    """Return the elements of Extension in R4, which HL7 gives to the public domain, without comments and mappings."""
    root = _element(
        *("Extension", "Extension", 0, "*"),
        ("Optional Extensions Element", "Optional Extension Element - found in all resources."),
    )
    key = _element(
        *("Extension.id", "Element.id", 0, "1"),
        ("Unique id for inter-element referencing", "Unique id for the element within a resource."),
    )
    inner = _element(
        *("Extension.extension", "Element.extension", 0, "*"),
        ("Additional content defined by implementations", "Extensions within the extension."),
    )
    url = _element(
        *("Extension.url", "Extension.url", 1, "1"),
        ("identifies the meaning of the extension", "Source of the definition for the extension code."),
    )
    value = _element("Extension.value[x]", "Extension.value[x]", 0, "1", ("Value of extension", "Value of extension."))
    attribute = {"representation": ["xmlAttr"]}
    both = [_HAS_CONTENT, _VALUE_OR_EXTENSIONS]
    inside = {"isSummary": False}
    return [
        root | {"condition": ["ele-1"], "constraint": both},
        key | attribute | inside | {"type": _system_string("string")},
        inner | inside | {"slicing": _BY_URL, "type": [{"code": "Extension"}], "constraint": both},
        url | attribute | inside | {"type": _system_string("uri")},
        value | inside | {"constraint": [_HAS_CONTENT]},
    ]


def structure_definitions(vocabulary: Vocabulary) -> Iterable[Resource]:
    """Yield the StructureDefinition of each extension, with snapshot and differential."""
    for key, (title, description, target) in EXTENSIONS.items():
        own: dict[str, Resource] = {
            "Extension": {"short": title, "definition": description},
            "Extension.extension": {"max": "0"},
            "Extension.url": {"fixedUri": vocabulary.address(KIND, key)},
            "Extension.value[x]": {
                "short": f"The contained {target}",
                "min": 1,
                "type": [{"code": "Reference", "targetProfile": [f"{HL7}/{target}"]}],
            },
        }
        yield {
            **header(vocabulary, KIND, key, title, description),
            "fhirVersion": FHIR_VERSION,
            "kind": "complex-type",
            "abstract": False,
            "context": [{"type": "element", "expression": USED_ON}],
            "type": "Extension",
            "baseDefinition": f"{HL7}/Extension",
            "derivation": "constraint",
            "snapshot": {"element": [element | own.get(element["path"], {}) for element in _base()]},
            "differential": {"element": [{"id": path, "path": path} | said for path, said in own.items()]},
        }
