"""From the results of the sets to one category: which set leads, which support it, and what follows.

Nothing is unlikely beside an input that was sent and could not be read, or a record that may hold more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import Threshold, leaves
from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.set_result import SetResult
from service.clinical.measurement.interval import COMPARE, MET, NOT_MET, UNKNOWN
from service.clinical.panel.panel import FIBRINOGEN_REPLACEMENT, MEDICATIONS, UNKNOWN_CONDITION, Panel

Results = Mapping[str, SetResult]

CATEGORIES = ("likely", "probable", "possible", "indeterminate", "unlikely")
SJIA_SET = "eular-acr-printo-2016"
FOR_UNKNOWN_CONDITION = (SJIA_SET, "hlh-2004", "hlh-2024", "hscore")
"""The sets that mean something without a diagnosis; all others presuppose one."""


@dataclass(frozen=True, slots=True)
class Guide:
    """The set that leads for a patient (None if the condition is unknown) and those that support it."""

    primary: str | None
    supporting: tuple[str, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """Return every set that the category rests on."""
        return (self.primary, *self.supporting) if self.primary else self.supporting


@dataclass(frozen=True, slots=True)
class Classification:
    """The category, the set that led, and the results that it rests on, the leading one first.

    ``unread`` are the inputs that a needed set reads, or ``medications``, which were sent and could not be read.
    ``rests_on_replacement`` says that a fibrinogen that was given keeps a set from being met.
    """

    category: str
    primary: str | None
    basis: tuple[SetResult, ...]
    on_il6_blockade: bool
    is_laboratory_only: bool = False
    unread: tuple[str, ...] = ()
    rests_on_replacement: bool = False


OF_SJIA = Guide(SJIA_SET, ("ms-score", "ravelli-2005", "hscore", "hlh-2004"))
GUIDES = {
    "sjia": OF_SJIA,
    "suspected_sjia": OF_SJIA,
    "aosd": Guide(SJIA_SET, ("hscore", "ms-score")),
    "jsle": Guide("parodi-2009", ("clupus-ferritin-2021", "hscore", "hlh-2004")),
    "malignancy": Guide("hlh-2004", ("ohi-index", "hscore")),
    "haematological_malignancy": Guide("hlh-2004", ("ohi-index", "hscore")),
    "solid_tumour": Guide("hlh-2004", ("hscore",)),
    "sepsis": Guide("mals-ferritin-2017", ("hlh-2004",)),
    "kawasaki": Guide(SJIA_SET, ("hlh-2004", "hscore")),
    "other": Guide("hlh-2004", ("hscore",)),
    UNKNOWN_CONDITION: Guide(None, FOR_UNKNOWN_CONDITION),
}
OF_ADULTS = GUIDES | {
    "malignancy": Guide("hscore", ("ohi-index", "hlh-2004")),
    "haematological_malignancy": Guide("hscore", ("ohi-index", "hlh-2004")),
    "solid_tumour": Guide("hscore", ("hlh-2004",)),
    "sepsis": Guide("mals-ferritin-2017", ("hscore", "hlh-2004-icu-2020")),
    "other": Guide("hscore", ("hlh-2004",)),
}
"""Which sets count, by condition; whoever is not known to be an adult has those of a child."""


FERRITIN_LIMIT = next(
    leaf.limit
    for leaf in leaves(CATALOGUE[SJIA_SET].rule)
    if isinstance(leaf, Threshold) and leaf.observation == "ferritin"
)


def speaks_against(panel: Panel, *, blockade: bool) -> bool:
    """Return whether ferritin is known and not above the limit of the 2016 criteria, and nothing hides a greater one.

    That would be an IL-6 blocker, a drug that could not be read, or a newer result that the record may hold.
    """
    ferritin = panel.measured.get("ferritin")
    if ferritin is None or blockade or MEDICATIONS in panel.unread or panel.may_hold_more:
        return False
    limit = FERRITIN_LIMIT.by_unit[ferritin.unit]
    return COMPARE[FERRITIN_LIMIT.comparator](ferritin.interval, limit) is NOT_MET


def guide_for(panel: Panel) -> Guide:
    """Return which sets count for this patient."""
    return (OF_ADULTS if panel.is_adult else GUIDES)[panel.condition]


def classify(guide: Guide, results: Results, panel: Panel, *, blockade: bool) -> Classification:
    """Return the first category that fits; ``results`` holds every set that the guide needs.

    ``blockade`` says whether an IL-6 blocker may act.
    """
    unread = _unread(guide, panel)
    hidden = blockade or MEDICATIONS in unread
    supporting = tuple([result for result in _at(results, guide.supporting) if result.verdict_implied is MET])
    if guide.primary is None:
        category = "possible" if supporting else "indeterminate"
        return Classification(category, None, supporting, blockade, unread=unread)
    primary = results[guide.primary]
    laboratory_only = hidden and _laboratory_met_without_fever(primary)
    replaced = _rests_on_replacement(_at(results, guide.needed), panel)
    is_doubtful = hidden or bool(unread) or panel.may_hold_more or replaced
    category = _category(primary, bool(supporting), laboratory_only, is_doubtful)
    return Classification(category, guide.primary, (primary, *supporting), blockade, laboratory_only, unread, replaced)


def _unread(guide: Guide, panel: Panel) -> tuple[str, ...]:
    """Return what could not be read though a needed set reads it, and the medications, which every set may hang on."""
    if not panel.unread:
        return ()
    return tuple(sorted(panel.unread & (_inputs_of(guide) | {MEDICATIONS})))


def needed_inputs(panel: Panel) -> frozenset[str]:
    """Return the observations and findings that the sets read on which the category of this panel rests."""
    return _inputs_of(guide_for(panel))


def _inputs_of(guide: Guide) -> frozenset[str]:
    return frozenset().union(*(PREPARED[key].plan.above for key in guide.needed))


def _category(primary: SetResult, supported: bool, laboratory_only: bool, is_doubtful: bool) -> str:
    if primary.verdict is MET:
        return "likely" if supported or not primary.criteria.when_met_alone else "probable"
    if primary.verdict_implied is MET or (primary.verdict is UNKNOWN and supported):
        return "probable"
    if (primary.verdict is NOT_MET and supported) or laboratory_only:
        return "possible"
    return "indeterminate" if primary.verdict is UNKNOWN or is_doubtful else "unlikely"


def _rests_on_replacement(results: Iterable[SetResult], panel: Panel) -> bool:
    """Return whether a set that is not met might be, but for a fibrinogen that was given to the patient."""
    if FIBRINOGEN_REPLACEMENT not in panel.confounders:
        return False
    return any(result.verdict is NOT_MET and result.verdict_without_confounded is UNKNOWN for result in results)


def _laboratory_met_without_fever(primary: SetResult) -> bool:
    if primary.criteria.id != SJIA_SET:
        return False
    return primary.part("laboratory").verdict_implied is MET and primary.part("entry").verdict is NOT_MET


def _at(results: Results, keys: Iterable[str]) -> Iterable[SetResult]:
    return (results[key] for key in keys)
