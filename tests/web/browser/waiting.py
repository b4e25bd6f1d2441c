"""Waiting for the page from outside it: its policy forbids the evaluation that the browser driver's own wait relies on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # without a browser these tests are skipped, and the package is not there
    from playwright.sync_api import Page

PATIENCE = 60


def until(page: Page, expression: str) -> None:
    """Wait until an expression is true in the page."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < end, f"not within {PATIENCE} s: {expression}"
        page.wait_for_timeout(50)
