"""Waiting for the page from outside it: its policy forbids the evaluation that the browser driver's own wait relies on."""

import time

from playwright.sync_api import Page

PATIENCE = 60


def until(page: Page, expression: str) -> None:
    """Wait until an expression is true in the page."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < end, f"not within {PATIENCE} s: {expression}"
        page.wait_for_timeout(50)
