"""The criteria set that the how-to shows is whole: it loads, and its cases hold."""

import re
from pathlib import Path

import pytest

from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.load import load_set
from service.clinical.evaluation.evaluate import PREPARED, prepare
from tests.spec.test_cases import test_every_set_brings_a_case_for_every_verdict as proven
from tests.spec.test_cases import test_worked_case as worked

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs/howto/criteria-set.md"
SHOWN = re.findall(r"<!-- tested: set -->\n```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CriteriaSet:
    (text,) = SHOWN
    path = tmp_path / "ward-rule.toml"
    path.write_text(text, encoding="utf-8")
    found = load_set(path)
    monkeypatch.setitem(PREPARED, found.id, prepare(found))
    return found


def test_the_set_that_is_shown_loads_and_its_cases_hold(shown: CriteriaSet) -> None:
    assert len(shown.cases) == 3
    for case in shown.cases:
        worked(shown, case)
    proven(shown)
