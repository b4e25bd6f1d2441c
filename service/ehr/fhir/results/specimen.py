"""Results whose specimen is not blood, though their code means blood: which of the two is wrong cannot be told.

Ferritin, cells and proteins are counted in cerebrospinal, synovial and other fluids too, and some systems send them
under the code for blood; there a low number is ordinary and says nothing of the patient's blood.
"""

from __future__ import annotations

from service.ehr.fhir.contents.json_shapes import Resource, codings, spoken, table, tables, text
from service.ehr.fhir.contents.resources import Contents, Found, local
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.code_systems import system_name


class Specimens:
    """The Specimens of a record that are not blood: each is looked at once, however many results name it."""

    def __init__(self, contents: Contents, codes: CodeMap) -> None:
        self._codes = codes
        others = (
            found for found in contents.of("Specimen") if not found.is_contained and self._is_other(found.resource)
        )
        self._names = {
            name for other in others for name in (f"Specimen/{text(other.resource, 'id')}", other.address) if name
        }
        self._inside: dict[int, set[str]] = {}

    def is_other(self, found: Found) -> bool:
        """Return whether an Observation names a specimen that is not blood."""
        for reference in tables(found.whole, "specimen"):
            said = text(reference, "reference")
            if said in self._names or local(said) in self._names:
                return True
            if self._codes.says_other_specimen(text(reference, "display")):
                return True
            if said.startswith("#") and said[1:] in self._others_in(found.holder):
                return True
        return False

    def _others_in(self, holder: Resource) -> set[str]:
        """Return the ids of the contained Specimens of a resource that are not blood."""
        found = self._inside.get(id(holder))
        if found is None:
            others = (inner for inner in tables(holder, "contained") if inner and self._is_other(inner))
            found = self._inside[id(holder)] = {text(other, "id") for other in others}
        return found

    def _is_other(self, specimen: Resource) -> bool:
        kind, codes = table(specimen, "type"), self._codes
        coded = ((system_name(system), code) for system, code in codings(kind))
        return any(code in codes.other_specimens for code in coded) or any(map(codes.says_other_specimen, spoken(kind)))
