"""Results whose specimen is not blood, though their code means blood: which of the two is wrong cannot be told.

Ferritin, cells and proteins are counted in cerebrospinal, synovial and other fluids too, and some systems send them
under the code for blood; there a low number is ordinary and says nothing of the patient's blood.
"""

from __future__ import annotations

from service.ehr.fhir.json_shapes import Resource, codings, spoken, table, tables, text
from service.ehr.fhir.resources import Contents, Found, inside, local
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.code_systems import system_name


def other_specimens(contents: Contents, codes: CodeMap) -> set[str]:
    """Return the names and addresses of the Specimens of a record that are not blood."""
    others = (one for one in contents.of("Specimen") if not one.is_contained and _is_other(one.resource, codes))
    return {name for one in others for name in (f"Specimen/{text(one.resource, 'id')}", one.address) if name}


def is_of_other_specimen(found: Found, others: set[str], codes: CodeMap) -> bool:
    """Return whether an Observation names a specimen that is not blood; ``others`` are those of the record."""
    for reference in tables(found.whole, "specimen"):
        said = text(reference, "reference")
        if said in others or local(said) in others or codes.says_other_specimen(text(reference, "display")):
            return True
        if said.startswith("#") and any(_is_other(one, codes) for one in inside(found.holder, said)):
            return True
    return False


def _is_other(specimen: Resource, codes: CodeMap) -> bool:
    kind = table(specimen, "type")
    coded = ((system_name(system), code) for system, code in codings(kind))
    return any(one in codes.other_specimens for one in coded) or any(map(codes.says_other_specimen, spoken(kind)))
