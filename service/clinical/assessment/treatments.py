"""Treatments that change what the criteria can see, IL-6 blockade above all: it switches off fever and ferritin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from service.clinical.data import toml_reader
from service.clinical.data.references import CERTAINTIES, Reference, read_reference
from service.clinical.data.toml_reader import BadData, Table
from service.clinical.panel.moment import day_of
from service.clinical.panel.panel import Medication, Panel

IL6_BLOCKADE = "il6_blockade"
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug: its generic name, its codes, and the days for which its last dose still counts (None: no limit)."""

    name: str
    codes: tuple[str, ...]
    window: timedelta | None


@dataclass(frozen=True, slots=True)
class Therapy:
    """A class of drugs and what a reader of the criteria must know while it acts."""

    id: str
    label: str
    severity: str
    message: str
    drugs: tuple[Drug, ...]
    codes_sure: str
    references: tuple[Reference, ...]


def load_therapies(path: Path) -> dict[str, Therapy]:
    """Read the classes in file order; raises BadData with the file and the key."""
    therapies = {key: _therapy(key, raw, f"{path.name}: {key}") for key, raw in toml_reader.read(path).items()}
    for therapy in therapies.values():
        names = [name.casefold() for drug in therapy.drugs for name in (drug.name, *drug.codes)]
        for name in names:
            if names.count(name) > 1:
                raise BadData(f"{path.name}: {therapy.id}.drugs: '{name}' stands there twice")
    return therapies


def active_therapies(panel: Panel) -> list[Therapy]:
    """Return the classes that act at the time of the panel, in the order of the data."""
    if not panel.medications:
        return []
    day = day_of(panel.collected_at)
    acting = {key for medication in panel.medications for key in _acting(medication, day)}
    return [one for key, one in THERAPIES.items() if key in acting]


def on_il6_blockade(therapies: Iterable[Therapy]) -> bool:
    """Return whether an IL-6 blocker may act: its last dose unknown, or not more than 8 weeks before the panel."""
    return any(one.id == IL6_BLOCKADE for one in therapies)


def generic_name(name: str) -> str:
    """Return one name for a drug: the generic one of a drug that is known here, else the name as sent in lower case."""
    return next((known[0][1].name for known in _known(name)), name.strip().casefold())


def _known(name: str) -> Iterator[list[tuple[str, Drug]]]:
    """Yield what a name means, as a whole (a code) or by one of its words (``tocilizumab-aazg 162 mg``)."""
    name = name.strip().casefold()
    return (_DRUGS[key] for key in dict.fromkeys((name, *_WORD.findall(name))) if key in _DRUGS)


def _acting(medication: Medication, day: date | None) -> Iterator[str]:
    last = medication.last_dose  # one after the panel may follow earlier ones: it counts too
    for key, drug in (one for known in _known(medication.name) for one in known):
        if drug.window is None or last is None or day is None or day - last <= drug.window:
            yield key


def _therapy(key: str, raw: object, where: str) -> Therapy:
    table = toml_reader.keys(raw, where, ["label", "severity", "codes_sure", "drugs", "message", "references"])
    return Therapy(
        key,
        toml_reader.text(table, "label", where),
        toml_reader.choice(table, "severity", where, ("info", "warning")),
        toml_reader.text(table, "message", where),
        tuple(_drug(one, f"{where}.drugs") for one in toml_reader.rows(table, "drugs", where)),
        toml_reader.choice(table, "codes_sure", where, CERTAINTIES),
        tuple(_reference(one, f"{where}.references") for one in table["references"]),
    )


def _drug(raw: object, where: str) -> Drug:
    table: Table = toml_reader.keys(raw, where, ["name", "codes"], ["window_days"])
    days: Any = table.get("window_days")
    if days is not None and (type(days) is not int or days < 1):
        raise BadData(f"{where}.window_days: a whole number of days above 0 is expected")
    window = None if days is None else timedelta(days=days)
    return Drug(toml_reader.text(table, "name", where), toml_reader.texts(table, "codes", where), window)


def _reference(raw: object, where: str) -> Reference:
    return read_reference(toml_reader.keys(raw, where, ["citation", "doi", "certainty"]), where)


def _by_name(therapies: Iterable[Therapy]) -> dict[str, list[tuple[str, Drug]]]:
    found: dict[str, list[tuple[str, Drug]]] = {}
    for therapy in therapies:
        for drug in therapy.drugs:
            for name in (drug.name, *drug.codes):
                found.setdefault(name.casefold(), []).append((therapy.id, drug))
    return found


THERAPIES = load_therapies(toml_reader.FOLDER / "therapies.toml")
_DRUGS = _by_name(THERAPIES.values())
