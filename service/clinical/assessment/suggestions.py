"""The tests to do next: those that could settle a set, then those to follow; none that already has its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.clinical.criteria.rules import Threshold
from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.set_result import SetResult
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import COMPARE, UNKNOWN
from service.clinical.measurement.reading import Reading
from service.clinical.panel.panel import Panel

WATCH_LIST = (
    *("hemoglobin", "platelets", "wbc", "neutrophils", "ferritin", "crp", "ast", "alt", "ldh", "triglycerides"),
    *("fibrinogen", "d_dimer", "scd25", "cxcl9", "il18"),
)
"""The tests that the 2022 EULAR/ACR points to consider follow serially (Shakoory 2023; the list is from memory)."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A test to do: its observation id, its LOINC code ("" if there is none), the sets it could settle, and how.

    ``why`` is "" for a test that is only to follow. ``is_known_in_part`` says that it has a result already, which
    leaves those sets open.
    """

    observation: str
    loinc: str
    why: str = ""
    decides: tuple[str, ...] = ()
    is_known_in_part: bool = False

    @property
    def follow(self) -> bool:
        """True where the guidelines follow this test serially."""
        return self.observation in WATCH_LIST


def suggestions(panel: Panel, leading: Sequence[SetResult], reported: Sequence[SetResult]) -> tuple[Suggestion, ...]:
    """Name the tests that alone could settle a set, then those to watch that were not measured.

    Those for the leading set, the first of ``leading``, come first; then those that could settle most sets.
    Without a leading set the ``reported`` ones count.
    """
    settles: dict[str, list[SetResult]] = {}
    for result in leading or reported:
        for key in result.decisive:
            if key in ANALYTES and _leaves_open(result, key, panel.implied.get(key)):
                settles.setdefault(key, []).append(result)
    first = leading[0] if leading else None
    ordered = sorted(settles, key=lambda key: (settles[key][0] is not first, -len(settles[key])))
    deciding = tuple(_deciding(key, settles[key], panel) for key in ordered)
    return (*deciding, *_to_follow(panel, settles))


def _leaves_open(result: SetResult, key: str, reading: Reading | None) -> bool:
    """Return whether what is known of a test, in words too, leaves open a limit of the set, or the number it needs."""
    if reading is None:
        return True
    leaves = [leaf.node for leaf in PREPARED[result.criteria.id].plan.leaves if key in leaf.inputs]
    return any(not isinstance(leaf, Threshold) or _is_open(leaf, reading) for leaf in leaves)


def _is_open(leaf: Threshold, reading: Reading) -> bool:
    return COMPARE[leaf.limit.comparator](reading.interval, leaf.limit.by_unit[reading.unit]) is UNKNOWN


def _deciding(key: str, results: Sequence[SetResult], panel: Panel) -> Suggestion:
    short, more = results[0].criteria.short, len(results) - 1
    named = f"the {short}{f' and {more} more' if more else ''}"
    is_known = key in panel.implied
    exact = "an exact number" if key in panel.measured else "a number"
    why = (
        f"its result leaves the {short} open; {exact} could settle {named}"
        if is_known
        else f"by itself it could settle {named}"
    )
    return _suggest(key, why, tuple(result.criteria.id for result in results), is_known_in_part=is_known)


def _to_follow(panel: Panel, named: Iterable[str]) -> Iterator[Suggestion]:
    return (_suggest(key) for key in WATCH_LIST if key not in named and key not in panel.measured)


def _suggest(key: str, why: str = "", decides: tuple[str, ...] = (), *, is_known_in_part: bool = False) -> Suggestion:
    codes = ANALYTES[key].loinc
    return Suggestion(key, codes[0] if codes else "", why, decides, is_known_in_part)
