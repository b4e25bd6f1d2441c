"""A bar for who sits before a terminal, and nothing for a file."""

import io

import pytest

from service.cohort import progress
from service.cohort.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_and_a_file_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.0)
    seen, unseen = Terminal(), io.StringIO()
    for stream in (seen, unseen):
        bar = Progress(stream)
        bar.show(100, 0.5)
        bar.show(150, None)
        bar.end(200, 3)
    assert unseen.getvalue() == ""
    half, piped_bar, end = seen.getvalue().strip("\r").split("\r")
    assert half.startswith(f"[{'#' * 15}{'.' * 15}] 100 rows, ")
    assert piped_bar.startswith("150 rows, ")
    assert end.startswith(f"[{'#' * 30}] 200 rows, ")
    assert end.endswith("/s, 3 refused\n")


def test_a_bar_is_drawn_a_few_times_a_second_at_most() -> None:
    seen = Terminal()
    bar = Progress(seen)
    bar.show(1, 0.1)
    assert seen.getvalue() == ""
