"""What the page says of the rows held against a label; no count reaches it but through the screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from service.clinical.assessment.summary import listed
from service.cohort.report.charts import Plot, Strip, plot, strip
from service.cohort.report.figures.accuracy import (
    AGAINST,
    VERDICT,
    VERDICT_IMPLIED,
    Accuracy,
    Measure,
    TwoByTwo,
    accuracy_of,
    category_tables,
    set_tables,
)
from service.cohort.report.figures.roc import Band, bands
from service.cohort.report.small_cells import HIDDEN, Screen, percent
from service.cohort.report.source import CASE, CONTROL, UNCLEAR, UNLABELLED
from service.cohort.report.tally import Tally
from service.cohort.report.wording import NO_VALUE, Cells, Line, decimal_range, decimals, percent_range, set_name

MOST_VALUES = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure: its value, its interval, out of how many rows, its bounds, and its strip."""

    value: str
    interval: str = ""
    of: str = ""
    bounds: str = ""
    strip: Strip | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One judge against the label."""

    name: str
    by: str
    note: str
    figures: tuple[Shown, ...]
    decided: str
    open: str


@dataclass(frozen=True, slots=True)
class Curves:
    """One score against the label."""

    name: str
    note: str
    plot: Plot
    area: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class AgainstLabel:
    """All that is held against the label column."""

    column: str
    counts: list[Line]
    unclear: list[Line]
    two_by_two: list[Line]
    prevalence: str
    overview: list[Judged]
    cuts: list[Judged]
    sets: list[Judged]
    curves: list[Curves]


def against_label(tally: Tally, screen: Screen, label: str, needed: Collection[str]) -> AgainstLabel:
    """Return what the page says of the rows with a label; ``label`` is the name of its column.

    The overview has the category and, of the sets that are ``needed``, the verdict by what was measured.
    """
    tables = category_tables(tally)
    table = tables[0][1]
    cuts = [_judged(_cut(cut), "category", cut_table, screen) for cut, cut_table in tables]
    by_set = {
        (key, by): _judged(set_name(key), by, set_table, screen, _reversed(key))
        for key, by, set_table in set_tables(tally)
    }
    keys = [key for key, by in by_set if by == VERDICT]
    cases, controls = _size(table)
    return AgainstLabel(
        label,
        _label_counts(tally, screen),
        _unclear(tally, screen),
        [
            Line("likely or probable", (screen.text(table.found), screen.text(table.alarmed))),
            Line("possible or unlikely", (screen.text(table.missed), screen.text(table.cleared))),
            Line("indeterminate (open)", (screen.text(table.open_cases), screen.text(table.open_controls))),
            Line("all", (screen.text(cases), screen.text(controls))),
        ],
        screen.share(cases, cases + controls),
        [cuts[0], *(by_set[key, VERDICT] for key in keys if key in needed)],
        cuts,
        [line for key in keys for line in _both(by_set[key, VERDICT], by_set[key, VERDICT_IMPLIED])],
        [
            _curves(band, screen)
            for band in bands(tally, max(1, screen.least))
            if not (screen.hides(band.cases) or screen.hides(band.controls))
        ],
    )


def _both(measured: Judged, implied: Judged) -> list[Judged]:
    """Return one line for both verdicts where words change nothing."""
    if replace(implied, by=measured.by) == measured:
        return [replace(measured, by=f"{VERDICT} and {VERDICT_IMPLIED}")]
    return [measured, implied]


def _label_counts(tally: Tally, screen: Screen) -> list[Line]:
    named = (
        (CASE, "yes: case"),
        (CONTROL, "no: control"),
        (UNLABELLED, "no label"),
        (UNCLEAR, "unclear, counted apart"),
    )
    return [
        Line(name, (screen.text(tally.labels[label]), screen.text(tally.refused_labels[label])))
        for label, name in named
    ]


def _unclear(tally: Tally, screen: Screen) -> list[Line]:
    """Return the values of the label column that are none, the most frequent first; the rest is one line."""
    values = [(value, count) for value, count in tally.unclear.most_common() if not screen.hides(count)]
    lines = [Line(value, (screen.text(count),)) for value, count in values[:MOST_VALUES]]
    rest = tally.labels[UNCLEAR] + tally.refused_labels[UNCLEAR] - sum(count for _, count in values[:MOST_VALUES])
    return [*lines, Line("other values, not listed", (screen.text(rest),))] if rest else lines


def _judged(name: str, by: str, table: TwoByTwo, screen: Screen, note: str = "") -> Judged:
    cases, controls = _size(table)
    left = table.open_cases + table.open_controls
    counts = screen.text(table.decided), screen.text(left)
    used = screen.table(table)
    if used is None:
        return Judged(name, by, note, (Shown(HIDDEN),) * 5, *counts)
    found = accuracy_of(name, by, used)
    return Judged(name, by, note, (*_proportions(found, cases + controls), _kappa(found.kappa)), *counts)


def _proportions(found: Accuracy, of: int) -> Iterable[Shown]:
    for measure in (found.sensitivity, found.specificity, found.predictive_positive, found.predictive_negative):
        bounds = "" if measure.bounds is None else percent_range(measure.bounds, of)
        if measure.value is None or measure.interval is None:
            yield Shown(NO_VALUE, "", "0 of 0", bounds, strip(measure))
        else:
            value, interval = percent(measure.value, of), percent_range(measure.interval, of)
            yield Shown(value, interval, f"{measure.hits:,} of {measure.of:,}", bounds, strip(measure))


def _kappa(measure: Measure) -> Shown:
    return Shown(decimals(measure.value), decimal_range(measure.interval), "", decimal_range(measure.bounds))


def _curves(band: Band, screen: Screen) -> Curves:
    number = band.cases + band.controls
    cells = (
        *(screen.text(count) for count in (band.cases, band.controls, band.exact, band.unbounded)),
        *(decimals(band.worst.area), decimal_range(band.worst.interval)),
        *(decimals(band.best.area), decimal_range(band.best.interval)),
    )
    area = f"{band.worst.area:.2f} to {band.best.area:.2f}" if band.exact < number else f"{band.best.area:.2f}"
    return Curves(set_name(band.score), _reversed(band.score), plot(band), area, cells)


def _size(table: TwoByTwo) -> tuple[int, int]:
    return table.found + table.missed + table.open_cases, table.alarmed + table.cleared + table.open_controls


def _cut(cut: Sequence[str]) -> str:
    return listed(cut, "or")


def _reversed(key: str) -> str:
    return "not met counts as the finding: a high score favours primary HLH" if key in AGAINST else ""


def in_short(against: AgainstLabel, tally: Tally, screen: Screen) -> Iterable[str]:
    """Yield the sentences at the top of the page."""
    table = category_tables(tally)[0][1]
    cases, controls = _size(table)
    if not cases + controls:
        yield f"The column {against.column} names neither a case nor a control, so nothing is held against it."
        return
    main = against.overview[0]
    for name, counts, kind, figure in (
        ("cases", (cases, table.found, table.missed, table.open_cases), "Sensitivity", main.figures[0]),
        ("controls", (controls, table.alarmed, table.cleared, table.open_controls), "Specificity", main.figures[1]),
    ):
        if counts[0]:
            all_of_them, positive, negative, left = map(screen.text, counts)
            yield (
                f"{all_of_them} {name}: {positive} likely or probable, {negative} not, {left} open. "
                f"{kind} is {_spoken(figure)}."
            )


def _spoken(figure: Shown) -> str:
    if not figure.interval:
        return "withheld, since a cell is small" if figure.value == HIDDEN else "not known, since no row is decided"
    interval = f"{figure.value} (95 % interval {figure.interval}) among the decided"
    return f"{interval}, and {figure.bounds} however the open ones turn out" if figure.bounds else interval
