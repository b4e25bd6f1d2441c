"""gunicorn's own messages as JSON lines; its access log is off, since ours is written without paths and queries."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from service.server.observing.logs import JsonHandler


class JsonLogger(Logger):  # type: ignore[misc]
    """Writes what gunicorn says, from info upwards: its debug messages repeat what clients sent."""

    def setup(self, cfg: Any) -> None:  # gunicorn's
        """Replace gunicorn's handlers."""
        super().setup(cfg)
        self.error_log.handlers[:] = [JsonHandler()]
        self.error_log.propagate = False
        self.error_log.setLevel(max(self.error_log.level, logging.INFO))

    def access(self, *_: object) -> None:
        """Write nothing: the application logs its requests."""
