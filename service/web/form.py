"""The fields of the form, from the data that the API serves: a new analyte or set needs no change here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import inputs, leaves
from service.clinical.data import toml_reader
from service.clinical.measurement.analytes import ANALYTES, FINDINGS, Analyte, FindingKind
from service.clinical.measurement.laboratory_text import TWO_WAYS
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS
from service.clinical.therapies.drug_list import THERAPIES

CONDITION_LABELS = {
    "sjia": "Systemic JIA",
    "suspected_sjia": "Suspected systemic JIA",
    "aosd": "Adult-onset Still's disease",
    "jsle": "Juvenile lupus (SLE)",
    "malignancy": "Malignancy, kind not stated",
    "haematological_malignancy": "Leukaemia, lymphoma or another haematological malignancy",
    "solid_tumour": "Solid tumour",
    "kawasaki": "Kawasaki disease",
    "other": "Another condition",
}
CONFOUNDER_LABELS = {"itp": "Immune thrombocytopenia"}
BODY = {"Cel", "cm"}
"""The canonical units of what is measured at the bedside and not in the laboratory."""
FIRST_SET = "eular-acr-printo-2016"
"""The set whose results stand first in the form."""
FIRST_FINDING = "fever"
RARE = {"scd25", "cxcl9", "il18", "low_or_absent_nk_activity", "molecular_hlh_diagnosis", "fasting_sample"}
"""What few wards have at hand; it stands last, folded. Samples of tissue belong to it as well."""
RARE_SAMPLES = "hemophagocytosis"
UNIT_SYSTEMS = toml_reader.read(Path(__file__).parent / "unit_systems.toml")
"""By system of units the unit that each test is usually given in; a test that is not named there has no usual one."""
WRITTEN_AS = toml_reader.read(Path(__file__).parent / "result_names.toml")
"""By test the names under which a printed report lists it."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPELT = (("[degF]", "°F"), ("Cel", "°C"), ("[IU]", "IU"), ("{FEU}", " FEU"), ("{DDU}", " DDU"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One observation of the form: its names, its units as (code, as printed) and whether any set reads it.

    ``systems`` are its units in each system of units, ``names`` those under which a printed report lists it.
    """

    id: str
    label: str
    short: str
    units: tuple[tuple[str, str], ...]
    is_read: bool
    systems: dict[str, str]
    names: str


def unit_text(code: str) -> str:
    """Write a UCUM code as a laboratory prints it: ``10*9/L`` is ×10⁹/L, ``ug/L`` is µg/L."""
    text = re.sub(r"10\*(\d+)", lambda match: "×10" + match[1].translate(_RAISED), code)
    text = re.sub(r"\bu(?=g|L|mol|kat)", "µ", text)
    for ucum, printed in _SPELT:
        text = text.replace(ucum, printed)
    return text


def short_name(label: str) -> str:
    """Return the ward's name: ``AST`` of ``Aspartate aminotransferase (AST)``, else what stands before a bracket."""
    name, _, inside = label.removesuffix(")").partition(" (")
    return inside if inside.isupper() else name


def label_of(key: str, labels: dict[str, str]) -> str:
    """Return the label of a word of the API, or the word itself made readable."""
    return labels.get(key) or key.replace("_", " ").capitalize()


def cells(analytes: Iterable[Analyte], sets: Iterable[CriteriaSet]) -> list[Cell]:
    """Return the cells in the order of the data."""
    reads = {key for criteria in sets for key in _read_by(criteria)}
    return [_cell(analyte, is_read=analyte.id in reads) for analyte in analytes]


def _cell(analyte: Analyte, *, is_read: bool) -> Cell:
    key, short = analyte.id, short_name(analyte.label)
    units = tuple((unit.code, unit_text(unit.code)) for unit in analyte.table.units.values())
    systems = {system: usual[key] for system, usual in UNIT_SYSTEMS.items() if key in usual}
    names = {name.casefold() for name in (key.replace("_", " "), analyte.label, short, *WRITTEN_AS.get(key, ()))}
    return Cell(key, analyte.label, short, units, is_read, systems, "|".join(sorted(names)))


def _read_by(criteria: CriteriaSet) -> list[str]:
    return [key for leaf in leaves(criteria.rule) for key in inputs(leaf)]


def facts() -> dict[str, object]:
    """Return everything that the template of the page names."""
    found = cells(ANALYTES.values(), CATALOGUE.values())
    bedside = [cell for cell in found if ANALYTES[cell.id].canonical in BODY]
    bench = [cell for cell in found if cell not in bedside]
    first = _read_by(CATALOGUE[FIRST_SET])
    common = [cell for cell in bench if cell.id not in first and cell.id not in RARE]
    findings: Iterable[FindingKind] = FINDINGS.values()
    return {
        "first_set": CATALOGUE[FIRST_SET].short,
        "first": [cell for cell in bench if cell.id in first],
        "laboratory": [cell for cell in common if cell.is_read],
        "further": [cell for cell in common if not cell.is_read],
        "rare": [cell for cell in bench if cell.id in RARE],
        "bedside": bedside,
        "first_finding": FINDINGS[FIRST_FINDING],
        "findings": [kind for kind in findings if kind.id != FIRST_FINDING and not _is_rare(kind)],
        "rare_findings": [kind for kind in findings if _is_rare(kind)],
        "conditions": [(key, label_of(key, CONDITION_LABELS)) for key in CONDITIONS],
        "confounders": [(key, label_of(key, CONFOUNDER_LABELS)) for key in CONFOUNDERS],
        "criteria": CATALOGUE.values(),
        "two_ways": TWO_WAYS.pattern,
        "drugs": [drug.name for therapy in THERAPIES.values() for drug in therapy.drugs],
    }


def _is_rare(kind: FindingKind) -> bool:
    return kind.id in RARE or kind.id.startswith(RARE_SAMPLES)
