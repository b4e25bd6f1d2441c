"""One panel through the house: evaluate the sets, classify, caution, suggest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.clinical.assessment.category import Classification, Guide, classify, guide_for
from service.clinical.assessment.cautions import Caution, cautions
from service.clinical.assessment.suggestions import Suggestion, suggestions
from service.clinical.assessment.summary import summary
from service.clinical.assessment.treatments import Therapy, active_therapies, on_il6_blockade
from service.clinical.assessment.warnings import Oddity, warnings
from service.clinical.criteria import CATALOGUE
from service.clinical.evaluation.evaluate import ITEMS, MISSING, VERDICT, Depth, evaluate
from service.clinical.evaluation.set_result import Result
from service.clinical.panel.panel import Panel

DISCLAIMER = (
    "Classification aid, not a diagnosis. Do not delay treatment to wait for a threshold; "
    "clinical judgement and the trend over time come first."
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything there is to say about one panel; cautions and warnings are worked out where they are asked for.

    ``therapies`` are the classes of drugs that act at its time.
    """

    panel: Panel
    therapies: Sequence[Therapy]
    classification: Classification
    summary: str
    results: tuple[Result, ...]
    suggestions: tuple[Suggestion, ...]

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What a reader must bear in mind about this patient."""
        return tuple(cautions(self.therapies, self.results))

    @property
    def warnings(self) -> tuple[Oddity, ...]:
        """What is odd about the values."""
        return tuple(warnings(self.panel))


def assess(panel: Panel, criteria: Sequence[str] = (), *, brief: bool = False) -> Assessment:
    """Assess a panel; ``criteria`` are the ids to report (default all). The category rests on the sets it needs.

    ``brief`` leaves out what only a breakdown shows (items, missing inputs, suggestions); all else is the same.
    """
    wanted = criteria or CATALOGUE
    guide, therapies = guide_for(panel), active_therapies(panel)
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
        () if brief else suggestions(panel, leading, reported),
    )


def _depth(key: str, guide: Guide, is_shown: bool, brief: bool) -> Depth:
    """The summary names what would decide the leading set, so that one is never without its missing inputs."""
    if not brief:
        return ITEMS if is_shown else MISSING
    return MISSING if key == guide.primary else VERDICT
