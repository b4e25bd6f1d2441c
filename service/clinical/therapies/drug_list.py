"""The list of drugs: the classes that change what the criteria can see, and the words for drugs that do not.

The data is ``therapies.toml``. A slip in it stops the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from service.clinical.data import toml_reader
from service.clinical.data.references import CERTAINTIES, Reference, read_reference
from service.clinical.data.toml_reader import BadData, Table

FILE = toml_reader.FOLDER / "therapies.toml"
WORD_TABLES = ("vague", "nothing", "noise", "other")


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug that matters: its generic name, its codes (ATC, RxNorm), and what else it is called.

    ``window`` is how long its last dose still counts (None: no limit).
    """

    name: str
    codes: tuple[str, ...]
    window: timedelta | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Therapy:
    """A class of drugs and what a reader of the criteria must know while it acts.

    ``class_words`` name the class without a drug; ``class_codes`` are groups of the ATC that hold its drugs.
    """

    id: str
    label: str
    severity: str
    message: str
    drugs: tuple[Drug, ...]
    codes_sure: str
    references: tuple[Reference, ...]
    class_words: tuple[str, ...] = ()
    class_codes: tuple[str, ...] = ()

    @property
    def longest_window(self) -> timedelta | None:
        """How long a dose of a drug of this class may count (None: no limit)."""
        windows = [drug.window for drug in self.drugs if drug.window is not None]
        return max(windows) if len(windows) == len(self.drugs) else None


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a name may hold besides a drug that matters.

    ``vague``: may be any drug; ``nothing``: there is none; ``noise``: forms and units; ``other``: changes nothing.
    ``endings`` are those of names that may belong to a drug that matters.
    """

    vague: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    vague_codes: tuple[str, ...] = ()
    other_codes: tuple[str, ...] = ()


def load_therapies(path: Path) -> dict[str, Therapy]:
    """Read the classes in file order; raises BadData with the file and the key."""
    tables = toml_reader.read(path)
    therapies = {
        key: _therapy(key, raw, f"{path.name}: {key}") for key, raw in tables.items() if key not in WORD_TABLES
    }
    for therapy in therapies.values():
        names = [name.casefold() for drug in therapy.drugs for name in (drug.name, *drug.codes)]
        for name in names:
            if names.count(name) > 1:
                raise BadData(f"{path.name}: {therapy.id}.drugs: '{name}' stands there twice")
    return therapies


def load_words(path: Path) -> Words:
    """Read the words that name no drug that matters; raises BadData with the file and the key."""
    tables = toml_reader.read(path)
    vague = toml_reader.keys(tables.get("vague", {}), f"{path.name}: vague", (), ["words", "endings", "codes"])
    other = toml_reader.keys(tables.get("other", {}), f"{path.name}: other", (), ["names", "codes"])
    nothing, noise = (
        toml_reader.keys(tables.get(key, {}), f"{path.name}: {key}", (), ["words"]) for key in ("nothing", "noise")
    )
    return Words(
        toml_reader.texts(vague, "words", f"{path.name}: vague"),
        toml_reader.texts(nothing, "words", f"{path.name}: nothing"),
        toml_reader.texts(noise, "words", f"{path.name}: noise"),
        toml_reader.texts(other, "names", f"{path.name}: other"),
        toml_reader.texts(vague, "endings", f"{path.name}: vague"),
        toml_reader.texts(vague, "codes", f"{path.name}: vague"),
        toml_reader.texts(other, "codes", f"{path.name}: other"),
    )


def _therapy(key: str, raw: object, where: str) -> Therapy:
    required = ["label", "severity", "codes_sure", "drugs", "message", "references"]
    table = toml_reader.keys(raw, where, required, ["class_words", "class_codes"])
    return Therapy(
        key,
        toml_reader.text(table, "label", where),
        toml_reader.choice(table, "severity", where, ("info", "warning")),
        toml_reader.text(table, "message", where),
        tuple(_drug(row, f"{where}.drugs") for row in toml_reader.rows(table, "drugs", where)),
        toml_reader.choice(table, "codes_sure", where, CERTAINTIES),
        tuple(_reference(row, f"{where}.references") for row in table["references"]),
        toml_reader.texts(table, "class_words", where),
        toml_reader.texts(table, "class_codes", where),
    )


def _drug(raw: object, where: str) -> Drug:
    table: Table = toml_reader.keys(raw, where, ["name", "codes"], ["window_days", "names", "codes_from_memory"])
    days: Any = table.get("window_days")
    if days is not None and (type(days) is not int or days < 1):
        raise BadData(f"{where}.window_days: a whole number of days above 0 is expected")
    window = None if days is None else timedelta(days=days)
    codes = (*toml_reader.texts(table, "codes", where), *toml_reader.texts(table, "codes_from_memory", where))
    return Drug(toml_reader.text(table, "name", where), codes, window, toml_reader.texts(table, "names", where))


def _reference(raw: object, where: str) -> Reference:
    return read_reference(toml_reader.keys(raw, where, ["citation", "certainty"], ["doi"]), where)


THERAPIES = load_therapies(FILE)
WORDS = load_words(FILE)
