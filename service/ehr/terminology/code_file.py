"""Reads the map of codes: the shipped codes.toml, and a site's own file of the same form on top."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from service.clinical.data import toml_reader
from service.clinical.data.toml_reader import BadData, Table
from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.clinical.measurement.no_result import NO_RESULT, Absence, NoResult, read_no_result
from service.clinical.measurement.reading import WORDS
from service.clinical.panel.panel import CONDITIONS
from service.clinical.therapies.drug_list import THERAPIES
from service.ehr.terminology.code_map import CodeMap, ResultCode, words_in
from service.ehr.terminology.code_systems import LOINC, LONGEST_CODE, SNOMED, system_name
from service.ehr.terminology.naming import KINDS, Naming, folded, tokens_of
from service.ehr.terminology.prefetch_template import PREFETCH_KEYS, checked_template

SHIPPED = Path(__file__).parent / "codes.toml"
TABLES = (
    *("results", "refused", "conditions", "drugs", "brands", "words", "off_scale", "no_value"),
    *("other_specimens", "specimen_words", "other_reports", "headings", "test_words", "test_parts", "prefetch"),
)
OF_REPORTS = ("codes", "words")
HEADINGS = ("laboratory", "medications")
NO_RESULT_LISTS = {"nothing": Absence.NOTHING, "phrases": Absence.FAILED, "elsewhere": Absence.ELSEWHERE}
NO_RESULT_CODES = {"codes": Absence.FAILED, "elsewhere_codes": Absence.ELSEWHERE}
"""The lists of a site, by what they say of a result that is not there."""
ANY_END = "*"
SHORTEST_BEGINNING = 2
NAMED = (*ANALYTES, *KINDS)
MOST_WORDS_OF_A_NAME = 8
ENDS = ("above", "below")
GENERICS = tuple(drug.name for therapy in THERAPIES.values() for drug in therapy.drugs)


def load_codes(site: str = "") -> CodeMap:
    """Read the shipped codes and, if named, the site's file; raises BadData with the file and the key."""
    shipped = _read(SHIPPED)
    base = replace(
        shipped,
        results=_from_analytes() | dict(shipped.results),
        no_result=NO_RESULT | shipped.no_result,
    )
    if not site:
        return base
    whole = _over(base, _read(Path(site)))
    try:
        _ = whole.formulary  # a name that means something else already stops the start
    except BadData as error:
        raise BadData(f"{Path(site).name}: brands: {error}") from error
    return whole


def _over(base: CodeMap, site: CodeMap) -> CodeMap:
    return CodeMap(**{field.name: getattr(base, field.name) | getattr(site, field.name) for field in fields(CodeMap)})


def _read(path: Path) -> CodeMap:
    try:
        tables = toml_reader.keys(toml_reader.read(path), path.name, (), TABLES)
    except OSError as error:
        raise BadData(f"{path.name}: the file cannot be read") from error
    refused = (entry for at, raw in _rows(tables, "refused", path) for entry in _refused(raw, at))
    results = [*(_result(raw, at) for at, raw in _rows(tables, "results", path)), *refused]
    return CodeMap(
        {key: meaning for key, meaning in results if not key[1].endswith(ANY_END)},
        {(system, code[:-1]): meaning for (system, code), meaning in results if code.endswith(ANY_END)},
        dict(entry for at, raw in _rows(tables, "conditions", path) for entry in _conditions(raw, at)),
        dict(_drug(raw, at) for at, raw in _rows(tables, "drugs", path)),
        _names(tables, "brands", path, GENERICS),
        _names(tables, "words", path, WORDS),
        _names(tables, "off_scale", path, ENDS),
        *_no_value(tables, path),
        frozenset(entry for at, raw in _rows(tables, "other_specimens", path) for entry in _specimens(raw, at)),
        frozenset(_single_words(tables, "specimen_words", path, ["other"])),
        _names(tables, "other_reports", path, OF_REPORTS),
        _names(tables, "headings", path, HEADINGS),
        Naming(_test_words(tables, path), _test_parts(tables, path)),
        _prefetch(tables, path),
    )


def _rows(tables: Table, key: str, path: Path) -> Iterable[tuple[str, Any]]:
    rows = tables.get(key, [])
    if not isinstance(rows, list):
        raise BadData(f"{path.name}: {key}: a list of tables is expected")
    return ((f"{path.name}: {key}[{at}]", row) for at, row in enumerate(rows))


def _system(table: Table, where: str) -> str:
    return system_name(toml_reader.text(table, "system", where, LOINC))


def _result(raw: object, where: str) -> tuple[tuple[str, str], ResultCode]:
    table = toml_reader.keys(raw, where, ["code", "observation"], ["system", "basis", "unit", "note", "finding"])
    observation = toml_reader.choice(table, "observation", where, ANALYTES)
    unit, basis = (toml_reader.text(table, key, where, "") for key in ("unit", "basis"))
    if unit and ANALYTES[observation].table.find(unit) is None:
        raise BadData(f"{where}.unit: '{unit}' is not accepted for {observation}")
    note = toml_reader.text(table, "note", where, "")
    finding = toml_reader.choice(table, "finding", where, FINDINGS) if "finding" in table else ""
    code = toml_reader.text(table, "code", where)
    return _key(_system(table, where), code, where), ResultCode(observation, basis, unit, note, finding)


def _key(system: str, code: str, where: str) -> tuple[str, str]:
    """Return the system and the code of a result; raises BadData for a beginning that would match too much."""
    code = code.strip()
    if len(code) > LONGEST_CODE:
        raise BadData(
            f"{where}: '{code[:LONGEST_CODE]}...' is longer than {LONGEST_CODE} characters, and never looked up"
        )
    if ANY_END in code:
        start = code[:-1]
        if not code.endswith(ANY_END) or ANY_END in start:
            raise BadData(f"{where}: '{code}': {ANY_END} stands at the end of a code, once")
        if len(start) < SHORTEST_BEGINNING:
            raise BadData(f"{where}: '{code}': at least {SHORTEST_BEGINNING} characters are needed before {ANY_END}")
        if system in (LOINC, SNOMED):
            raise BadData(f"{where}: '{code}': the codes of {system} have no meaning in their beginnings")
    return system, code


def _refused(raw: object, where: str) -> Iterable[tuple[tuple[str, str], ResultCode]]:
    table = toml_reader.keys(raw, where, ["codes", "observation", "reason"], ["system", "is_other"])
    observation = toml_reader.choice(table, "observation", where, ANALYTES)
    reason = toml_reader.text(table, "reason", where)
    is_other = table.get("is_other", False)
    if not isinstance(is_other, bool):
        raise BadData(f"{where}.is_other: true or false is expected")
    for code in toml_reader.texts(table, "codes", where):
        key = _key(_system(table, where), code, where)
        yield key, ResultCode(observation, refuse=reason, is_other=is_other)


def _conditions(raw: object, where: str) -> Iterable[tuple[tuple[str, str], str]]:
    table = toml_reader.keys(raw, where, ["system", "codes", "condition"], ["sure"])
    condition = toml_reader.choice(table, "condition", where, CONDITIONS)
    for code in toml_reader.texts(table, "codes", where):
        yield (_system(table, where), code.strip().upper().replace(".", "")), condition


def _drug(raw: object, where: str) -> tuple[tuple[str, str], str]:
    table = toml_reader.keys(raw, where, ["system", "code", "name"])
    name = toml_reader.choice(table, "name", where, GENERICS)
    return (_system(table, where), toml_reader.text(table, "code", where).strip()), name


def _names(tables: Table, key: str, path: Path, known: Iterable[str]) -> dict[str, str]:
    known = tuple(known)
    table = toml_reader.keys(tables.get(key, {}), f"{path.name}: {key}", (), known)
    return {
        text.casefold(): meaning
        for meaning in table
        for text in toml_reader.texts(table, meaning, f"{path.name}: {key}")
    }


def _specimens(raw: object, where: str) -> Iterable[tuple[str, str]]:
    table = toml_reader.keys(raw, where, ["system", "codes"], ["sure"])
    for code in toml_reader.texts(table, "codes", where):
        yield from ((system, code.strip()) for system in (_system(table, where), ""))


def _no_value(tables: Table, path: Path) -> tuple[NoResult, dict[tuple[str, str], Absence]]:
    """Return the texts and the codes that say that there is no result."""
    where = f"{path.name}: no_value"
    known = [*NO_RESULT_LISTS, "beside", *NO_RESULT_CODES]
    table = toml_reader.keys(tables.get("no_value", {}), where, (), known)
    codes: dict[tuple[str, str], Absence] = {}
    for key, absence in NO_RESULT_CODES.items():
        raw = table.get(key, {})
        if not isinstance(raw, dict):
            raise BadData(f"{where}.{key}: a table of systems, each with its codes, is expected")
        for system in raw:
            listed = toml_reader.texts(raw, system, f"{where}.{key}")
            codes |= {(system_name(system), code.strip().casefold()): absence for code in listed}
    return read_no_result(table, where, NO_RESULT_LISTS), codes


def _single_words(tables: Table, key: str, path: Path, known: Iterable[str]) -> dict[str, str]:
    """Read words that are looked for one by one in what a record says: a name of several would never be found."""
    named = _names(tables, key, path, known)
    for word, meaning in named.items():
        if words_in(word) != [word]:
            raise BadData(f"{path.name}: {key}.{meaning}: '{word}' is not one word of letters alone")
    return named


def _test_words(tables: Table, path: Path) -> dict[tuple[str, ...], str]:
    words: dict[tuple[str, ...], str] = {}
    for name, meaning in _names(tables, "test_words", path, NAMED).items():
        row = tuple(tokens_of(name))
        if not 0 < len(row) <= MOST_WORDS_OF_A_NAME:
            raise BadData(f"{path.name}: test_words.{meaning}: '{name}' is not 1 to {MOST_WORDS_OF_A_NAME} words")
        words[row] = meaning
    return words


def _test_parts(tables: Table, path: Path) -> dict[str, str]:
    parts: dict[str, str] = {}
    for name, meaning in _names(tables, "test_parts", path, NAMED).items():
        if tokens_of(name) != [folded(name)]:
            raise BadData(f"{path.name}: test_parts.{meaning}: '{name}' is not one word of letters alone")
        parts[folded(name)] = meaning
    return parts


def _prefetch(tables: Table, path: Path) -> dict[str, str]:
    where = f"{path.name}: prefetch"
    table = toml_reader.keys(tables.get("prefetch", {}), where, (), PREFETCH_KEYS)
    return {key: checked_template(toml_reader.text(table, key, where), f"{where}.{key}") for key in table}


def _from_analytes() -> dict[tuple[str, str], ResultCode]:
    return {(LOINC, code): ResultCode(analyte.id) for analyte in ANALYTES.values() for code in analyte.loinc}
