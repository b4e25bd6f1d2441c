"""The results of a message: each OBX with its test and its time, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.panel.moment import Moment
from service.ehr.hl7v2.orders import FINAL as FINAL_ORDER
from service.ehr.hl7v2.orders import Order
from service.ehr.hl7v2.segment import Segment
from service.ehr.hl7v2.times import iso
from service.ehr.hl7v2.value import (
    CANNOT_BE_OBTAINED,
    FLAGS,
    NOT_ASKED,
    STATUS,
    VALUE,
    Field,
    absence_of,
    read_value,
    text_of,
)
from service.ehr.issues import Unusable, issue
from service.ehr.record.newest_result import needed
from service.ehr.record.result import Result
from service.ehr.record.triage import Triage
from service.ehr.results.result_times import ResultTimes, Times
from service.ehr.terminology.code_map import CodeMap, Lookup, ResultCode
from service.server import budget

CODE, SUB_ID, OBSERVED, ANALYSED = 3, 4, 14, 19
FINAL = ("", "F", "C", "A", "B", "V")
CORRECTED = ("C", "A")
RETRACTED = ("D", "W")
UNMAPPED_SHOWN = 20


@dataclass(slots=True, kw_only=True)
class ReportedResult(Result):
    """A result as an OBX reports it; of many few are needed, so its value is read later."""

    segment: Segment
    has_number_in_notes: bool

    def read(self, codes: CodeMap) -> None:
        """Read the value: then there is a reading, or the issue that says why there is none."""
        analyte = ANALYTES[self.observation]
        try:
            self.reading = read_value(analyte, self.meaning, Field(self.segment, self.has_number_in_notes, codes))
        except Unusable as reason:
            self.issue = issue(reason.key, self.where, observation=analyte.id, text=reason.text)


class ReportedSegment:
    """An OBX as a thing that may be a result; ``zone`` is the offset of times that the header says."""

    def __init__(self, segment: Segment, order: Order, codes: CodeMap, times: ResultTimes, zone: str) -> None:
        self._segment, self._order, self._codes = segment, order, codes
        self._times, self._zone = times, zone
        self.where = segment.where
        said = segment.coded(CODE)
        self.coded, self.names = said.coded, said.spoken
        self.sub_id = segment.text(SUB_ID)

    @property
    def code_where(self) -> str:
        """Return the place of its codes."""
        return f"{self.where}.{CODE}"

    @cached_property
    def status(self) -> str:
        """The status of the result, that of the order where it has none."""
        own = self._segment.text(STATUS).upper()
        return own or ("" if self._order.status in FINAL_ORDER else self._order.status)

    @property
    def refusal(self) -> str:
        """Return the key of the reason why it must not be used."""
        if not self.is_final:
            return "status"
        return "specimen" if self._order.is_of_other_specimen else ""

    @property
    def is_retracted(self) -> bool:
        """Return whether the result was deleted or was sent by mistake."""
        return self.status in RETRACTED

    @property
    def is_final(self) -> bool:
        """Return whether the result is final; that none can be had is final too, unless there is one."""
        status = self.status
        if status in FINAL:
            return True
        is_empty = not self._segment.repetitions(VALUE) or absence_of(self._segment, self._codes) is not None
        return status in (CANNOT_BE_OBTAINED, *NOT_ASKED) and is_empty

    @property
    def may_be_test(self) -> bool:
        """Return whether it may be a test of the patient's blood."""
        return not self.is_retracted and not self._order.is_other_report

    @property
    def has_said(self) -> bool:
        """Return whether there is a value or a flag."""
        return bool(self._segment.repetitions(VALUE) or self._segment.repetitions(FLAGS))

    @property
    def text(self) -> str:
        """Return the text in place of a value."""
        return text_of(self._segment)

    def moment(self) -> tuple[Moment, list[str]]:
        """Return when the sample was taken: as the result says, else the order, else the specimen."""
        order = self._order
        begun, ended = order.period
        own = iso(self._segment.text(OBSERVED), self._zone)
        taken = [(own, False), (ended, True), (begun, False), (order.collected, False)]
        return self._times.of(Times(taken, order.period, order.changed, is_own_issue=bool(order.changed)))

    def result(self, meaning: ResultCode, moment: Moment) -> ReportedResult:
        """Return the result that it is."""
        noted = self.where in self._order.noted
        return ReportedResult(
            meaning,
            moment,
            self.where,
            issued=self._times.read(iso(self._segment.text(ANALYSED), self._zone)),
            is_corrected=self.status in CORRECTED,
            segment=self._segment,
            has_number_in_notes=noted,
        )


class Results(Triage[ReportedResult]):
    """The results of a message, and what is to be said about those that are not used."""

    def read_needed(self) -> None:
        """Read the values of those results that decide which one counts."""
        for result in needed(self.results):
            budget.check()
            result.read(self.lookup.codes)


def read_results(orders: Sequence[Order], codes: CodeMap, times: ResultTimes, zone: str) -> Results:
    """Return every result of a message, in the order found; ``zone`` is the offset that its header says."""
    read = Results(Lookup(codes))
    unmapped: list[str] = []
    taken_back: set[tuple[str, str, Moment]] = set()
    sub_ids: dict[str, str] = {}
    for order in orders:
        for segment in order.results:
            budget.check()
            reported = ReportedSegment(segment, order, codes, times, zone)
            if not read.take(reported) and reported.coded:
                unmapped.append(reported.code_where)
            sub_ids[reported.where] = reported.sub_id
            if reported.is_retracted:
                tests = {meaning.observation for meaning in read.lookup.known(reported.coded)}
                taken_back |= {(test, reported.sub_id, reported.moment()[0]) for test in tests}
    if taken_back:
        _drop_taken_back(read, taken_back, sub_ids)
    if unmapped:
        said = f"The codes of {len(unmapped)} results are not in the map of codes; a site can add its own."
        read.issues.append(issue("code_not_mapped", *unmapped[:UNMAPPED_SHOWN], text=said))
    return read


def _drop_taken_back(read: Results, taken_back: set[tuple[str, str, Moment]], sub_ids: dict[str, str]) -> None:
    """Leave out results that the message itself takes back, unless they were sent as the correction."""
    kept: list[ReportedResult] = []
    for result in read.results:
        if result.is_corrected or (result.observation, sub_ids[result.where], result.moment) not in taken_back:
            kept.append(result)
        else:
            read.issues.append(issue("withdrawn", result.where, observation=result.observation))
    read.results = kept
