"""Limits on what a request may carry: its size with and without Content-Length, its coding, and its time to arrive."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import BadRequest, RequestTimeout, ServiceUnavailable

from service.server import budget
from service.server.serving.body_size import GZIP, PLAIN, CodedBody, Limit, Limits, Unpacked
from service.server.serving.connection import Crowded, TooSlow
from service.server.settings import Settings

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from _typeshed.wsgi import InputStream

View = TypeVar("View", bound=Callable[..., Any])
_UNLIMITED = "mas_unlimited_body"
_TAKEN = frozenset({*PLAIN, *GZIP})
_TRANSFERS = frozenset({"", "chunked"})
_RETRY_SECONDS = 5
CROWDED = "Too many requests arrive slowly at once, and this one was among the first; send it again."
_CODINGS = ("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING")  # the server takes off nothing but chunks


def unlimited(view: View) -> View:
    """Mark a view that streams its body and minds its size itself."""
    setattr(view, _UNLIMITED, True)
    return view


def install(app: Flask, settings: Settings, record_paths: Sequence[str] = ()) -> None:
    """Refuse bodies under a coding but gzip (415) and, but for ``unlimited`` views, bodies over the limit (413).

    Below ``record_paths`` whole records of patients are taken, which have a limit of their own.
    """
    app.config["MAX_CONTENT_LENGTH"] = None  # would cut a chunked body at the limit instead of refusing it
    limits = Limits.of(settings, record_paths)

    @app.before_request
    def guard() -> None:
        environ = request.environ
        coding, transfer = [environ.get(header, "").strip().lower() for header in _CODINGS]
        if coding not in _TAKEN or transfer not in _TRANSFERS:
            raise CodedBody
        client = environ.get("gunicorn.socket")
        budget.begin(budget.Budget(settings.request_seconds, settings.max_answer_bytes, client))
        is_free = getattr(app.view_functions.get(request.endpoint or ""), _UNLIMITED, False)
        limit = None if is_free else limits.at(request.path)
        length = request.content_length
        if limit is not None and length is not None and length > limit.size:
            if client is not None:
                client.give_up()  # nobody waits for what is not read
            raise limit.exceeded()
        body: io.BufferedReader[io.RawIOBase] = io.BufferedReader(_Watched(environ["wsgi.input"], limit, length))
        if coding in GZIP:
            body = io.BufferedReader(Unpacked(body, limit))
            environ.pop("CONTENT_LENGTH", None)  # it is that of the packed body
            environ["wsgi.input_terminated"] = True
        environ["wsgi.input"] = body

    @app.after_request
    def whole(response: Response) -> Response:
        """Refuse an answer that is too long, before its first byte is out; our own documents may have their length."""
        if request.method != "POST":
            return response
        try:
            budget.refuse_longer(response.content_length or 0, settings.max_answer_bytes)
        except budget.AnswerTooLarge as error:
            return current_app.make_response(current_app.handle_user_exception(error))
        return response

    @app.teardown_request
    def settle(_error: BaseException | None) -> None:
        budget.end()


class _Watched(io.RawIOBase):
    """The server's body stream; too much, too little, too slow or malformed is the matching HTTP error."""

    def __init__(self, stream: InputStream, limit: Limit | None, length: int | None) -> None:
        super().__init__()
        self.stream = stream
        self.limit = limit
        self.length = length
        self.read_so_far = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self.read_so_far == self.length:
            return 0
        view = memoryview(buffer)
        data = self._next(len(view))
        self.read_so_far += len(data)
        if self.limit is not None and self.read_so_far > self.limit.size:
            raise self.limit.exceeded()
        if not data and self.length is not None and self.read_so_far < self.length:
            raise BadRequest("The request body ended early.")
        view[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        now = budget.current()
        try:
            if self.limit is not None and now.client is not None:
                now.client.hold(2 * self.read_so_far)  # its pieces are joined at its end
            with now.waiting():
                return self.stream.read(size)
        except TooSlow as error:
            raise RequestTimeout from error
        except Crowded as error:
            raise ServiceUnavailable(CROWDED, retry_after=_RETRY_SECONDS) from error
        except Exception as error:  # whatever the server's reader makes of a malformed body
            raise BadRequest("The request body is malformed.") from error
