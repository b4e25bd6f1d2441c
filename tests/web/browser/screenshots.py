"""Writes docs/screenshots/*.png from a running service: ``make screenshots``."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.smart_server import CLIENT, SmartServer
from tests.web.browser.conftest import NAMES
from tests.web.browser.invented import ehr_of
from tests.web.browser.served import ROOT, served

FOLDER = ROOT / "docs" / "screenshots"
WIDE = {"width": 1280, "height": 1150}
PHONE = {"width": 390, "height": 844}
COURSE = {
    "patient": {"age_years": 9},
    "context": {"condition": "sjia"},
    "panels": [
        {"collected_at": "2026-11-02", "findings": {"fever": True}, "observations": {"ferritin": "310 ug/L", "platelets": "410 10*9/L", "ast": "30 U/L", "fibrinogen": "5.1 g/L", "wbc": "22 10*9/L", "crp": "120 mg/L", "esr": "64 mm/h"}},
        {"collected_at": "2026-11-16", "findings": {"fever": True}, "observations": {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "61 U/L", "fibrinogen": {"interpretation": "L"}, "wbc": "5.4 10*9/L", "crp": "90 mg/L", "esr": "2 mm/h"}},
        {"collected_at": "2026-11-20", "findings": {"fever": True}, "observations": {"ferritin": ">10000 ug/L", "platelets": "90 10*9/L", "ast": "150 U/L", "fibrinogen": "1.4 g/L", "wbc": "4.1 10*9/L", "crp": "60 mg/L", "esr": "5 mm/h"}},
        {"collected_at": "2026-12-10", "findings": {"fever": False}, "observations": {"ferritin": "180 ug/L", "platelets": "260 10*9/L", "ast": "28 U/L", "fibrinogen": "2.9 g/L", "wbc": "7.4 10*9/L", "crp": "<1 mg/L", "esr": "5 mm/h"}},
    ],
    "treatments": [{"name": "methylprednisolone", "given_at": "2026-11-17"}, {"name": "anakinra", "given_at": "2026-11-22"}],
}  # fmt: skip
"""An invented course, to show the drawing; the two patients of AB0700 have no dates."""


def patient(page: Any, name: str) -> None:
    page.click(f"[data-example={name}]")
    page.wait_for_selector("#faults-title" if name.endswith("printed") else ".headline")


def course(page: Any) -> None:
    page.click("#paste-open")
    page.fill("#paste-text", json.dumps(COURSE))
    page.click("#paste-use")
    page.wait_for_selector(".multiples figure")


def contract(page: Any) -> None:
    page.goto(page.url + "docs")
    page.wait_for_selector(".opblock")


SHOTS = {
    "page-light": (WIDE, "light", lambda page: patient(page, "patient_1")),
    "page-dark": (WIDE, "dark", lambda page: patient(page, "patient_2")),
    "page-phone": (PHONE, "light", lambda page: patient(page, "patient_2")),
    "page-phone-dark": (PHONE, "dark", lambda page: patient(page, "patient_1")),
    "page-typos": (WIDE, "light", lambda page: patient(page, "patient_1_as_printed")),
    "page-course": (WIDE, "light", course),
    "docs": (WIDE, "light", contract),
}


def main() -> None:
    """Take every picture."""
    program = next(found for name in NAMES if (found := shutil.which(name)))
    from playwright.sync_api import sync_playwright  # the tests read COURSE where no browser is installed

    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, (size, scheme, prepare) in SHOTS.items():
            page = browser.new_context(
                viewport=size, color_scheme=scheme, locale="en-GB", reduced_motion="reduce"
            ).new_page()
            page.goto(address)
            prepare(page)
            if size is WIDE:
                page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=FOLDER / f"{name}.png")
        _launched(browser, Path(folder))


def _launched(browser: Any, folder: Path) -> None:
    """Take the picture of the page that an EHR has opened."""
    with SmartServer() as ehr, served(folder, MAS_SMART_CLIENT_ID=CLIENT, MAS_SMART_ISSUERS=ehr.base) as address:
        ehr.ehr = ehr_of(f"{address}launch")
        page = browser.new_context(viewport=WIDE, locale="en-GB", reduced_motion="reduce").new_page()
        page.goto(f"{address}launch?{urlencode({'iss': ehr.base, 'launch': ehr.launch()})}")
        page.wait_for_selector(".headline")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=FOLDER / "page-launch.png")


if __name__ == "__main__":
    main()
