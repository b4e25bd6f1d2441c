"""A progress bar on a terminal, and silence elsewhere."""

from __future__ import annotations

import time
from typing import TextIO

WIDTH = 30
EVERY_SECONDS = 0.2


class Progress:
    """Counts rows; ``share`` is the part of the input read so far, None where the input has no known length."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._started = self._last = time.monotonic()

    def show(self, rows: int, share: float | None) -> None:
        """Draw the bar, a few times a second at most."""
        now = time.monotonic()
        if self._shown and now - self._last >= EVERY_SECONDS:
            self._last = now
            self._stream.write(f"\r{self._line(rows, share)}")
            self._stream.flush()

    def end(self, rows: int, refused: int) -> None:
        """Draw the last state and what came of it."""
        if self._shown:
            self._stream.write(f"\r{self._line(rows, 1.0)}, {refused} refused\n")

    def _line(self, rows: int, share: float | None) -> str:
        seconds = time.monotonic() - self._started
        rate = rows / seconds if seconds else 0.0
        told = f"{rows} rows, {rate:.0f}/s"
        if share is None:
            return told
        filled = round(WIDTH * min(share, 1.0))
        return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {told}"
