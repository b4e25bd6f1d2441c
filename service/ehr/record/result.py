"""One result of one test, as any reader of records hands it over: which test, when, where it stands, what it says."""

from __future__ import annotations

from dataclasses import dataclass

from service.clinical.measurement.reading import Reading
from service.clinical.panel.moment import NEVER, Moment
from service.ehr.issues import Issue
from service.ehr.terminology.code_map import ResultCode


@dataclass(slots=True)
class Result:
    """One result of one analyte: final, of the patient, of the right specimen, under codes that mean this test.

    A reader of another format makes it in three steps. ``CodeMap.meaning`` tells what the codes mean; a result without
    a meaning, or one that is not final, becomes an ``Unread`` instead. The moment is ``NEVER`` where it is not known.
    The value becomes ``reading``, or ``issue`` says why there is none; of many results few are ever needed, so a reader
    may leave both open until ``newest_result.needed`` yields the result.

    ``where`` is its place in what was sent. ``source`` is how the sender names the result, "" if it has no name.
    ``issued``, ``stored`` and ``is_corrected`` decide between results of one moment.
    """

    meaning: ResultCode
    moment: Moment
    where: str
    source: str = ""
    issued: Moment = NEVER
    stored: Moment = NEVER
    is_corrected: bool = False
    reading: Reading | None = None
    issue: Issue | None = None

    @property
    def observation(self) -> str:
        """Return the id of the analyte."""
        return self.meaning.observation

    @property
    def rank(self) -> tuple[Moment, Moment, Moment, bool]:
        """Return when it was taken, issued and stored, and whether it was corrected: of two the greater one counts."""
        return self.moment, self.issued, self.stored, self.is_corrected
