"""What the page says, section by section, in finished texts: no count reaches it but through the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from service.clinical.assessment.category import CATEGORIES, GUIDES, OF_ADULTS
from service.cohort.report.against_label import AgainstLabel, against_label, in_short
from service.cohort.report.figures.accuracy import CUTS
from service.cohort.report.figures.agreement import Agreement, agreements, kappa, kappa_interval
from service.cohort.report.small_cells import HIDDEN, Screen
from service.cohort.report.source import CASE, CONTROL
from service.cohort.report.tally import SETS, Tally
from service.cohort.report.wording import (
    NO_VALUE,
    Cells,
    Line,
    bar_of,
    decimal_range,
    decimals,
    input_name,
    rows_of,
    set_name,
    was,
    with_share,
)

MOST_WANTED, MOST_SETS = 8, 3
INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The kappas of all pairs: the names of the sets, and below each other the kappas with the sets before."""

    names: Cells
    lines: list[tuple[str, list[str]]]
    pairs: list[Line]


@dataclass(frozen=True, slots=True)
class Contents:
    """The page."""

    answered: int
    least: int
    rows: list[Line]
    several_rows_each: bool
    short: list[str]
    categories: list[Line]
    verdicts: list[tuple[str, list[Line]]]
    inputs: list[Line]
    wanted: list[Line]
    matrix: Matrix | None
    faults: list[Line]
    against: AgainstLabel | None


def contents_of(tally: Tally, screen: Screen, label: str = "") -> Contents:
    """Return what the page says of a tally; ``label`` is the name of the label column, "" without one."""
    patients = int(np.unique(np.frombuffer(tally.identities, dtype=np.uint64)).size) if tally.identities else 0
    needed = _needed(tally)
    against = against_label(tally, screen, label, needed) if label else None
    inputs = _inputs(tally, screen)
    return Contents(
        tally.answered,
        screen.least,
        _rows(tally, screen, patients),
        len(tally.identities) > patients,
        [*_short(tally, screen, patients), *(in_short(against, tally, screen) if against else ())],
        _categories(tally, screen, with_label=bool(label)),
        _verdicts(tally, screen, needed),
        inputs,
        inputs[: min(MOST_WANTED, sum(count > 0 for count in tally.leading_decisive.values()))],
        _matrix(tally, screen),
        _faults(tally, screen),
        against,
    )


def _rows(tally: Tally, screen: Screen, patients: int) -> list[Line]:
    counts = [
        ("Rows of the table", tally.rows),
        ("assessed", tally.answered),
        ("refused, since a value of them cannot be used", tally.refused),
        ("not a row of results", tally.unreadable),
    ]
    if patients:
        counts += [("Patients, by the column id, of the assessed rows", patients)]
        counts += [("assessed rows without an id", tally.without_identity)] if tally.without_identity else []
    return [Line(name, (screen.text(count),)) for name, count in counts]


def _short(tally: Tally, screen: Screen, patients: int) -> Iterable[str]:
    of = f" of {screen.text(patients)} {'patient' if patients == 1 else 'patients'}" if patients else ""
    lost = tally.refused + tally.unreadable
    yield f"{rows_of(screen, tally.answered)}{of} {was(tally.answered)} assessed" + (
        f"; {rows_of(screen, lost)} could not be." if lost else "; none was refused."
    )
    by_category = _by_category(tally)
    positive = sum(by_category[category] for category in CUTS[0])
    if tally.answered:
        yield (
            f"MAS is likely or probable in {with_share(screen, positive, tally.answered)}, and unlikely in "
            f"{with_share(screen, by_category['unlikely'], tally.answered)}."
        )
        yield (
            f"{with_share(screen, by_category[INDETERMINATE], tally.answered)} stayed indeterminate: "
            "a missing result is never taken for normal."
        )
    name = min(tally.open, key=lambda name: _worth(tally, name), default="")
    if count := tally.leading_decisive[name]:
        yield (
            f"The input most worth having is {input_name(name)}: "
            f"in {rows_of(screen, count)} it alone could settle the set that leads."
        )


def _categories(tally: Tally, screen: Screen, *, with_label: bool) -> list[Line]:
    lines = []
    for category, total in _by_category(tally).items():
        by_label = [tally.categories[label, category] for label in (CASE, CONTROL)] if with_label else []
        cells = (screen.text(total), screen.share(total, tally.answered), *map(screen.text, by_label))
        lines.append(Line(category, cells, bar_of(screen, [(category, total)], tally.answered)))
    return lines


def _by_category(tally: Tally) -> dict[str, int]:
    totals = dict.fromkeys(CATEGORIES, 0)
    for (_, category), count in tally.categories.items():
        totals[category] += count
    return totals


def _verdicts(tally: Tally, screen: Screen, needed: Collection[str]) -> list[tuple[str, list[Line]]]:
    """Return the sets that the category of these rows rests on, and the others."""
    totals: Counter[tuple[int, int, str]] = Counter()
    for (_, place, *verdicts), count in tally.verdicts.items():
        for way, verdict in enumerate(verdicts):
            totals[place, way, verdict] += count
    order = ("met", INDETERMINATE, "not_met")
    groups: dict[bool, list[Line]] = {True: [], False: []}
    for place, key in enumerate(SETS):
        measured, implied = ([totals[place, way, verdict] for verdict in order] for way in (0, 1))
        of = sum(measured)
        if of:
            cells = (*map(screen.text, measured), *map(screen.text, implied))
            led = f"leads in {rows_of(screen, tally.leading[key])}" if tally.leading[key] else ""
            parts = list(zip(order, measured, strict=True))
            groups[key in needed].append(Line(set_name(key), cells, bar_of(screen, parts, of), led))
    named = ((True, "Sets that the category of these rows can rest on"), (False, "Other sets"))
    return [(name, groups[is_needed]) for is_needed, name in named if groups[is_needed]]


def _needed(tally: Tally) -> set[str]:
    """Return the sets that lead or support where those lead that led here."""
    guides = [*GUIDES.values(), *OF_ADULTS.values()]
    return {key for guide in guides if tally.leading[guide.primary or ""] for key in guide.needed}


def _inputs(tally: Tally, screen: Screen) -> list[Line]:
    sets: dict[str, list[tuple[int, str]]] = {}
    for (key, name), count in tally.decisive.items():
        sets.setdefault(name, []).append((count, key))
    lines = []
    for name in sorted(tally.open, key=lambda name: _worth(tally, name)):
        count, leading = tally.open[name], tally.leading_decisive[name]
        decides = sorted(sets.get(name, ()), key=lambda found: (-found[0], SETS.index(found[1])))[:MOST_SETS]
        told = ", ".join(f"{set_name(key)} ({screen.text(number)})" for number, key in decides)
        parts = [("decides", leading), ("open", count - leading)]
        cells = (screen.text(count), screen.share(count, tally.answered), screen.text(leading), told or NO_VALUE)
        lines.append(Line(input_name(name), cells, bar_of(screen, parts, tally.answered)))
    return lines


def _worth(tally: Tally, name: str) -> tuple[int, int, str]:
    """Return by what inputs are put in order: those that settle the leading set most often, of equals the rarest gap.

    Those that never do follow, the most frequent gap first.
    """
    deciding, missing = tally.leading_decisive[name], tally.open[name]
    return -deciding, missing if deciding else -missing, name


def _matrix(tally: Tally, screen: Screen) -> Matrix | None:
    pairs = agreements(tally)
    if not pairs:
        return None
    lines = {(pair.first, pair.second): _pair(pair, screen) for pair in pairs}
    keys = [key for key in SETS if any(key in pair for pair in lines)]
    shown = {pair: line.cells[-2] if line.cells[-1] else "" for pair, line in lines.items()}
    rows = [
        (set_name(key), [shown.get((other, key)) or NO_VALUE for other in keys[:place]])
        for place, key in enumerate(keys)
    ]
    return Matrix(tuple(map(set_name, keys)), rows, list(lines.values()))


def _pair(pair: Agreement, screen: Screen) -> Line:
    shown = screen.pair(pair)
    counts = (pair.both, pair.first_only, pair.second_only, pair.neither)
    cells = (*map(screen.text, counts), screen.text(pair.open))
    name = f"{set_name(pair.first)} / {set_name(pair.second)}"
    if shown is None:
        return Line(name, (*cells, HIDDEN, ""))
    four = (shown.both, shown.first_only, shown.second_only, shown.neither)
    return Line(name, (*cells, decimals(kappa(*four)), decimal_range(kappa_interval(*four))))


def _faults(tally: Tally, screen: Screen) -> list[Line]:
    names = sorted(tally.faults | tally.left_out, key=lambda name: (-tally.faults[name] - tally.left_out[name], name))
    return [
        Line(input_name(name), (screen.text(tally.faults[name]), screen.text(tally.left_out[name]))) for name in names
    ]
