"""One panel to a finished assessment: evaluate the sets, classify, explain, caution, warn, suggest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.clinical.assessment.category import Classification, classify, guide_for
from service.clinical.assessment.cautions import Caution, cautions
from service.clinical.assessment.suggestions import Suggestion, suggestions
from service.clinical.assessment.summary import summary
from service.clinical.assessment.treatments import Read, on_il6_blockade, treatments_of
from service.clinical.assessment.warnings import Oddity, warnings
from service.clinical.criteria import CATALOGUE
from service.clinical.evaluation.evaluate import evaluate
from service.clinical.evaluation.set_result import SetResult
from service.clinical.explanation.items import explain
from service.clinical.panel.panel import MEDICATIONS, Panel
from service.clinical.therapies.drug_list import Therapy
from service.clinical.therapies.drug_names import FORMULARY

DISCLAIMER = (
    "Classification aid, not a diagnosis. Do not delay treatment to wait for a threshold; "
    "clinical judgement and the trend over time come first."
)
NOT_APPLICABLE = "not_applicable"


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

    @property
    def sets(self) -> Iterator[str]:
        """The id and the version of each set that was asked for."""
        return (f"{result.criteria.id} {result.criteria.version}" for result in self.results)


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
    return Assessment(
        panel,
        therapies,
        classification,
        summary(panel, classification, leading),
        reported,
        tuple(cautions(panel, therapies, reported)),
        (*warnings(panel), *treatments.doubts),
        suggestions(panel, leading, reported),
    )
