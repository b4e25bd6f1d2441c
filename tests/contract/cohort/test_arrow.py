"""A table in memory, cut in any way, has the rows that the command writes for the same table, byte for byte."""

import csv
import io
import pickle
import random
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv

from service.clinical.data.toml_reader import BadData
from service.cohort.arrow import INDEX, SCHEMA, SPARK_SCHEMA, Options, assess_batches, assess_table, with_content
from service.cohort.command import main
from service.cohort.endings import UNUSABLE
from service.cohort.intake.header import UnusableTable
from service.cohort.results import COLUMNS, write_rows
from tests.support.drawn import drawn

HEADINGS = [
    *("Platelets, 10*9/L", "ast", "\ufefffibrinogen[g/L]", "esr_mm_h", "Findings.Fever", "hepatomegaly", "condition"),
    *("collected_at", "age_years", "medications", "med1", "med 2", "confounders", "ward", "", " "),
]
ODD_HEADINGS = [
    *("PLT", "AST (U/L)", "Ferritin, ug/L", "a note, of; any|kind", 'with "quotes"', "two\r\nlines", "sep=;", "x\x00"),
]
"""Those that mostly stop the run: not known, two for one input, damaged."""
CELLS = [
    *(
        "",
        " ",
        "\u00a0\t",
        "NA",
        "nan",
        "-",
        "not done",
        "QNS",
        "see report",
        "ND",
        "905",
        "116",
        "905.0",
        "2,1",
        "12,500",
    ),
    *(
        ">10000",
        "<= 2 g/L",
        "9.05e2",
        "5.4.3",
        "low",
        "H",
        "true",
        "False",
        "1",
        "perhaps",
        "sjia",
        "Suspected sJIA",
        "10.5",
    ),
    *(
        "ug/L",
        "g/L",
        "Units",
        "Total",
        "=1+1",
        "'120",
        "2023-02-01",
        "2023-02-01 08:30",
        "2023-03-26T02:30:00",
        "1/2/2023",
    ),
    *("anakinra; tocilizumab", "unknown", "none", "a\r\nb", "a\rb", 'say "so"', "é;=1", "\ufeff", "\x00"),
]
OPTIONS: list[tuple[tuple[str, ...], Options]] = [
    ((), Options()),
    (("--on-invalid", "omit", "--decimal-comma"), Options("omit", decimal_comma=True)),
    (("--timezone", "Europe/Berlin"), Options(zone=ZoneInfo("Europe/Berlin"))),
    (("--ignore-columns", "ID"), Options(ignore_columns=("ID",))),
]


def table_of(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(names))]
    return pa.table(columns, names=list(names))


def as_file(names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> bytes:
    """The table as a file that says which separator it has; in memory there is none to be found."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([names, *rows])
    return f"sep=,\n{text.getvalue()}".encode()


def commanded(table: bytes, *options: str) -> str:
    """What the command writes; its last words if it cannot use the table."""
    with NamedTemporaryFile() as file, redirect_stderr(io.StringIO()) as told:
        Path(file.name).write_bytes(table)
        with redirect_stdout(io.TextIOWrapper(io.BytesIO(), newline="")) as out:
            code = main([file.name, "--workers", "1", *options])
            out.seek(0)
            return out.read() if code == 0 else f"{code}: {told.getvalue()}"


def in_memory(table: pa.Table, options: Options) -> str:
    try:
        results = assess_table(table, options)
    except UnusableTable as error:
        return f"{UNUSABLE}: {error}\n"
    return text_of(results.to_batches())


def text_of(batches: Iterable[pa.RecordBatch]) -> str:
    """Result batches in whatever order, as the file that the command writes."""
    rows = [list(row.values()) for batch in batches for row in batch.to_pylist()]
    return write_rows([COLUMNS, *sorted(rows, key=lambda row: int(row[0]))])


def in_pieces(table: pa.Table, options: Options, sizes: Iterable[int], order: random.Random) -> str:
    """Results of a table whose rows were cut, shuffled and sent to other processes, as a cluster does."""
    kept = pa.Table.from_batches(with_content(table.to_batches()), table.schema)
    numbered = kept.append_column(INDEX, pa.array(range(kept.num_rows), pa.int32()))
    first = next(iter(kept.slice(0, 1).to_pylist()), None)
    function = assess_batches(numbered.column_names, first and [*first.values(), 0], options)
    pieces, start = [], 0
    for size in [*sizes, numbered.num_rows]:
        pieces += numbered.slice(start, size).to_batches()
        start += size
    order.shuffle(pieces)
    half = len(pieces) // 2
    partitions = [pieces[:half], pieces[half:], []]
    return text_of(batch for part in partitions for batch in pickle.loads(pickle.dumps(function))(iter(part)))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str | None]]]:
    more = draw(st.lists(st.sampled_from(HEADINGS), max_size=6, unique=True))
    odd = draw(st.lists(st.sampled_from(ODD_HEADINGS), max_size=1)) if draw(st.integers(0, 5)) == 0 else []
    order = draw(st.permutations(["id", "ferritin[ug/L]", *more, *odd]))
    cell = st.none() | st.sampled_from(CELLS) | st.text(max_size=3)
    row = st.lists(cell, min_size=len(order), max_size=len(order))
    units = [
        {"ferritin[ug/L]": "ug/L", "esr_mm_h": "mm/hr", "id": draw(st.sampled_from(["", "Unit"]))}.get(name)
        for name in order
    ]
    return order, draw(st.lists(st.just(units), max_size=1)) + draw(st.lists(row, max_size=5))


@pytest.mark.slow
@settings(max_examples=drawn(300))
@given(tables(), st.sampled_from(OPTIONS), st.lists(st.integers(1, 3), max_size=4), st.randoms(use_true_random=False))
def test_any_table_has_the_rows_of_the_command_in_any_cut(
    table: tuple[list[str], list[list[str | None]]],
    options: tuple[tuple[str, ...], Options],
    sizes: list[int],
    order: random.Random,
) -> None:
    names, rows = table
    arrow = table_of(names, rows)
    expected = commanded(as_file(names, rows), *options[0])
    note(expected)
    assert in_memory(arrow, options[1]) == expected
    if expected.startswith("row,") and len(set(names)) == len(names):
        assert in_pieces(arrow, options[1], sizes, order) == expected


ROWS: list[list[str | None]] = [
    ["Units", "ug/L", None, None],
    ["A", "905", "true", "2023-02-01 08:30"],
    ["", " ", None, ""],
    ["B", "5.4.3", "yes", "1/2/2023"],
    ["C\u200b", None, "perhaps", None],
    ["=D", ">10000", None, "2023-02-01"],
]
NAMES = ["id", "ferritin", "fever", "collected_at"]
NUMBERED = [*NAMES, INDEX]


def numbered(rows: Sequence[Sequence[Any]], *index: int | None) -> list[pa.RecordBatch]:
    places = pa.array(index or range(len(rows)), pa.int64())
    return list(table_of(NAMES, rows).append_column(INDEX, places).to_batches())


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_units_below_the_header_and_rows_without_content_are_told_once_for_the_whole_table(size: int) -> None:
    expected = commanded(as_file(NAMES, ROWS))
    arrow = table_of(NAMES, ROWS)
    assert expected.count("\n") == 5
    assert "\n1,A,200" in expected
    assert in_memory(arrow, Options()) == expected
    assert in_pieces(arrow, Options(), [size] * 3, random.Random(size)) == expected


def test_a_table_that_arrow_itself_writes_has_the_same_rows_as_the_command() -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2, 3, 4]),
            "ferritin[ug/L]": pa.array([905.0, float("nan"), 1e-7, None]),
            "platelets[10*9/L]": pa.array([116, None, 300, 400], pa.int16()),
            "fibrinogen[g/L]": pa.array(["2.1", ">10", "low", None]).dictionary_encode(),
            "fever": pa.array([True, None, False, None]),
            "collected_at": pa.array([1_675_240_200, 1_679_791_800, None, 9], pa.timestamp("s", "Europe/Berlin")),
            "medications": pa.nulls(4),
            "ward": pa.array(["a", "b", None, "c"], pa.large_string()),
        }
    )
    file = io.BytesIO()
    arrow_csv.write_csv(table, file)
    expected = commanded(file.getvalue())
    assert [row["status"] for row in csv.DictReader(io.StringIO(expected))] == ["200", "200", "422", "422"]
    assert in_memory(table, Options()) == expected


def test_a_large_table_is_assessed_in_parts() -> None:
    table = table_of(["id", "ferritin[ug/L]"], [[str(number), "905"] for number in range(2500)])
    assert in_memory(table, Options()) == commanded(
        as_file(table.column_names, zip(*table.to_pydict().values(), strict=True))
    )
    assert {batch.num_rows for batch in assess_table(table).to_batches()} == {1000, 500}


def test_a_table_may_have_a_column_with_the_name_of_the_index() -> None:
    table = pa.table({"ferritin[ug/L]": ["905"], INDEX: ["x"], f"{INDEX}_": ["y"]})
    results = assess_table(table, Options(ignore_columns=(INDEX, f"{INDEX}_")))
    assert results.column("status").to_pylist() == ["200"]


def test_an_empty_table_has_no_rows() -> None:
    assert assess_table(pa.table({"ferritin[ug/L]": pa.array([], pa.string())})).num_rows == 0
    assert list(assess_batches(NUMBERED)(iter([]))) == []


def test_results_are_text_without_nulls() -> None:
    results = assess_table(table_of(NAMES, ROWS))
    assert results.schema == SCHEMA
    assert SPARK_SCHEMA.split(", ") == [f"`{name}` string" for name in results.column_names]
    assert sum(column.null_count for column in results.columns) == 0


def test_what_is_odd_about_the_header_is_at_hand_before_any_row() -> None:
    function = assess_batches([*NAMES, "ward", INDEX], ["units", "ug/L", "", "", "", 0])
    assert function.remarks == (
        "Column 5 'ward' is no input and is left out.",
        "The row below the header is read as the units.",
    )


@pytest.mark.parametrize(
    "names", [["PLT", INDEX], ["ferritin", "ferritin[ug/L]", INDEX], ["id", INDEX], ["x\x00y", INDEX]]
)
def test_a_header_that_the_command_refuses_is_refused(names: list[str]) -> None:
    assert commanded(as_file(names[:-1], [])).startswith(f"{UNUSABLE}: ")
    with pytest.raises(UnusableTable):
        assess_batches(names)


@pytest.mark.parametrize("names", [NAMES, [*NUMBERED, INDEX]])
def test_without_one_index_of_the_rows_there_are_no_numbers(names: list[str]) -> None:
    with pytest.raises(UnusableTable, match="number the rows of the whole table from 0"):
        assess_batches(names)


def test_a_first_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="zip"):
        assess_batches(NUMBERED, ["A", "905"])


@pytest.mark.parametrize("first", [None, ["A", "905", "", "", 0], ["units", "ng/mL", "", "", 0]])
def test_units_that_were_not_announced_stop_the_run(first: list[Any] | None) -> None:
    with pytest.raises(UnusableTable, match="gives other units than the first row that was named"):
        list(assess_batches(NUMBERED, first)(numbered(ROWS[:2])))


def test_announced_units_that_do_not_come_stop_the_run() -> None:
    function = assess_batches(NUMBERED, [*ROWS[0], 0])
    with pytest.raises(UnusableTable, match="gives other units"):
        list(function(numbered(ROWS[1:2])))
    (later,) = function(numbered(ROWS[1:2], 7))
    assert later.column("row").to_pylist() == ["7"]


def test_units_in_a_later_row_are_a_bad_value_as_for_the_command() -> None:
    rows = [ROWS[1], ROWS[0]]
    (batch,) = assess_batches(NUMBERED, [*ROWS[1], 0])(numbered(rows))
    assert text_of([batch]) == commanded(as_file(NAMES, rows))
    assert batch.column("status").to_pylist() == ["422", "422"]


def test_a_numbered_row_without_content_stops_the_run() -> None:
    with pytest.raises(UnusableTable, match="index 41 has nothing in it"):
        list(assess_batches(NUMBERED)(numbered([["", " ", None, ""]], 41)))


@pytest.mark.parametrize("index", [None, -1])
def test_an_index_that_is_none_stops_the_run(index: int | None) -> None:
    with pytest.raises(UnusableTable, match="has no index"):
        list(assess_batches(NUMBERED)(numbered(ROWS[1:2], index)))


def test_an_index_of_texts_stops_the_run() -> None:
    (batch,) = numbered(ROWS[1:2])
    texts = batch.set_column(len(NAMES), INDEX, pa.array(["0"]))
    with pytest.raises(UnusableTable, match="must hold whole numbers"):
        list(assess_batches(NUMBERED)([texts]))


def test_other_columns_than_those_that_were_named_stop_the_run() -> None:
    function = assess_batches(["id", "fever", "ferritin", "collected_at", INDEX])
    with pytest.raises(UnusableTable, match="have other columns, or in another order"):
        list(function(numbered(ROWS[1:2])))


def test_a_site_names_its_drugs_by_the_same_file_on_every_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = tmp_path / "codes.toml"
    codes.write_text('[brands]\nanakinra = ["Sitename"]\n', encoding="utf-8")
    names, row = ["ferritin[ug/L]", "medications"], ["905", "Sitename"]
    expected = commanded(as_file(names, [row]), "--code-map", str(codes))
    assert ",il1_blockade," in expected
    assert in_memory(table_of(names, [row]), Options(code_map=str(codes))) == expected
    monkeypatch.setenv("MAS_CODE_MAP_FILE", str(codes))
    assert in_memory(table_of(names, [row]), Options()) == expected
    function = assess_batches([*names, INDEX])
    codes.write_text("[brands]\n", encoding="utf-8")
    with pytest.raises(UnusableTable, match="file of codes differs"):
        next(function([]))
    codes.unlink()
    with pytest.raises(UnusableTable, match="or is not there"):
        next(function([]))
    with pytest.raises(BadData):
        assess_batches([*names, INDEX])


def test_a_title_as_the_only_name_is_refused_where_the_command_looks_further_down() -> None:
    rows = [["ferritin[ug/L]"], ["905"]]
    assert commanded(as_file(["Registry 2023"], rows)).startswith("row,")
    assert in_memory(table_of(["Registry 2023"], rows), Options()).startswith(f"{UNUSABLE}: ")
