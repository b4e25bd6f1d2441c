"""The fields of the form, from the data that the API serves: a new analyte or set needs no change here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import inputs, leaves
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

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPELT = (("[degF]", "°F"), ("Cel", "°C"), ("[IU]", "IU"), ("{FEU}", " FEU"), ("{DDU}", " DDU"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One observation of the form: its names, its units as (code, as printed) and how many sets read it."""

    id: str
    label: str
    short: str
    units: tuple[tuple[str, str], ...]
    read_by: int


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


def cells(analytes: Iterable[Analyte], sets: Iterable[CriteriaSet]) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """Return the cells of the laboratory and those of the bedside, in the order of the data."""
    reads = [{key for leaf in leaves(criteria.rule) for key in inputs(leaf)} for criteria in sets]
    bench: list[Cell] = []
    bedside: list[Cell] = []
    for analyte in analytes:
        units = tuple((unit.code, unit_text(unit.code)) for unit in analyte.table.units.values())
        readers = sum(analyte.id in keys for keys in reads)
        cell = Cell(analyte.id, analyte.label, short_name(analyte.label), units, readers)
        (bedside if analyte.canonical in BODY else bench).append(cell)
    return tuple(bench), tuple(bedside)


def facts() -> dict[str, object]:
    """Return everything that the template of the page names."""
    bench, bedside = cells(ANALYTES.values(), CATALOGUE.values())
    findings: Iterable[FindingKind] = FINDINGS.values()
    return {
        "laboratory": [cell for cell in bench if cell.read_by],
        "further": [cell for cell in bench if not cell.read_by],
        "bedside": bedside,
        "findings": findings,
        "conditions": [(key, label_of(key, CONDITION_LABELS)) for key in CONDITIONS],
        "confounders": [(key, label_of(key, CONFOUNDER_LABELS)) for key in CONFOUNDERS],
        "criteria": CATALOGUE.values(),
        "two_ways": TWO_WAYS.pattern,
        "drugs": [drug.name for therapy in THERAPIES.values() for drug in therapy.drugs],
    }
