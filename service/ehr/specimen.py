"""Results whose specimen is not blood, though their code means blood: which of the two is wrong cannot be told.

Ferritin, cells and proteins are counted in cerebrospinal, synovial and other fluids too, and some systems send them
under the code for blood; there a low number is ordinary and says nothing of the patient's blood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.ehr.json_shapes import Resource, codings, table, tables, text
from service.ehr.resources import Contents, Found, local

OTHER_CODES = {
    *("122575003", "258450006", "119332005", "418564007", "168139001", "309201001", "119359002", "119342007"),
    *(
        "119339001",
        "258607008",
        "119373006",
        "122571007",
        "119334006",
    ),  # SNOMED CT: urine, CSF, synovial fluid and so on
    *("UR", "CSF", "SNV", "PLR", "PRT", "MAR", "AMN", "STL", "SAL", "SPT"),  # HL7 table 0487
}
OTHER_WORDS = {
    *("urine", "urin", "orina", "csf", "cerebrospinal", "liquor", "lcr", "synovial", "pleural", "pericardial"),
    *(
        "peritoneal",
        "ascites",
        "ascitic",
        "amniotic",
        "marrow",
        "saliva",
        "sputum",
        "lavage",
        "stool",
        "feces",
        "faeces",
    ),
}
_WORD = re.compile(r"[^\W\d_]+")


def other_specimens(contents: Contents) -> set[str]:
    """Return the names and addresses of the Specimens of a record that are not blood."""
    others = (one for one in contents.of("Specimen") if not one.is_contained and _is_other(one.resource))
    return {name for one in others for name in (f"Specimen/{text(one.resource, 'id')}", one.address) if name}


def is_of_other_specimen(found: Found, others: set[str]) -> bool:
    """Return whether an Observation names a specimen that is not blood; ``others`` are those of the record."""
    for reference in tables(found.whole, "specimen"):
        said = text(reference, "reference")
        if said in others or local(said) in others or _says_other(text(reference, "display")):
            return True
        if said.startswith("#") and any(map(_is_other, _inside(found, said[1:]))):
            return True
    return False


def _inside(found: Found, key: str) -> Iterator[Resource]:
    owner = found.parent.resource if found.parent is not None and found.is_contained else found.resource
    return (one for one in tables(owner, "contained") if text(one, "id") == key)


def _is_other(specimen: Resource) -> bool:
    kind = table(specimen, "type")
    shown = (text(kind, "text"), *(text(one, "display") for one in tables(kind, "coding")))
    return any(code in OTHER_CODES for _, code in codings(kind)) or any(map(_says_other, shown))


def _says_other(said: str) -> bool:
    return any(word in OTHER_WORDS for word in _WORD.findall(said.casefold()))
