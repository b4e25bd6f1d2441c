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

    A reader of any format makes it so, for each result that was sent:

    1. ``Triage.take`` looks up what the codes mean. What has an unknown code, one that must not be used, or is not
       final becomes an ``Unread``. One that was taken back, or is of another specimen or of nobody here, becomes an
       issue alone (``status``, ``specimen``, ``subject_not_patient``).
    2. The moment is when the sample was taken: ``NEVER`` where that is not known, with the issue ``time_invalid``.
    3. ``reading.read_number`` or ``read_word`` makes the ``reading``; the word is the one that ``CodeMap.word`` gives.
       Where there is none ``issue`` says why: a key of ``issues.WITHOUT_VALUE`` lets an older result stand, others not.
       Few values are ever needed: a reader may leave both open until ``newest_result.needed`` yields the result.

    Results and unread things then go to ``newest_result.choose`` and ``record.record_of``.

    ``where`` is its place in what was sent. ``source`` is how the sender names the result, "" if it has no name.
    ``issued``, ``stored`` and ``is_corrected`` decide between results of one moment; ``ranking.tied`` yields those.
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
