"""The one or two sentences that a clinician can read aloud."""

from __future__ import annotations

from collections.abc import Sequence

from service.clinical.analytes import ANALYTES, FINDINGS, MEASURES
from service.clinical.classify import Classification
from service.clinical.interval import MET, UNKNOWN
from service.clinical.panel import Panel
from service.clinical.result import Result

OPENINGS = {
    "likely": "MAS is likely",
    "probable": "MAS is probable",
    "possible": "MAS is possible",
    "indeterminate": "The panel does not decide about MAS",
    "unlikely": "MAS is unlikely on this panel",
}


def summary(panel: Panel, classification: Classification, leading: Sequence[Result]) -> str:
    """Return the category in words, what it rests on, and which test would decide."""
    opening = f"{OPENINGS[classification.category]}: {_ground(classification)}."
    return " ".join(one for one in (opening, _next_step(classification, leading), _blockade(classification)) if one)


def _ground(classification: Classification) -> str:
    supporting = [one for one in classification.basis if one.criteria.id != classification.primary]
    if classification.primary is None:
        found = f"the {_names(supporting)} {_are(supporting)} met" if supporting else "no criteria set is met"
        return f"the underlying condition is not known, and {found}"
    primary = classification.basis[0]
    name = f"the {primary.criteria.short}"
    if primary.verdict is MET:
        return f"{name} are met by measured results" if _plural(primary) else f"{name} is met by measured results"
    state = _state(primary, name)
    if classification.is_laboratory_only:
        state += ", but their laboratory part is met, and fever may be suppressed"
    if supporting:
        return f"{state}; the {_names(supporting)} {_are(supporting)} met"
    return f"{state}, and no supporting set is met" if primary.verdict_implied is not MET else state


def _state(primary: Result, name: str) -> str:
    verb = "are" if _plural(primary) else "is"
    if primary.verdict_implied is MET:
        return f"{name} {verb} met once results given only in words are counted"
    return f"{name} {verb} still open" if primary.verdict is UNKNOWN else f"{name} {verb} not met"


def _next_step(classification: Classification, leading: Sequence[Result]) -> str:
    if not leading or leading[0].verdict is not UNKNOWN:
        return ""
    decisive = leading[0].decisive
    if not decisive:
        return f"No single further result would settle the {leading[0].criteria.short}."
    return f"{_capital(_either([_label(key) for key in decisive]))} would decide the {leading[0].criteria.short}."


def _blockade(classification: Classification) -> str:
    if classification.on_il6_blockade and classification.category not in ("likely", "probable"):
        return "IL-6 blockade may hide fever and ferritin, so this does not reassure."
    return ""


def _label(key: str) -> str:
    if key in ANALYTES:
        short = ANALYTES[key].label.partition(" (")
        return short[2].rstrip(")") if short[2].isupper() or short[2].rstrip(")").isupper() else _small(short[0])
    return _small(FINDINGS[key].label if key in FINDINGS else MEASURES[key].label)


def _small(label: str) -> str:
    """Begin with a small letter, unless the label begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _either(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _names(results: Sequence[Result]) -> str:
    names = [one.criteria.short for one in results]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _are(results: Sequence[Result]) -> str:
    return "are" if len(results) > 1 or _plural(results[0]) else "is"


def _plural(result: Result) -> bool:
    return result.criteria.short.endswith(("criteria", "guidelines"))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
