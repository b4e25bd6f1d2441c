"""Many panels in one request, a line each: every line is answered by itself, in order, whatever becomes of the others.

An answer holds byte for byte what the single call would have said.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.exceptions import HTTPException

from service.api import counting
from service.api.line_stream import Line, Readable, TooLong, line_groups
from service.api.problems import Entry, InvalidRequest, invalid_detail, problem_document
from service.api.request.panel import PanelRequest, read_panel_request
from service.api.response.assessment import assessment_document, summary_document
from service.clinical.assessment.assess import Assessment, assess
from service.clinical.assessment.treatments import Read
from service.clinical.therapies.drug_names import FORMULARY
from service.server import budget
from service.server.budget import Budget
from service.server.messages.http_errors import OUR_FAULT
from service.server.messages.problem_kinds import MALFORMED_JSON, Kind
from service.server.messages.strict_json import NotJson, dumps, loads
from service.server.observing import audit, logs
from service.server.observing.audit import Trail

LOG = logging.getLogger("service.batch")
REPORT_SECONDS = 10.0
SEND_BYTES = 65_536
Counted = tuple[Assessment, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class View:
    """Says how much of a panel to work out, and which document shows it."""

    brief: bool
    document: Callable[[Assessment, tuple[Entry, ...]], dict[str, Any]]


VIEWS = {
    "full": View(brief=False, document=assessment_document),
    "summary": View(brief=True, document=summary_document),
}
"""By name: what POST /v1/assessments answers, with and without all that explains a set."""


@dataclass(slots=True)
class Batch:
    """One batch as it runs: which view, under which request id, and how many lines were answered and refused."""

    view: View
    request_id: str
    longest_line: int
    read_drug: Read = FORMULARY.read
    answered: int = 0
    refused: int = 0
    started: float = field(default_factory=time.monotonic)
    reported: float = field(default_factory=time.monotonic)
    uncounted: list[Counted] = field(default_factory=list)
    budget: Budget = field(default_factory=budget.current)
    trail: Trail = field(default_factory=audit.trail)

    def answers(self, stream: Readable) -> Iterator[bytes]:
        """Yield the answers, a few lines at a time; nothing is read ahead of what the reader takes."""
        try:
            for group in line_groups(stream, self.longest_line):
                yield from self._sent(group)
                self._count()
                self._report()
        except HTTPException as error:  # the body broke off or came too slowly: say so where the answer ends
            yield self._problem(error.code or 400, error.description or "")
        finally:
            self._count()
            self._say("ended")

    def _sent(self, group: list[Line]) -> Iterator[bytes]:
        held, size = [], 0
        for line in group:
            answer = self._answer(line)
            held.append(answer)
            size += len(answer)
            if size >= SEND_BYTES:
                yield b"".join(held)
                held, size = [], 0
        if held:
            yield b"".join(held)

    def _answer(self, line: Line) -> bytes:
        budget.begin(self.budget).renew()
        if isinstance(line, TooLong):
            return self._problem(413, f"The line is longer than {self.longest_line} bytes.")
        try:
            budget.check()
            document = self._assessed(read_panel_request(loads(line)))
            budget.check()
        except NotJson as error:
            return self._problem(400, f"Not usable JSON: {error}.", kind=MALFORMED_JSON)
        except InvalidRequest as error:
            counting.refused(error.entries)
            return self._problem(422, invalid_detail(error.entries), error.entries)
        except budget.TooMuchWork as error:
            return self._problem(422, error.description or "")
        except budget.CallerGone:
            raise
        except Exception as error:  # noqa: BLE001  # one line never stops the rest
            logs.write("error", request_id=self.request_id, **logs.described(error))
            return self._problem(500, OUR_FAULT)
        index, self.answered = self.answered, self.answered + 1
        return b'{"index":%d,"status":200,"assessment":%b}\n' % (index, dumps(document))

    def _assessed(self, asked: PanelRequest) -> dict[str, Any]:
        assessment = assess(asked.panel, asked.criteria, brief=self.view.brief, read_drug=self.read_drug)
        document = self.view.document(assessment, asked.omitted)
        self.uncounted.append((assessment, asked.omitted))
        return document

    def _count(self) -> None:
        """Count what was assessed, some lines at once."""
        counting.assessed_all("batch", self.uncounted, self.trail)
        self.uncounted.clear()

    def _problem(self, status: int, detail: str, entries: tuple[Entry, ...] = (), kind: Kind | None = None) -> bytes:
        index, self.answered, self.refused = self.answered, self.answered + 1, self.refused + 1
        problem = problem_document(status, detail, self.request_id, entries, kind)
        return b'{"index":%d,"status":%d,"problem":%b}\n' % (index, status, dumps(problem))

    def _report(self) -> None:
        if time.monotonic() - self.reported >= REPORT_SECONDS:
            self.reported = time.monotonic()
            self._say("running")

    def _say(self, state: str) -> None:
        seconds = time.monotonic() - self.started
        rate = self.answered / seconds if seconds else 0.0
        told = (self.request_id, state, self.answered, self.refused, seconds, rate)
        LOG.info("batch %s %s: %d lines, %d refused, %.1f s, %.0f lines/s", *told)
