"""JSON lines on standard output: one for each request, and whatever the process itself has to say.

Nothing a caller sends reaches a line but its ids: an exception is told by its type and place, never by its message.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask

from service.server.observing import exchange, log_queue
from service.server.observing.exchange import Exchange
from service.server.settings import Settings

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_OURS = frozenset({"service", "gunicorn"})
_DEEPEST = 8  # frames told of an exception


def _kind(value: object) -> str:
    """What is neither text nor number is told by its type: an exception given as a message, for one."""
    return type(value).__name__


_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_kind)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def write(level: str, **fields: object) -> None:
    """Write one line, without waiting for whoever reads the log."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": level,
        **fields,
    }
    log_queue.put(_ENCODER.encode(line).encode() + b"\n")


def described(error: BaseException) -> dict[str, object]:
    """An exception as type and places (``module:line``, innermost first), without its message."""
    frames = [
        f"{frame.f_globals.get('__name__', '?')}:{line}" for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    places = frames[::-1][:_DEEPEST]
    return {"error": type(error).__name__, "at": places[0] if places else "?", "trace": places[1:]}


def exception(error: BaseException) -> None:
    """Log an exception of the request being served; call it wherever one is turned into a 500."""
    told = exchange.current()
    write("error", request_id=told.request_id, trace_id=told.trace_id, route=told.route, **described(error))


class JsonHandler(logging.Handler):
    """Turns the records of libraries and of the server into lines.

    A library's message is written without its arguments: they may quote an address, and that a patient.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; its exception, if any, without the message."""
        ours = record.name.split(".")[0] in _OURS
        fields: dict[str, object] = {"logger": record.name, "message": record.getMessage() if ours else record.msg}
        if record.exc_info and record.exc_info[1]:
            fields |= described(record.exc_info[1])
        write(record.levelname.lower(), **fields)


def configure(level: str) -> None:
    """Send every logger of the process to JSON lines; libraries speak from warning upwards."""
    logging.root.handlers[:] = [JsonHandler()]
    logging.root.setLevel(max(LEVELS[level], logging.WARNING))
    logging.getLogger("service").setLevel(LEVELS[level])


def install(app: Flask, settings: Settings) -> None:
    """Log every request of ``app``, and its unhandled exceptions without their messages."""
    configure(settings.log_level)
    least = LEVELS[settings.log_level]

    def request_line(told: Exchange) -> None:
        level = _level(told)
        if LEVELS[level] >= least:
            write(level, **request_fields(told))

    def log_exception(exc_info: ExcInfo) -> None:
        if exc_info[1] is not None:
            exception(exc_info[1])

    exchange.install(app, request_line)
    app.log_exception = log_exception  # type: ignore[method-assign]  # Flask's own prints path and message


def request_fields(told: Exchange) -> dict[str, Any]:
    """The fields of a request's line; ``duration`` in seconds, ``bytes`` of the answer's body that were taken.

    ``cut`` is there when the client went away, or did not read, before the end.
    """
    line = {
        "request_id": told.request_id,
        "trace_id": told.trace_id,
        "method": told.method,
        "route": told.route,
        "status": told.status,
        "duration": round(told.duration, 6),
        "bytes": told.sent,
        "caller": told.caller,
    }
    return line | {"cut": True} if told.cut else line


def _level(told: Exchange) -> str:
    if told.broken or told.status >= 500:  # the class of status codes that are our fault
        return "error"
    return "debug" if told.route in exchange.QUIET_ROUTES else "info"
