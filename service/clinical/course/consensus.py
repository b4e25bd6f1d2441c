"""What experts agree on of a course: which way MAS moves each test, and which tests a class of drugs hides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from service.clinical.data import toml_reader
from service.clinical.data.references import Reference, read_reference
from service.clinical.data.toml_reader import BadData
from service.clinical.measurement.analytes import ANALYTES

UP, DOWN = "up", "down"


@dataclass(frozen=True, slots=True)
class Consensus:
    """Which way each test moves as MAS begins, which tests a class of drugs hides, and who says so."""

    direction: dict[str, str]
    masked: dict[str, tuple[str, ...]]
    reference: Reference
    note: str


def load_consensus(path: Path) -> Consensus:
    """Read the directions and what treatments hide; raises BadData with the file and the key."""
    table = toml_reader.keys(toml_reader.read(path), path.name, ["consensus", "direction", "masked_by"])
    where = f"{path.name}: consensus"
    source = toml_reader.keys(table["consensus"], where, ["citation", "doi", "certainty", "note"])
    direction, masked = table["direction"], table["masked_by"]
    hidden = {key: toml_reader.texts(masked, key, f"{path.name}: masked_by") for key in masked}
    if any(key not in ANALYTES for key in (*direction, *(one for ids in hidden.values() for one in ids))):
        raise BadData(f"{path.name}: an observation is named that does not exist")
    ways = {key: toml_reader.choice(direction, key, f"{path.name}: direction", (UP, DOWN)) for key in direction}
    return Consensus(ways, hidden, read_reference(source, where), toml_reader.text(source, "note", where))


def masked_by(observation: str, therapies: Iterable[str]) -> tuple[str, ...]:
    """Return those of some classes of drugs that hide what this observation would show."""
    return tuple(one for one in therapies if observation in CONSENSUS.masked.get(one, ()))


CONSENSUS = load_consensus(toml_reader.FOLDER / "dynamics.toml")  # its name is part of the fingerprint of the data
