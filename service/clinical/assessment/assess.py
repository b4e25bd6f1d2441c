"""One panel through the house: evaluate the sets, classify, caution, suggest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from service.clinical.assessment.category import Classification, Guide, classify, guide_for
from service.clinical.assessment.cautions import Caution, cautions
from service.clinical.assessment.drug_list import Therapy
from service.clinical.assessment.drug_names import FORMULARY
from service.clinical.assessment.summary import summary
from service.clinical.assessment.treatments import Read, on_il6_blockade, treatments_of
from service.clinical.assessment.warnings import Oddity, warnings
from service.clinical.criteria import CATALOGUE
from service.clinical.evaluation.evaluate import ITEMS, MISSING, VERDICT, Depth, evaluate
from service.clinical.evaluation.set_result import Result
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.panel.panel import Panel

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
    """Everything there is to say about one panel; cautions and warnings are worked out where they are asked for.

    ``therapies`` are the classes of drugs that act at its time, ``doubts`` the drugs that are not known or not clear.
    """

    panel: Panel
    therapies: Sequence[Therapy]
    classification: Classification
    summary: str
    results: tuple[Result, ...]
    suggestions: tuple[Suggestion, ...]
    doubts: tuple[Oddity, ...] = ()

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What a reader must bear in mind about this patient."""
        return tuple(cautions(self.therapies, self.results))

    @property
    def warnings(self) -> tuple[Oddity, ...]:
        """What is odd about the values, and which drugs cannot be told."""
        return (*warnings(self.panel), *self.doubts)


def assess(
    panel: Panel, criteria: Sequence[str] = (), *, brief: bool = False, read_drug: Read = FORMULARY.read
) -> Assessment:
    """Assess a panel; ``criteria`` are the ids to report (default all). The category rests on the sets it needs.

    ``brief`` leaves out what only a breakdown shows (items, missing inputs, suggestions); all else is the same.
    """
    wanted = criteria or CATALOGUE
    treatments = treatments_of(panel, read_drug)
    if treatments.may_hide:
        panel = replace(panel, unread=panel.unread | {MEDICATIONS})
    guide, therapies = guide_for(panel), treatments.therapies
    needed = guide.needed
    results = {
        key: evaluate(one, panel, _depth(key, guide, key in wanted, brief))
        for key, one in CATALOGUE.items()
        if key in wanted or key in needed
    }
    classification = classify(guide, results, panel, blockade=on_il6_blockade(therapies))
    reported = tuple([one for key, one in results.items() if key in wanted])
    leading = tuple([results[key] for key in needed]) if guide.primary else ()
    return Assessment(
        panel,
        therapies,
        classification,
        summary(panel, classification, leading),
        reported,
        () if brief else tuple(_suggestions(panel, leading or reported)),
        treatments.doubts,
    )


def _depth(key: str, guide: Guide, is_shown: bool, brief: bool) -> Depth:
    """The summary names what would decide the leading set, so that one is never without its missing inputs."""
    if not brief:
        return ITEMS if is_shown else MISSING
    return MISSING if key == guide.primary else VERDICT


def _suggestions(panel: Panel, results: Iterable[Result]) -> Iterable[Suggestion]:
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
