"""One panel to a finished assessment: evaluate the sets, classify, explain, caution, warn, suggest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from service.clinical.assessment.category import Classification, classify, guide_for
from service.clinical.assessment.cautions import Caution, cautions
from service.clinical.assessment.drug_list import Therapy
from service.clinical.assessment.drug_names import FORMULARY
from service.clinical.assessment.summary import summary
from service.clinical.assessment.treatments import Read, on_il6_blockade, treatments_of
from service.clinical.assessment.warnings import Oddity, warnings
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.evaluation.evaluate import evaluate
from service.clinical.evaluation.set_result import SetResult
from service.clinical.explanation.items import explain
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.panel.panel import MEDICATIONS, Panel

DISCLAIMER = (
    "Classification aid, not a diagnosis. Do not delay treatment to wait for a threshold; "
    "clinical judgement and the trend over time come first."
)
WATCH_LIST = (
    *("hemoglobin", "platelets", "wbc", "neutrophils", "ferritin", "crp", "ast", "alt", "ldh", "triglycerides"),
    *("fibrinogen", "d_dimer", "scd25", "cxcl9", "il18"),
)
"""What the 2022 EULAR/ACR points to consider follow serially (Shakoory 2023; the list is from memory)."""
NOT_APPLICABLE = "not_applicable"
LOINC = {key: analyte.loinc[0] if analyte.loinc else "" for key, analyte in ANALYTES.items()}
TO_FOLLOW = "among the tests to follow serially in the 2022 EULAR/ACR points to consider (list from expert memory)"


class Suggestion(NamedTuple):
    """A test to measure: its observation id, its LOINC code ("" if there is none), and what it would do.

    ``decides`` are the ids of the sets that one value of it could settle; ``follow`` says that it is to be followed.
    """

    observation: str
    loinc: str
    decides: tuple[str, ...]
    follow: bool
    why: str


FOLLOWED = {key: Suggestion(key, LOINC[key], (), follow=True, why=TO_FOLLOW) for key in WATCH_LIST}


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything there is to say about one panel; ``therapies`` are the classes of drugs that act at its time.

    ``results`` are the sets that were asked for, in the order of the catalogue.
    """

    panel: Panel
    therapies: Sequence[Therapy]
    classification: Classification
    summary: str
    results: tuple[SetResult, ...]
    cautions: tuple[Caution, ...]
    warnings: tuple[Oddity, ...]
    suggestions: tuple[Suggestion, ...]


def assess(
    panel: Panel, criteria: Sequence[str] = (), *, brief: bool = False, read_drug: Read = FORMULARY.read
) -> Assessment:
    """Assess a panel; ``criteria`` are the ids to report (default all). The category rests on the sets it needs.

    Items have the sets that lead, were named or fit the patient; if ``brief`` none has, and all else is the same.
    """
    wanted = criteria or CATALOGUE
    treatments = treatments_of(panel, read_drug)
    if treatments.may_hide:
        panel = replace(panel, unread=panel.unread | {MEDICATIONS})
    guide, therapies = guide_for(panel), treatments.therapies
    needed = guide.needed
    results: dict[str, SetResult] = {}
    for key, criteria_set in CATALOGUE.items():
        if key in wanted or key in needed:
            result = evaluate(criteria_set, panel)
            fits = result.applicability != NOT_APPLICABLE or key in criteria or key == guide.primary
            is_shown = fits and key in wanted and not brief
            results[key] = result.explained(explain(result, panel)) if is_shown else result
    classification = classify(guide, results, panel, blockade=on_il6_blockade(therapies))
    reported = tuple([result for key, result in results.items() if key in wanted])
    leading = tuple([results[key] for key in needed]) if guide.primary else ()
    asked = [result for key, result in results.items() if key in wanted or key == guide.primary]
    return Assessment(
        panel,
        therapies,
        classification,
        summary(panel, classification, leading),
        reported,
        tuple(cautions(therapies, reported)),
        (*warnings(panel), *treatments.doubts),
        _suggestions(panel, asked, guide.primary),
    )


def _suggestions(panel: Panel, results: Iterable[SetResult], primary: str | None) -> tuple[Suggestion, ...]:
    """Return each test once: those that could settle the leading set, then any other set, then those to follow.

    Of two tests that could settle a set, the one goes first that could settle more of them.
    """
    settles: dict[str, list[CriteriaSet]] = {}
    for result in results:
        if result.applicability != NOT_APPLICABLE or result.criteria.id == primary:
            for key in result.decisive:
                if key in ANALYTES:
                    settles.setdefault(key, []).append(result.criteria)
    leading = {key for key, sets in settles.items() if primary in [criteria.id for criteria in sets]}
    ranked = sorted(settles, key=lambda key: (key not in leading, -len(settles[key])))
    to_follow = [key for key in WATCH_LIST if key not in settles and key not in panel.measured]
    return (
        *[_deciding(key, settles[key]) for key in ranked],
        *[FOLLOWED[key] for key in to_follow],
    )


def _deciding(key: str, sets: Sequence[CriteriaSet]) -> Suggestion:
    names = [criteria.short for criteria in sets]
    listed = f"{', the '.join(names[:-1])} and the {names[-1]}" if len(names) > 1 else names[0]
    why = f"by itself it could settle the {listed}"
    return Suggestion(key, LOINC[key], tuple([criteria.id for criteria in sets]), key in WATCH_LIST, why)
