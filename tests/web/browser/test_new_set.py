"""A new criteria file appears on the page without a change to the page."""

import shutil
from pathlib import Path
from typing import Any

from service.clinical.criteria import CATALOGUE
from tests.web.browser.served import ROOT, served


def copy_with_new_set(folder: Path) -> Path:
    """Return a copy of the service that has one more criteria file."""
    tree = folder / "tree"
    shutil.copytree(ROOT / "service", tree / "service", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "openapi.yaml", tree)
    sets = tree / "service" / "clinical" / "criteria"
    text = (sets / "ohi-index.toml").read_text(encoding="utf-8")
    text = text.replace('id = "ohi-index"', 'id = "ward-rule"').replace('short = "OHI index"', 'short = "ward rule"')
    (sets / "ward-rule.toml").write_text(text, encoding="utf-8")
    return tree


def test_a_new_criteria_file_can_be_chosen_and_is_answered(visitors: Any, tmp_path: Path) -> None:
    with served(tmp_path, copy_with_new_set(tmp_path)) as address:
        visit = visitors(address)
        page = visit.open()
        assert page.locator("[data-criteria]").count() == len(CATALOGUE) + 1
        assert f"What {len(CATALOGUE) + 1} published criteria sets say" in page.inner_text("header")
        page.select_option("#condition", "malignancy")
        page.fill("#o-ferritin", "1000.1")
        page.select_option("#u-ferritin", "ng/mL")
        visit.assess()
        row = page.locator(".set[data-set=ward-rule]")
        row.locator("summary").first.click()
        assert row.locator("h4").inner_text() == "Ward rule"
        assert "One such value could settle this set: Soluble CD25." in row.inner_text()
