"""The orders of a message: each OBR with its results, the notes on them, and its specimens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from service.clinical.panel.moment import NEVER
from service.ehr.hl7v2.segment import Coded, Segment, coded_in
from service.ehr.hl7v2.times import iso
from service.ehr.record.unread import Unread
from service.ehr.results.result_times import ResultTimes
from service.ehr.results.value import has_figure
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.code_systems import system_name

NAME, BEGUN, ENDED, SPECIMEN, CHANGED, SECTION, STATUS = 4, 7, 8, 15, 22, 24, 25
OF_SPECIMEN, COLLECTED = 4, 17
FINAL = ("", "F", "C", "M")
NO_RESULTS = ("X", "Y", "Z")
"""The order was cancelled, or there is none: nothing follows."""


class Order:
    """An OBR (None for results without one) with the results below it, and its specimens (SPM).

    ``noted`` are the places of results with a note that holds a number. What all results share is worked out once.
    """

    def __init__(self, codes: CodeMap, zone: str, segment: Segment | None = None) -> None:
        self._codes, self._zone = codes, zone
        self.segment = segment
        self.results: list[Segment] = []
        self.specimens: list[Segment] = []
        self.noted: set[str] = set()

    def _text(self, at: int) -> str:
        return self.segment.text(at) if self.segment else ""

    @cached_property
    def status(self) -> str:
        """The status of the whole order (OBR-25)."""
        return self._text(STATUS).upper()

    @cached_property
    def period(self) -> tuple[str, str]:
        """When the sample began and ended to be taken, as ISO 8601 writes it."""
        return iso(self._text(BEGUN), self._zone), iso(self._text(ENDED), self._zone)

    @cached_property
    def collected(self) -> str:
        """When the first specimen was collected."""
        return iso(self.specimens[0].text(COLLECTED), self._zone) if self.specimens else ""

    @cached_property
    def changed(self) -> str:
        """When the results were reported, or their status last changed."""
        return iso(self._text(CHANGED), self._zone)

    @cached_property
    def is_of_other_specimen(self) -> bool:
        """Whether a specimen is named that is not blood."""
        named = [specimen.coded(OF_SPECIMEN) for specimen in self.specimens]
        if self.segment:
            named += [self._of_source(self.segment, raw) for raw in self.segment.repetitions(SPECIMEN)]
        coded = [pair for kind in named for pair in kind.coded]
        if any((system_name(system), code) in self._codes.other_specimens for system, code in coded):
            return True
        words = [word for kind in named for word in kind.spoken]
        return any(map(self._codes.says_other_specimen, (*words, *(code for _, code in coded))))

    def _of_source(self, segment: Segment, raw: str) -> Coded:
        """Return what the old field for the source says: a coded value in its first component, then words."""
        marks = segment.marks
        first, *more = raw.split(marks.component)
        source = coded_in([marks.plain(part) for part in first.split(marks.subcomponent)])
        return Coded(source.coded, (*source.spoken, *(marks.plain(word) for word in more if word)))

    @cached_property
    def is_other_report(self) -> bool:
        """Whether the order is of another kind than blood: an image, a culture, a note."""
        if self.segment is None:
            return False
        return self._codes.is_other_report([self._text(SECTION)], self.segment.coded(NAME).spoken)


def orders_of(segments: Sequence[Segment], codes: CodeMap, zone: str) -> list[Order]:
    """Return the orders of a message in turn; results before any OBR are those of an order without one.

    ``zone`` is the offset that the header of the message says.
    """
    orders = [Order(codes, zone)]
    last: Segment | None = None
    for segment in segments:
        if segment.name == "OBR":
            orders.append(Order(codes, zone, segment))
        elif segment.name == "OBX":
            orders[-1].results.append(segment)
        elif segment.name == "SPM":
            orders[-1].specimens.append(segment)
        elif segment.name == "NTE" and last is not None and last.name == "OBX":
            if has_figure(segment.raw(3)):
                orders[-1].noted.add(last.where)
            continue  # of several notes on one result each may hold it
        last = segment
    return orders if orders[0].results else orders[1:]


def unread_of_orders(orders: Sequence[Order], times: ResultTimes) -> Iterator[Unread]:
    """Yield the orders that are not final, or that hold no results at all."""
    for order in orders:
        if order.segment is None or order.status in NO_RESULTS or order.is_other_report:
            continue
        key = "report_not_final" if order.status not in FINAL else "" if order.results else "report_without_results"
        if key:
            stated = (*order.period, order.changed)
            latest = max((times.read(raw) for raw in stated if raw), default=NEVER)
            yield Unread(key, order.segment.where, latest)
