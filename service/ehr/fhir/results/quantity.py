"""The unit and the comparator of a FHIR Quantity, and the interpretations of an Observation, as they are to be read."""

from __future__ import annotations

from service.clinical.measurement.analytes import Analyte
from service.ehr.fhir.contents.json_shapes import Resource, codings, tables, text
from service.ehr.issues import Unusable
from service.ehr.results import interpretation as words
from service.ehr.results.comparators import LONGEST_TEXT, sign_in
from service.ehr.results.unit import unit_said
from service.ehr.terminology.code_map import CodeMap, ResultCode

OF_INTERPRETATION = ("observationinterpretation", "observation-interpretation", "0078", "113883.5.83", "113883.12.78")


def unit_of(analyte: Analyte, meaning: ResultCode, quantity: Resource) -> str:
    """Return the unit as it is to be read, "" if there is none; raises Unusable ``unit_conflict``."""
    return unit_said(analyte, meaning, text(quantity, "code"), text(quantity, "unit"), quantity.get("system"))


def sign_of(quantity: Resource) -> str:
    """Return the comparator of a Quantity; one that is not read is never taken for none."""
    given = quantity.get("comparator")
    if given is None and not quantity.get("_comparator"):  # an extension in its place says something of it
        return ""
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise Unusable("comparator")
    return sign_in(given)


def beyond_scale(observation: Resource, codes: CodeMap) -> str:
    """Return the comparator that a number lacks, which is only the end of the scale; "" if it is not said to be so."""
    return words.beyond_scale(_codes(tables(observation, "interpretation")), codes)


def interpretation(observation: Resource, codes: CodeMap) -> str:
    """Return the one HL7 v3 code (L, LL, N, H, HH) that the interpretations mean; "" if none or several."""
    concepts = [concept for concept in tables(observation, "interpretation") if concept]
    return words.interpretation([text(concept, "text") for concept in concepts], _codes(concepts), codes)


def _codes(concepts: list[Resource]) -> list[str]:
    return [code for concept in concepts for system, code in codings(concept) if _is_interpretation(system)]


def _is_interpretation(system: str) -> bool:
    return not system or any(name in system.casefold() for name in OF_INTERPRETATION)
