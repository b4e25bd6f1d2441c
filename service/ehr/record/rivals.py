"""Results that may be newer than the one that counts: without a time, or of a day without an hour."""

from __future__ import annotations

from service.ehr.fhir.issues import Issue, issue
from service.ehr.fhir.moments import LENGTH_OF_A_DAY, NEVER, Moment
from service.ehr.record.highest_temperature import TEMPERATURE
from service.ehr.record.ranking import has_value
from service.ehr.record.result import Result
from service.ehr.terminology.code_map import CodeMap

OLDER_OR_NEWER = (
    "The result has no time that can be read and may be newer than those that have one: what is used reaches over "
    "both, or counts as unknown."
)


def may_be_newest(group: list[Result]) -> list[Result]:
    """Return the results without a time beside those that have one, and those of a day that begins before the newest.

    Of body temperatures a day without an hour counts from its beginning: the highest counts, not the newest.
    """
    rough = [one for one in group if one.moment.until is not None]
    newest = max(one.moment.at for one in group) if rough else NEVER.at
    rivals = [one for one in rough if one.moment.may_be_after(newest)]
    is_warmth = group[0].observation == TEMPERATURE
    return [one for one in rivals if one.moment.at == NEVER.at] if is_warmth else rivals


def read_rivals(group: list[Result], codes: CodeMap) -> tuple[list[Result], list[Issue]]:
    """Return the results that may be the newest and that say anything, and what is to be said of them."""
    for one in group:
        one.read(codes)
    issues = [one.issue for one in group if one.issue]
    rivals = [one for one in group if has_value(one)]
    for key, is_dated, text in (("undated", False, OLDER_OR_NEWER), ("rough_time", True, "")):
        where = [one.where for one in rivals if (one.moment.at != NEVER.at) is is_dated]
        if where:
            issues.append(issue(key, *where, observation=rivals[0].observation, text=text))
    return rivals, issues


def unread_beside(newest: list[Result]) -> list[Issue]:
    """Name what cannot be read of the moment whose other results are used."""
    unread = [one.where for one in newest if one.issue and has_value(one)]
    if not unread or len(unread) == len(newest):
        return []
    return [issue("tied_unread", *unread, observation=newest[0].observation)]


def is_after(moment: Moment, as_of: Moment) -> bool:
    """Return whether a result is of a later time, or of a later day where only the day is given."""
    is_day = len(as_of.text) == LENGTH_OF_A_DAY
    return moment.at.date() > as_of.at.date() if is_day else moment.at > as_of.at
