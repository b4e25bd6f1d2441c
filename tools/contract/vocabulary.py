"""The schemas that come from the data: every observation with its units, every finding, and the closed lists of ids."""

from __future__ import annotations

import re
from typing import Any

from service.clinical.criteria import CATALOGUE
from service.clinical.measurement.analytes import ANALYTES, FINDINGS, Analyte
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS, MEDICATIONS

Schema = dict[str, Any]

NULL: Schema = {"type": "null"}
SIGNS = re.compile(r"[\\^$.|?*+()\[\]{}]")
"""What a pattern must escape; anything else may not be escaped in a pattern read as Unicode."""
SPELLED = {
    "/": "per",
    "%": "percent",
    "°": "deg",
    "˚": "deg",
    "º": "deg",
    "µ": "u",
    "μ": "u",
    "℃": "degC",
    "³": "3",
    "⁹": "9",
}
"""Signs of units in letters, for the names of constants."""
TEXT_FORM = (
    "Comparator, number and unit in one text. The point is a decimal sign; before exactly three digits (12.500) it may set "
    "thousands apart, and is refused where a patient can have the thousandfold as well. Thousands may be set apart where "
    "one number alone can be meant (1,234.5). The pattern shows the plain forms; more spellings of signs and units are read."
)


def schemas() -> dict[str, Schema]:
    """Return every schema that comes from the data, by its name."""
    found = {
        "CriteriaId": _words("A criteria set.", CATALOGUE),
        "ObservationId": _words("An observation.", ANALYTES),
        "Condition": _words("An underlying condition.", CONDITIONS),
        "Confounder": _words("A condition that may explain results.", CONFOUNDERS),
        "ApplicabilityByCondition": _by_condition(),
        "InputId": _words("An observation, a finding, or the drugs.", (*ANALYTES, *FINDINGS, MEDICATIONS)),
        "Observations": _observations(),
        "Findings": _findings(),
    }
    for analyte in ANALYTES.values():
        name = _name(analyte)
        found[f"{name}Observation"] = _observation(analyte)
        found[f"{name}Quantity"] = _quantity(analyte)
        found[f"{name}Range"] = _range(analyte)
        units = _units(analyte)
        found[f"{name}Unit"] = _words(f"A unit of {analyte.label}.", units) | {"x-enum-varnames": _constants(units)}
    return found


def _words(description: str, words: Any) -> Schema:
    return {"type": "string", "description": description, "enum": list(words)}


def _by_condition() -> Schema:
    names = [*CONDITIONS, "unknown", "otherwise"]
    return {
        "type": "object",
        "description": "For each condition named, whether the set was made for it.",
        "additionalProperties": False,
        "properties": {name: _reference("Applicability") for name in names},
    }


def _constants(units: list[str]) -> list[str]:
    """Return a name for each unit that every language takes: letters, digits and underscores, each once."""
    names: list[str] = []
    for unit in units:
        spelled = re.sub("|".join(map(re.escape, SPELLED)), lambda sign: f" {SPELLED[sign[0]]} ", unit)
        name = re.sub(r"[^A-Za-z0-9]+", "_", spelled).strip("_") or "unit"
        name = f"N_{name}" if name[0].isdigit() else name
        alike = sum(taken == name.upper() or taken.startswith(f"{name.upper()}_V") for taken in names)
        names.append(name.upper() + (f"_V{alike + 1}" if alike else ""))
    return names


def _name(analyte: Analyte) -> str:
    return "".join(word.capitalize() for word in analyte.id.split("_"))


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _units(analyte: Analyte) -> list[str]:
    return [text for unit in analyte.table.units.values() for text in (unit.code, *unit.spellings)]


def _observations() -> Schema:
    return {
        "type": "object",
        "description": "What was measured, by observation id. Absent and null both mean unknown, never normal.",
        "additionalProperties": False,
        "properties": {key: _reference(f"{_name(analyte)}Observation") for key, analyte in ANALYTES.items()},
    }


def _findings() -> Schema:
    meanings = {key: f"{kind.label}{': ' + kind.meaning if kind.meaning else ''}." for key, kind in FINDINGS.items()}
    return {
        "type": "object",
        "description": "What was seen or is known. true, false, or null for unknown; absent is unknown.",
        "additionalProperties": False,
        "properties": {key: {"type": ["boolean", "null"], "description": text} for key, text in meanings.items()},
    }


def _observation(analyte: Analyte) -> Schema:
    """Return the two forms of an observation, and null."""
    codes = ", ".join(f"`{code}`" for code in analyte.table.units)
    return {
        "description": f"{analyte.label}. Units: {codes}; spellings as in the list of units.",
        "oneOf": [
            {"type": "string", "description": TEXT_FORM, "pattern": _pattern(analyte)},
            _reference(f"{_name(analyte)}Quantity"),
            NULL,
        ],
    }


def _pattern(analyte: Analyte) -> str:
    """Return the pattern of the text form; a blank keeps 5 and 10*9/L apart."""
    spelled = "|".join((" " if unit[0].isdigit() else " ?") + SIGNS.sub(r"\\\g<0>", unit) for unit in _units(analyte))
    return rf"^(<=|>=|<|>)? ?[0-9]{{1,9}}(\.[0-9]{{1,6}})?({spelled})$"


def _quantity(analyte: Analyte) -> Schema:
    return {
        "type": "object",
        "description": f"{analyte.label} as a number with its unit, or as a word; a word may come with its reference range.",
        "additionalProperties": False,
        "if": {"required": ["value"], "properties": {"value": {"type": "number"}}},
        "then": {"required": ["unit"], "properties": {"unit": {"type": "string"}}},
        "else": {
            "required": ["interpretation"],
            "properties": {"interpretation": {"type": "string"}, "value": NULL, "comparator": NULL},
        },
        "properties": {
            "value": _reference("Value"),
            "unit": _unit(analyte),
            "comparator": _reference("Comparator"),
            "interpretation": _reference("Interpretation"),
            "reference_range": {"anyOf": [_reference(f"{_name(analyte)}Range"), NULL]},
            "collected_at": {"anyOf": [_reference("Moment"), NULL]},
        },
    }


def _unit(analyte: Analyte) -> Schema:
    return {"description": "The unit; never guessed.", "anyOf": [_reference(f"{_name(analyte)}Unit"), NULL]}


def _range(analyte: Analyte) -> Schema:
    end = {"type": ["number", "null"], "minimum": 0, "maximum": 1e30}
    return {
        "type": "object",
        "description": f"Reference range of the laboratory for {analyte.label}; one end may be missing.",
        "additionalProperties": False,
        "if": {"properties": {"low": NULL, "high": NULL}},
        "else": {"required": ["unit"], "properties": {"unit": {"type": "string"}}},
        "properties": {
            "low": end | {"description": "Low end."},
            "high": end | {"description": "High end."},
            "unit": _unit(analyte),
        },
    }
