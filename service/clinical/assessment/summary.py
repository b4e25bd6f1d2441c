"""The one or two sentences that a clinician can read aloud."""

from __future__ import annotations

from collections.abc import Sequence

from service.clinical.assessment.category import Classification
from service.clinical.evaluation.set_result import SetResult
from service.clinical.measurement.analytes import ANALYTES, FINDINGS, MEASURES
from service.clinical.measurement.interval import MET, UNKNOWN
from service.clinical.panel.panel import MEDICATIONS, Panel

OPENINGS = {
    "likely": "MAS is likely",
    "probable": "MAS is probable",
    "possible": "MAS is possible",
    "indeterminate": "The panel does not decide about MAS",
    "unlikely": "MAS is unlikely on this panel",
}
IN_WORDS = " once results given only in words are counted"
CONFOUNDED = "; without those that another condition may explain they are still open"
NO_SET = "no criteria set is met"
MOLECULAR = "molecular_hlh_diagnosis"
NO_COMFORT = "so this does not reassure"
UNREAD_DRUG = (
    f"A treatment may be among what could not be read; one that blocks IL-6 hides fever and ferritin, {NO_COMFORT}."
)
MAY_HOLD_MORE = f"The record may hold something newer, or something that was not read, {NO_COMFORT}."
REPLACED_FIBRINOGEN = f"Fibrinogen was given to the patient, and without it a set could be met, {NO_COMFORT}."
FERRITIN = "ferritin"
UNKNOWN_FERRITIN = "Ferritin was not measured, and without it this does not reassure."
WORDED_FERRITIN = "Ferritin is known only in words, and without its number this does not reassure."
OPEN_FERRITIN = f"Ferritin may lie on either side of its limit, {NO_COMFORT}."


def summary(panel: Panel, classification: Classification, leading: Sequence[SetResult]) -> str:
    """Return the category in words, what it rests on, and which test could settle it.

    ``leading`` are the leading set and those that support it, none where the condition is unknown.
    """
    opening = f"{OPENINGS[classification.category]}: {_ground(panel, classification, leading)}."
    more = (
        _alone(classification),
        _molecular(panel, classification),
        _next_step(leading),
        _doubt(panel, classification),
    )
    return " ".join(sentence for sentence in (opening, *more) if sentence)


def _ground(panel: Panel, classification: Classification, leading: Sequence[SetResult]) -> str:
    if classification.primary is None:
        return f"the underlying condition is not known, and {'; '.join(_met(classification.basis)) or NO_SET}"
    primary, *supporting = classification.basis
    if primary.verdict is MET:
        how = "" if _is_molecular(panel, primary) else " by measured results"
        is_confounded = primary.verdict_without_confounded is UNKNOWN
        clauses = [f"{_are(primary)} met{how}{CONFOUNDED if is_confounded else ''}"]
        return "; ".join(clauses + _met(supporting) if primary.criteria.when_met_alone else clauses)
    if primary.verdict_implied is MET:
        return "; ".join(reversed(_met(classification.basis)))  # the leading set is the first of those by words
    clauses = [_state(classification, primary), *_met(supporting)]
    return "; ".join(clauses) if supporting else f"{clauses[0]}{_unsupported(primary, leading[1:])}"


def _met(results: Sequence[SetResult]) -> list[str]:
    """Say which sets are met by what was measured, and which only by words as well."""
    measured = [result for result in results if result.verdict is MET]
    worded = [result for result in results if result.verdict is not MET and result.verdict_implied is MET]
    return [f"{_are(*some)} met{how}" for some, how in ((measured, ""), (worded, IN_WORDS)) if some]


def _state(classification: Classification, primary: SetResult) -> str:
    state = f"{_are(primary)} {'still open' if primary.verdict is UNKNOWN else 'not met'}"
    if not classification.is_laboratory_only:
        return state
    how = "" if primary.part("laboratory").verdict is MET else IN_WORDS
    return f"{state}, but their laboratory part is met{how}, and fever may be suppressed"


def _unsupported(primary: SetResult, supporting: Sequence[SetResult]) -> str:
    """Say that no other set is met, and never let one that is open pass for one that is not met."""
    is_open = [result for result in supporting if result.verdict_implied is UNKNOWN]
    if primary.verdict is UNKNOWN or not is_open:
        return ", and no supporting set is met"
    return f"; no supporting set is met, but {_are(*is_open)} still open"


def _is_molecular(panel: Panel, result: SetResult) -> bool:
    return result.criteria.id == "hlh-2004" and panel.findings.get(MOLECULAR, False)


def _molecular(panel: Panel, classification: Classification) -> str:
    if any(_is_molecular(panel, result) for result in classification.basis):
        return "The molecular diagnosis alone meets the HLH-2004 criteria; it speaks for primary HLH."
    return ""


def _alone(classification: Classification) -> str:
    """Say why a leading set that is met does not make MAS likely."""
    if classification.category != "probable" or classification.basis[0].verdict is not MET:
        return ""
    return classification.basis[0].criteria.when_met_alone


def _next_step(leading: Sequence[SetResult]) -> str:
    if not leading or leading[0].verdict is not UNKNOWN:
        return ""
    decisive, name = leading[0].decisive, _name(leading[0])
    if not decisive:
        return f"No single further result could settle {name}."
    return f"{_capital(listed([LABELS[key] for key in decisive], 'or'))} alone could settle {name}."


def _doubt(panel: Panel, classification: Classification) -> str:
    """Say what keeps an answer that sounds harmless from being so."""
    if classification.category in ("likely", "probable"):
        return ""
    if classification.on_il6_blockade:
        return f"IL-6 blockade may hide fever and ferritin, {NO_COMFORT}."
    if MEDICATIONS in classification.unread:
        return UNREAD_DRUG
    if classification.unread:
        return _unread(panel, classification.unread)
    if classification.rests_on_replacement or panel.may_hold_more:
        return REPLACED_FIBRINOGEN if classification.rests_on_replacement else MAY_HOLD_MORE
    return _doubt_of_ferritin(panel, classification) if classification.category == "unlikely" else ""


def _unread(panel: Panel, unread: Sequence[str]) -> str:
    """Say what could not be read; of a test that has a value all the same, that value is of an older result."""
    older = [LABELS[key] for key in unread if key in panel.measured]
    others = [key for key in unread if key not in panel.measured]
    clauses = [f"{_sent(others)} sent but could not be read"] if others else []
    clauses += [f"the newest {listed(older, 'and')} gave no result"] if older else []
    return f"{_capital(', and '.join(clauses))}, {NO_COMFORT}."


def _doubt_of_ferritin(panel: Panel, classification: Classification) -> str:
    """Say that ferritin, the test that no other replaces, leaves open what an unlikely MAS should rest on."""
    if FERRITIN not in panel.measured:
        return WORDED_FERRITIN if FERRITIN in panel.implied else UNKNOWN_FERRITIN
    return OPEN_FERRITIN if FERRITIN in classification.basis[0].missing else ""


def _sent(keys: Sequence[str]) -> str:
    return f"{listed([LABELS[key] for key in keys], 'and')} {'was' if len(keys) == 1 else 'were'}"


def _label(key: str) -> str:
    if key in ANALYTES:
        short = ANALYTES[key].label.partition(" (")
        return short[2].rstrip(")") if short[2].isupper() or short[2].rstrip(")").isupper() else _small(short[0])
    return _small(FINDINGS[key].label if key in FINDINGS else MEASURES[key].label)


def _small(label: str) -> str:
    """Begin with a small letter, unless the label begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


LABELS = {key: _label(key) for key in (*MEASURES, *FINDINGS)}
"""The name of each input within a sentence."""


def listed(names: Sequence[str], word: str) -> str:
    """Join names as a sentence does: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def _name(result: SetResult) -> str:
    return f"the {result.criteria.short}"


def _are(*results: SetResult) -> str:
    """Name the sets with their verb: ``the MS score is``, ``the 2016 criteria and the HScore are``."""
    is_plural = len(results) > 1 or results[0].criteria.short.endswith(("criteria", "guidelines"))
    return f"{listed([_name(result) for result in results], 'and')} {'are' if is_plural else 'is'}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
