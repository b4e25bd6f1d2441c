"""Which of the things in a record are results of the patient, and what of the others may be newer than those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from service.clinical.measurement.no_result import Absence
from service.clinical.panel.moment import Moment
from service.ehr.issues import Issue, Unusable, issue
from service.ehr.record.result import Result
from service.ehr.record.unread import Unread
from service.ehr.terminology.code_map import Lookup, ResultCode
from service.ehr.terminology.code_systems import LOINC

SomeResult = TypeVar("SomeResult", bound=Result)
SomeResult_co = TypeVar("SomeResult_co", bound=Result, covariant=True)
CODE_UNKNOWN = "code_unknown"
STATUS = "status"


class Reported(Protocol[SomeResult_co]):
    """One thing in a record that may be a result, as its format says it; little of it is ever asked for."""

    @property
    def where(self) -> str:
        """Return its place in what was sent."""

    @property
    def code_where(self) -> str:
        """Return the place of its codes."""

    @property
    def coded(self) -> Sequence[tuple[str, str]]:
        """Return the systems, as sent, and the codes of the test."""

    @property
    def names(self) -> Sequence[str]:
        """Return what the test is called."""

    @property
    def refusal(self) -> str:
        """Return the key of the reason why it must not be used, "" if it may be."""

    @property
    def is_retracted(self) -> bool:
        """Return whether it is said that there never was such a result."""

    @property
    def is_final(self) -> bool:
        """Return whether its status says that it is final, or says nothing."""

    @property
    def may_be_test(self) -> bool:
        """Return whether it may be a test of the patient."""

    @property
    def has_said(self) -> bool:
        """Return whether it holds a value in any form, or a word beside it."""

    @property
    def text(self) -> str:
        """Return the text in place of a value, "" if there is none."""

    def moment(self) -> tuple[Moment, list[str]]:
        """Return when it was taken, and the keys of what is wrong with its times."""

    def result(self, meaning: ResultCode, moment: Moment) -> SomeResult_co:
        """Return the result that it is."""


@dataclass(slots=True)
class Triage(Generic[SomeResult]):
    """The results of a record, what is said of those that are not used, and what of these may yet be newer."""

    lookup: Lookup
    results: list[SomeResult] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def take(self, reported: Reported[SomeResult]) -> bool:
        """Read one thing into the lists; return whether its code is known."""
        try:
            meaning = self.lookup.meaning(reported.coded)
        except Unusable as reason:
            self._refuse(reported, reason)
            return True
        if meaning is None:
            self._note_unknown(reported)
            return False
        refusal = reported.refusal
        if refusal == STATUS and not reported.is_retracted:
            self._note(STATUS, reported, frozenset([meaning.observation]), counts_tied=False)
        elif refusal:
            self.issues.append(issue(refusal, reported.where, observation=meaning.observation))
        else:
            self.results.append(reported.result(meaning, self._moment(reported)))
        return True

    def _refuse(self, reported: Reported[SomeResult], reason: Unusable) -> None:
        """Name a code that must not be used; the test that it looks like may have changed since its last result."""
        self.issues.append(issue(reason.key, reported.code_where, text=reason.text))
        known = self.lookup.known(reported.coded)
        tests = frozenset(meaning.observation for meaning in known if not meaning.is_other)
        if tests and reported.may_be_test and reported.has_said:
            self._note("code_refused", reported, tests, counts_tied=False)

    def _note_unknown(self, reported: Reported[SomeResult]) -> None:
        """Note a result without a known code that is called like a test of the map, or that could be any test."""
        absence = self.lookup.codes.absence([reported.text])
        is_open = not reported.is_final
        says = reported.has_said and absence is not Absence.NOTHING
        if not reported.may_be_test or not (is_open or says):
            return
        named = self.lookup.named(reported.coded, reported.names)
        if named.tests:
            self._note(CODE_UNKNOWN, reported, named.tests)
        elif not named.is_told and not is_open and absence is not Absence.FAILED:
            self._note(CODE_UNKNOWN, reported)
        else:
            return
        if says and not is_open and not any(self._is_a_code(system, code) for system, code in reported.coded):
            self.issues.append(issue("code_missing", reported.code_where))

    def _is_a_code(self, system: str, code: str) -> bool:
        """Return whether this is a code. One of LOINC without its system is none: whose it is would be a guess."""
        return bool(system) or (LOINC, code) not in self.lookup.codes.results

    def _note(
        self, key: str, reported: Reported[SomeResult], tests: frozenset[str] = frozenset(), *, counts_tied: bool = True
    ) -> None:
        self.unread.append(Unread(key, reported.where, self._moment(reported), tests, counts_tied))

    def _moment(self, reported: Reported[SomeResult]) -> Moment:
        """Return when a result was taken, and name a time that cannot be read or cannot be right."""
        moment, lost = reported.moment()
        self.issues += [issue(key, reported.where) for key in lost]
        return moment
