"""A real browser for each test, which fails the test if the page logs an error or a request leaves the origin."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.web.browser.served import served

NAMES = ("chromium", "chromium-browser", "google-chrome")
REFUSED = "the server responded with a status of 4"  # how a browser logs the refusals that a test asks for


def missing(what: str) -> None:
    """Skip where a developer has no browser; fail where every test must run."""
    reason = f"{what} is not installed: see .ci/browser"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright (requirements-browser.txt)")
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        missing("Chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("page")) as found:
        yield found


@dataclass
class Visit:
    """One page of one visitor, with all it asked for and all it complained of.

    ``others`` are further addresses that it may ask, ``expected`` are words of complaints that a test brings about.
    """

    page: Any
    address: str
    others: tuple[str, ...] = ()
    expected: tuple[str, ...] = (REFUSED,)
    requests: list[Any] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> Any:
        self.page.goto(self.address + path)
        return self.page

    def load(self, patient: str) -> Any:
        """Load one of the published patients and wait for what comes of it."""
        page = self.open()
        page.click(f"[data-example={patient}]")
        page.wait_for_selector("#faults-title" if patient.endswith("printed") else ".headline")
        return page

    def assess(self) -> Any:
        """Press Assess and return the answer of the service."""
        with self.page.expect_response(lambda one: one.url.endswith("/v1/assessments")) as caught:
            self.page.click("#assess")
        return caught.value.json()

    def posted(self, path: str = "v1/assessments") -> Any:
        """Return the last body that was posted to a path."""
        return [
            request for request in self.requests if request.method == "POST" and request.url == self.address + path
        ][-1].post_data_json


@pytest.fixture
def visitors(chromium: Any) -> Iterator[Any]:
    contexts, visits = [], []

    def come(address: str, others: tuple[str, ...] = (), **settings: Any) -> Visit:
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | settings
        )
        visit = Visit(context.new_page(), address, others)
        visit.page.set_default_timeout(60_000)
        visit.page.on("request", lambda one: visit.requests.append(one))  # noqa: PLW0108  # a bound builtin cannot be wrapped
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "console", lambda said: visit.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        contexts.append(context)
        visits.append(visit)
        return visit

    yield come
    for visit in visits:
        assert [said for said in visit.complaints if not any(words in said for words in visit.expected)] == []
        allowed = (visit.address, *visit.others, "data:", "blob:")
        assert [request.url for request in visit.requests if not request.url.startswith(allowed)] == []
    for context in contexts:
        context.close()


@pytest.fixture
def visit(visitors: Any, address: str) -> Visit:
    found: Visit = visitors(address)
    return found
