"""One panel to a finished assessment: evaluate the sets, classify, explain, caution, warn, suggest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from service.clinical.assessment.category import Classification, classify, guide_for
from service.clinical.assessment.cautions import Caution, cautions
from service.clinical.assessment.summary import summary
from service.clinical.assessment.treatments import Therapy, active_therapies, on_il6_blockade
from service.clinical.assessment.warnings import Oddity, warnings
from service.clinical.criteria import CATALOGUE
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
TO_FOLLOW = "among the tests to follow serially in the 2022 EULAR/ACR points to consider (list from expert memory)"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A test that is missing: its observation id, its LOINC code ("" if there is none), and what it would do."""

    observation: str
    loinc: str
    why: str


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


def assess(panel: Panel, criteria: Sequence[str] = (), *, brief: bool = False) -> Assessment:
    """Assess a panel; ``criteria`` are the ids to report (default all). The category rests on the sets it needs.

    ``brief`` leaves out what only a breakdown shows (items, missing inputs, suggestions); all else is the same.
    """
    wanted = criteria or CATALOGUE
    guide, therapies = guide_for(panel), active_therapies(panel)
    needed = guide.needed
    results: dict[str, SetResult] = {}
    for key, criteria_set in CATALOGUE.items():
        if key in wanted or key in needed:  # the summary names what would decide the leading set, also a brief one
            result = evaluate(criteria_set, panel, with_missing=not brief or key == guide.primary)
            results[key] = result._replace(items=explain(result, panel)) if key in wanted and not brief else result
    blockade, unread = on_il6_blockade(therapies), MEDICATIONS in panel.unread
    classification = classify(guide, results, blockade=blockade, unread=unread)
    reported = tuple([result for key, result in results.items() if key in wanted])
    leading = tuple([results[key] for key in needed]) if guide.primary else ()
    return Assessment(
        panel,
        therapies,
        classification,
        summary(panel, classification, leading),
        reported,
        tuple(cautions(therapies, reported)),
        tuple(warnings(panel)),
        () if brief else tuple(_suggestions(panel, leading or reported)),
    )


def _suggestions(panel: Panel, results: Iterable[SetResult]) -> Iterable[Suggestion]:
    """Name the tests that alone could settle a set, the leading set's first, then those to watch that are missing."""
    named: set[str] = set()
    for result in results:
        for key in result.decisive:
            if key in ANALYTES and key not in named:
                named.add(key)
                yield _suggest(key, f"by itself it could settle the {result.criteria.short}")
    for key in WATCH_LIST:
        if key not in named and key not in panel.measured:
            yield _suggest(key, TO_FOLLOW)


@cache
def _suggest(key: str, why: str) -> Suggestion:
    """Make a suggestion; there are no more than tests times sets, and nothing of a patient is in one."""
    codes = ANALYTES[key].loinc
    return Suggestion(key, codes[0] if codes else "", why)
