"""Fetch mode: reads from a listed FHIR server what prefetch lacks, in one time budget. Off while none is listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from service.ehr.bodies import FHIR_JSON
from service.ehr.cds_hooks.allow_list import next_page, permitted
from service.ehr.cds_hooks.connection import Line, NotRead
from service.ehr.cds_hooks.request import CdsRequest
from service.ehr.fhir.contents.json_shapes import Resource, tables, text, token
from service.ehr.site import Site
from service.ehr.terminology.prefetch_template import TOKEN
from service.server import budget
from service.server.messages.strict_json import NotJson, loads
from service.server.observing.exchange import current
from service.server.outbound import NotCalled

MOST_PAGES = 3
_BEARER = re.compile(r"[\x21-\x7e]{1,8192}")


@dataclass(frozen=True, slots=True)
class Reader:
    """One call's access to one server: the line, the base address, what is listed, and the headers with the token."""

    line: Line
    base: str
    listed: tuple[str, ...]
    headers: dict[str, str]

    def query(self, path: str) -> list[Resource]:
        """Return the resource at a path below the base, and its further pages; raises NotRead."""
        return self._with_pages(self._get(f"{self.base}/{quote(path, safe='/?&=:,.-_')}"), 1)

    def rest(self, bundle: Resource) -> list[Resource]:
        """Return a prefetched page and those that follow it; raises NotRead."""
        return self._with_pages(bundle, 1)

    def _with_pages(self, page: Resource, count: int) -> list[Resource]:
        link = _next(page)
        address = next_page(link, self.base, self.listed) if link and count < MOST_PAGES else ""
        if not address:
            return [page]  # a page that still has a next link is reported as incomplete
        following = self._with_pages(self._get(address), count + 1)
        return [_of_many(part) for part in (page | {"link": []}, *following)]

    def _get(self, address: str) -> Resource:
        try:
            found = loads(self.line.get(address, self.headers))
        except NotJson as error:
            raise NotRead from error
        if text(found, "resourceType") not in ("Bundle", "Patient"):
            raise NotRead
        return dict(found)


def further(
    site: Site, call: CdsRequest, held: Mapping[str, Any], absent: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return what is held, with what is absent and what further pages hold as far as it could be read in time.

    Beside it stand the keys that were asked for in vain.
    """
    settings = site.settings
    base = permitted(call.server, settings.fhir_fetch_servers)
    if not base or not _BEARER.fullmatch(call.token):
        return dict(held), []
    headers = {
        "Accept": FHIR_JSON,
        "Accept-Encoding": "identity",
        "Authorization": f"Bearer {call.token}",
        "traceparent": current().traceparent(),
    }
    line = Line(settings.fhir_fetch_seconds, settings.fhir_max_body_bytes, settings.ca_file)
    jobs = _jobs(Reader(line, base, settings.fhir_fetch_servers, headers), site, call, held, absent)
    read = _called(site, base, jobs, line) if jobs else {}
    return dict(held) | read, [key for key in absent if key in jobs and key not in read]


Job = Callable[[], list[Resource]]


def _jobs(reader: Reader, site: Site, call: CdsRequest, held: Mapping[str, Any], absent: list[str]) -> dict[str, Job]:
    jobs: dict[str, Job] = {}
    for key in absent:
        path = _resolved(site.codes.templates[key], {"context.patientId": call.fhir_id})
        if path is not None:
            jobs[key] = _job(reader.query, path)
    for key, value in held.items():
        if isinstance(value, dict) and _next(value):
            jobs[key] = _job(reader.rest, value)
    return jobs


def _job(read: Callable[[Any], list[Resource]], what: Any) -> Job:
    return lambda: read(what)


def _called(site: Site, base: str, jobs: dict[str, Job], line: Line) -> dict[str, Any]:
    """Run the jobs if the server may be called now; it counts as answering when any of them had an answer."""

    def work() -> dict[str, Any]:
        with budget.current().waiting():
            return _run(jobs, line)

    try:
        return site.outbound.call(base, work, bool)
    except NotCalled:
        return {}


def _run(jobs: dict[str, Job], line: Line) -> dict[str, Any]:
    """Run the jobs side by side; at the deadline the line is cut, and what is not there by then is not used."""
    pool = ThreadPoolExecutor(len(jobs))
    running: dict[str, Future[list[Resource]]] = {key: pool.submit(job) for key, job in jobs.items()}
    wait(running.values(), timeout=line.remaining())
    line.cut()
    pool.shutdown(wait=False, cancel_futures=True)
    return {key: job.result() for key, job in running.items() if job.done() and not job.exception()}


def _of_many(page: Resource) -> Resource:
    """Return one page of several: the total is that of all of them."""
    return {key: value for key, value in page.items() if key != "total"}


def _next(page: Resource) -> str:
    links = tables(page, "link") if text(page, "resourceType") == "Bundle" else []
    return next((text(link, "url") for link in links if token(link, "relation") == "next"), "")


def _resolved(template: str, values: dict[str, str]) -> str | None:
    """Return the template with its tokens put in (already safe for an address); None if one has no value."""
    names = TOKEN.findall(template)
    if not all(values.get(name) for name in names):
        return None
    return TOKEN.sub(lambda match: values[match[1]], template)
