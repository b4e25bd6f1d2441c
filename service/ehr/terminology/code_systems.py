"""The many addresses under which one code system is known, folded into one short name."""

from __future__ import annotations

LOINC, SNOMED, ICD10, RXNORM, ATC, UCUM = "loinc", "snomed", "icd-10", "rxnorm", "atc", "ucum"
SPECIMEN = "hl7-specimen"  # tables 0487 and 0070 of HL7 v2 and SpecimenType of v3, which share their codes

_NAMES = {
    "loinc.org": LOINC,
    "www.loinc.org": LOINC,
    "loinc": LOINC,
    "ln": LOINC,  # its name in HL7 v2, which interface engines pass on
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "snomed.info/sct": SNOMED,
    "sct": SNOMED,  # in HL7 v2
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
    "urn:oid:2.16.840.1.113883.6.90": ICD10,
    "www.nlm.nih.gov/research/umls/rxnorm": RXNORM,
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "www.whocc.no/atc": ATC,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "unitsofmeasure.org": UCUM,
    "urn:oid:2.16.840.1.113883.6.8": UCUM,
    "terminology.hl7.org/codesystem/v2-0487": SPECIMEN,
    "hl7.org/fhir/v2/0487": SPECIMEN,
    "hl70487": SPECIMEN,
    "urn:oid:2.16.840.1.113883.12.487": SPECIMEN,
    "terminology.hl7.org/codesystem/v2-0070": SPECIMEN,
    "hl7.org/fhir/v2/0070": SPECIMEN,
    "hl70070": SPECIMEN,
    "urn:oid:2.16.840.1.113883.12.70": SPECIMEN,
    "terminology.hl7.org/codesystem/v3-specimentype": SPECIMEN,
    "hl7.org/fhir/v3/specimentype": SPECIMEN,
    "urn:oid:2.16.840.1.113883.5.129": SPECIMEN,
}


_AS_WRITTEN = {start + plain: name for plain, name in _NAMES.items() for start in ("", "http://", "https://")}


def system_name(address: object) -> str:
    """Return the short name of a well-known system, otherwise the address without blanks; "" if there is none."""
    if not isinstance(address, str):
        return ""
    if address in _AS_WRITTEN:
        return _AS_WRITTEN[address]
    address = address.strip()
    plain = address.lower().rstrip("/").removeprefix("http://").removeprefix("https://")
    if plain in _NAMES:
        return _NAMES[plain]
    if plain.startswith("snomed.info/sct/"):  # an edition of a country
        return SNOMED
    tail = plain.rpartition("/")[2]
    if tail.startswith("icd-10"):  # icd-10, icd-10-cm, icd-10-gm and further national ones
        return ICD10
    return ATC if tail == "atc" else address
