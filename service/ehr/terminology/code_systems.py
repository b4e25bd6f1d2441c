"""The many addresses under which one code system is known, folded into one short name."""

from __future__ import annotations

import re

LOINC, SNOMED, ICD10, RXNORM, ATC, UCUM = "loinc", "snomed", "icd-10", "rxnorm", "atc", "ucum"
SPECIMEN = "hl7-specimen"  # tables 0487 and 0070 of HL7 v2 and SpecimenType of v3, which share their codes
LONGEST_ADDRESS = 256
LONGEST_CODE = 64

_HL7 = "2.16.840.1.113883"
_NAMES = {
    LOINC: ("loinc.org", "loinc.org/vs", "loinc", "ln", "lnc", "loinc-num", "loinc code", f"{_HL7}.6.1"),
    SNOMED: ("snomed.info/sct", "snomed.info", "sct", "snomed", "snomed-ct", "snomedct", f"{_HL7}.6.96"),
    ICD10: (f"{_HL7}.6.3", f"{_HL7}.6.90", f"{_HL7}.6.135", "i10", "i10c", "i10g"),
    RXNORM: ("nlm.nih.gov/research/umls/rxnorm", "rxnorm", "rxcui", f"{_HL7}.6.88"),
    ATC: ("whocc.no/atc", "whocc.no", "atc", "who-atc", f"{_HL7}.6.73"),
    UCUM: ("unitsofmeasure.org", "unitsofmeasure.org/ucum", "ucum", f"{_HL7}.6.8"),
    SPECIMEN: (
        *("terminology.hl7.org/codesystem/v2-0487", "hl7.org/fhir/v2/0487", "hl70487", f"{_HL7}.12.487"),
        *("terminology.hl7.org/codesystem/v2-0070", "hl7.org/fhir/v2/0070", "hl70070", f"{_HL7}.12.70"),
        *("terminology.hl7.org/codesystem/v3-specimentype", "hl7.org/fhir/v3/specimentype", f"{_HL7}.5.129"),
    ),
}
"""Each name with what is left of its addresses, its OIDs and its names in HL7 v2 once they are folded."""
_STARTS = ("https://", "http://", "urn:oid:", "oid:", "urn:", "www.")
_OF_SYSTEM = {address.replace(" ", "-"): name for name, addresses in _NAMES.items() for address in addresses}
_AS_WRITTEN = {start + plain: name for plain, name in _OF_SYSTEM.items() for start in ("", "http://", "https://")}
_TO_DASH = str.maketrans("\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{MINUS SIGN}_ ", "------")
_OID = re.compile(r"[0-2](?:\.\d+)+", re.ASCII)
_LOINC_CODE = re.compile(r"\d{1,8}-\d", re.ASCII)
_LOINC_START = re.compile(r"(?:loinc|lnc|ln)\s?[:|^]?\s?(?=\d)", re.IGNORECASE)
_ICD10 = re.compile(r"icd-?10(?!-?pcs)")  # also national ones
_PROCEDURES = "cms.gov/medicare/coding/icd10"  # the address of ICD-10-PCS, which is none of diagnoses


def system_name(address: object) -> str:
    """Return the short name of a well-known system, otherwise the address without blanks; "" if there is none.

    A version behind a bar is left out of any address, and an OID is one however it is introduced.
    """
    if not isinstance(address, str) or len(address) > LONGEST_ADDRESS:
        return address if isinstance(address, str) else ""
    if address in _AS_WRITTEN:
        return _AS_WRITTEN[address]
    address = address.partition("|")[0].strip()
    plain = _plain(address)
    return _name_of(plain) or (f"urn:oid:{plain}" if _OID.fullmatch(plain) else address)


def _name_of(plain: str) -> str:
    if plain in _OF_SYSTEM:
        return _OF_SYSTEM[plain]
    if plain.startswith("snomed.info/sct/"):  # an edition of a country
        return SNOMED
    tail = plain.rpartition("/")[2]
    if _ICD10.match(tail) and plain != _PROCEDURES:
        return ICD10
    return ATC if tail == "atc" else ""


def _plain(address: str) -> str:
    """Return what is left of an address without its scheme, its query, its last slash and the kind of its dashes."""
    plain = address.lower()
    for start in _STARTS:
        plain = plain.removeprefix(start)
    return plain.partition("?")[0].partition("#")[0].rstrip("/").translate(_TO_DASH)


def code_key(system: object, code: str) -> tuple[str, str]:
    """Return the system and the code by which the map is asked; a code too long for any system as "".

    ``LOINC:2276-4`` says its system, and so it is told where that is left out. A check digit is never made up.
    """
    name = system_name(system)
    if len(code) > LONGEST_CODE:
        return name, ""
    if name in (LOINC, "") and code[:1] in "lL":
        started = _LOINC_START.match(code)
        rest = _loinc(code[started.end() :]) if started else ""
        if _LOINC_CODE.fullmatch(rest):
            return LOINC, rest
    return name, _loinc(code) if name == LOINC else code.strip()


def _loinc(code: str) -> str:
    """Return a LOINC code with a plain dash, without blanks and leading zeros; of another form as it is."""
    if code[:1] != "0" and _LOINC_CODE.fullmatch(code):
        return code
    plain = "-".join(part.strip("-") for part in code.strip().translate(_TO_DASH).split("-") if part).lstrip("0")
    return plain if _LOINC_CODE.fullmatch(plain) else code.strip()


def is_loinc(code: str) -> bool:
    """Return whether a code has the form of LOINC and its check digit is right (Luhn, modulus 10)."""
    if not _LOINC_CODE.fullmatch(code):
        return False
    digits = [int(digit) for digit in reversed(code.replace("-", ""))]
    return sum(sum(divmod(2 * digit, 10)) if at % 2 else digit for at, digit in enumerate(digits)) % 10 == 0
