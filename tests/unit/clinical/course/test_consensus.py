"""What experts agree on is data, and a slip in it is found at the start."""

from pathlib import Path

import pytest

from service.clinical.course.changes import load_consensus
from service.clinical.data.toml_reader import BadData


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('esr = "down"', 'esr = "sideways"', "direction"),
        ('esr = "down"', 'ser = "down"', "does not exist"),
        ('["temperature", "crp"', '["fervor", "crp"', "does not exist"),
        ("[masked_by]", "[mask]", "masked_by"),
    ],
)
def test_a_slip_in_the_data_stops_the_start(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (Path(__file__).parents[4] / "service/clinical/data/dynamics.toml").read_text()
    assert old in text
    broken = tmp_path / "dynamics.toml"
    broken.write_text(text.replace(old, new))
    with pytest.raises(BadData, match=message):
        load_consensus(broken)
