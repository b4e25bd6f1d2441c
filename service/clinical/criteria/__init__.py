"""The published criteria sets, one TOML file each: what the paper says, where it says it, and worked cases as proof."""

from __future__ import annotations

import hashlib
from pathlib import Path

from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.load import load_set
from service.clinical.data import toml_reader

HERE = Path(__file__).parent
ORDER = (
    "eular-acr-printo-2016",
    "ravelli-2005",
    "ms-score",
    "ferritin-esr-ratio",
    "hlh-2004",
    "hlh-2024",
    "hscore",
    "mh-score",
    "parodi-2009",
    "ohi-index",
    "clupus-ferritin-2021",
    "mals-ferritin-2017",
    "hlh-2004-icu-2020",
)
"""The order of the contract; a set that is not named here comes after these, by file name."""


def load_catalogue(folder: Path) -> dict[str, CriteriaSet]:
    """Read every set of a folder; raises BadData at the first slip."""
    sets = [load_set(path) for path in sorted(folder.glob("*.toml"))]
    ranks = {key: rank for rank, key in enumerate(ORDER)}
    sets.sort(key=lambda criteria: ranks.get(criteria.id, len(ranks)))
    return {criteria.id: criteria for criteria in sets}


def digest(folder: Path) -> str:
    """Return a fingerprint of every data file, so that an answer says by which data it was reached."""
    paths = sorted([*folder.glob("*.toml"), *toml_reader.FOLDER.glob("*.toml")], key=lambda path: path.name)
    content = b"\0".join(path.name.encode() + b"\0" + path.read_bytes() for path in paths)
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


CATALOGUE = load_catalogue(HERE)
DIGEST = digest(HERE)
