"""One broken data file for each mistake: every one is refused, and the message names the file and the key.

The first line of a broken file says the words with which it must be refused. The valid files prove that each of the
others fails for its mistake alone.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.clinical.assessment.statements import load_statements
from service.clinical.criteria import HERE as CRITERIA
from service.clinical.criteria import ORDER, load_catalogue
from service.clinical.criteria.load import load_set
from service.clinical.data.toml_reader import BadData
from service.clinical.measurement.analytes import load_analytes, load_findings
from service.clinical.therapies.drug_list import load_therapies

BROKEN = Path(__file__).parent / "broken"
LOADERS: dict[str, Callable[[Path], object]] = {
    "criteria": load_set,
    "analytes": load_analytes,
    "findings": load_findings,
    "therapies": load_therapies,
    "statements": load_statements,
}
FILES = [
    pytest.param(LOADERS[folder], path, id=f"{folder}: {path.stem}")
    for folder in LOADERS
    for path in sorted((BROKEN / folder).glob("*.toml"))
]


@pytest.mark.parametrize(("load", "path"), FILES)
def test_a_mistake_is_refused_with_the_file_and_the_key(load: Callable[[Path], object], path: Path) -> None:
    marker, _, words = path.read_bytes().split(b"\n", 1)[0].decode().partition(": ")
    assert marker == "# refused"
    with pytest.raises(BadData) as caught:
        load(path)
    assert str(caught.value).startswith(path.name)
    assert words in str(caught.value)


@pytest.mark.parametrize("path", sorted((BROKEN / "valid").glob("minimal*.toml")), ids=lambda path: path.stem)
def test_a_minimal_set_without_a_mistake_loads(path: Path) -> None:
    found = load_set(path)
    assert (found.id, found.version, len(found.cases)) == (path.stem, "1.0.0", 1)


@pytest.mark.parametrize("kind", ["analytes", "findings", "therapies"])
def test_minimal_data_without_a_mistake_loads(kind: str) -> None:
    found = LOADERS[kind](BROKEN / "valid" / f"{kind}.toml")
    assert isinstance(found, dict)
    assert len(found) == 1


def test_the_published_sets_load_in_the_order_of_the_contract_and_before_any_other() -> None:
    found = tuple(load_catalogue(CRITERIA))
    assert found[: len(ORDER)] == ORDER
    assert {path.stem for path in CRITERIA.glob("*.toml")} == set(found)


def test_two_files_may_not_claim_one_set(tmp_path: Path) -> None:
    for name in ("minimal.toml", "copy-of-minimal.toml"):
        shutil.copy(BROKEN / "valid" / "minimal.toml", tmp_path / name)
    with pytest.raises(BadData, match=r"copy-of-minimal\.toml\.id: the id must be the name of the file"):
        load_catalogue(tmp_path)


def test_a_set_beyond_the_contract_comes_after_it(tmp_path: Path) -> None:
    shutil.copy(BROKEN / "valid" / "minimal.toml", tmp_path)
    shutil.copy(CRITERIA / "ohi-index.toml", tmp_path)
    assert list(load_catalogue(tmp_path)) == ["ohi-index", "minimal"]
