"""A table in the forms in which programs save it, and bytes that belong to none of them."""

import io

import pytest

from service.cohort.intake.header import Column, Header, UnusableTable
from service.cohort.intake.table import Row, open_table, text_of

PLAIN = "id,ferritin[ug/L],fever\na,905,yes\n"


def opened(table: bytes, encoding: str = "utf-8") -> tuple[Header, list[Row]]:
    header, rows = open_table(text_of(io.BufferedReader(io.BytesIO(table)), encoding))  # type: ignore[arg-type]
    return header, list(rows)


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8-sig", "utf-8"), ("utf-16", "utf-8"), ("utf-16", "cp1252"), ("utf-32", "utf-8"), ("utf-8-sig", "cp1252"), ("cp1252", "cp1252"), ("utf-16-le", "utf-16-le"), ("mac_roman", "mac_roman")],
)  # fmt: skip
def test_a_byte_order_mark_or_the_name_says_how_the_text_is_written(encoding: str, named: str) -> None:
    _, rows = opened(PLAIN.replace("\na,", "\nMüller,").encode(encoding), named)
    assert rows == [["Müller", "905", "yes"]]


@pytest.mark.parametrize("line", [1, 2, 3, 5000])
def test_a_byte_of_another_encoding_is_refused_with_its_line(line: int) -> None:
    lines = [b"ferritin[ug/L],fever"] + [b"905,yes"] * 6000
    lines[line - 1] += b"\xfc"
    with pytest.raises(UnusableTable, match=rf"^Line {line} is not UTF-8 text.*--encoding cp1252"):
        opened(b"\n".join(lines))


def test_on_a_pipe_a_byte_of_another_encoding_stops_the_rows_at_its_line() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    _, rows = open_table(text_of(Pipe(PLAIN.encode() + b"M\xfcller,905,yes\n")))
    assert next(rows) == ["a", "905", "yes"]
    with pytest.raises(UnusableTable, match="Line 3 is not UTF-8"):
        next(rows)


@pytest.mark.parametrize(
    ("table", "encoding", "words"),
    [
        (PLAIN.encode("utf-16") + b"\x00", "utf-8", "is not utf-16 text"),
        (PLAIN.encode("utf-16-le"), "utf-8", "not UTF-8 text"),
        (b"M\x81ller,\n" + PLAIN.encode(), "cp1252", "Line 1 is not cp1252 text"),
        ("id,f\ufffdver\n".encode(), "utf-8", "lost letters of its header"),
    ],
)
def test_other_bytes_that_are_no_text(table: bytes, encoding: str, words: str) -> None:
    with pytest.raises(UnusableTable, match=words):
        opened(table, encoding)


@pytest.mark.parametrize(
    "table",
    [
        "sep=;\nid;ferritin[ug/L];fever\na;905;yes\n",
        'SEP=;\r\n"id";"ferritin[ug/L]";"fever"\r\na;905;yes\r\n',
        '"sep=,"\n' + PLAIN,
        "sep=\t\nid\tferritin[ug/L]\tfever\na\t905\tyes\n",
        "id|ferritin[ug/L]|fever\na|905|yes\n",
        "\n\n \n" + PLAIN,
        "id;Ferritin, ug/L;fever\na;905;yes\n",
        ["id", "ferritin"][0] + ",ferritin[ug/L],fever\ra,905,yes\r",
    ],
)
def test_a_separator_is_found_or_taken_as_announced(table: str) -> None:
    header, rows = opened(table.encode())
    assert [column.name for column in header.columns] == ["id", "ferritin", "fever"]
    assert rows == [["a", "905", "yes"]]


@pytest.mark.parametrize(
    ("above", "told"),
    [
        ("Export of the registry\n", "1 line above the header: a title, passed over."),
        ('"Ferritin, ward 3",,\n,,\n\nMay 2026\n', "3 lines above the header: a title, passed over."),
        ("sep=,\nTitle\n", "1 line above the header: a title, passed over."),
    ],
)
def test_titles_above_the_header_are_passed_over_and_told(above: str, told: str) -> None:
    header, rows = opened((above + PLAIN).encode())
    assert header.notes == (told,)
    assert rows == [["a", "905", "yes"]]


def test_one_column_without_a_known_name_is_no_title() -> None:
    with pytest.raises(UnusableTable, match=r"Did you mean 'ferritin\[ug/L\]'"):
        opened(b"ferritn[ug/L]\n905\n")
    with pytest.raises(UnusableTable, match="no observation"):
        opened(b"Title\n" * 30 + PLAIN.encode())
    assert opened(b"ferritin[ug/L]\n905\n")[1] == [["905"]]


def test_the_row_of_units_is_no_patient() -> None:
    header, rows = opened(b"id,ferritin,fever\n,ug/L,\na,905,yes\n")
    assert header.columns[1] == Column(1, "ferritin", "ug/L")
    assert rows == [["a", "905", "yes"]]
