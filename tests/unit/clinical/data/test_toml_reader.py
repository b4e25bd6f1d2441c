"""A slip in a data file stops the start, by file and key."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service.clinical.data import toml_reader
from service.clinical.data.toml_reader import BadData


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "data.toml"
        path.write_bytes(content)
        return path

    return write


def test_a_number_with_a_point_is_exact(file: Callable[[bytes], Path]) -> None:
    assert toml_reader.read(file(b"weight = -2.10\n")) == {"weight": Decimal("-2.10")}
    assert str(toml_reader.read(file(b"weight = -2.10\n"))["weight"]) == "-2.10"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = 1\na = 2\n", "data.toml: Cannot overwrite a value"),
        (b"a = \n", "data.toml: Invalid value"),
        (b"a = 'D\xe9'\n", "data.toml: 'utf-8' codec can't decode byte 0xe9"),
    ],
    ids=["the same key twice", "no value", "not UTF-8"],
)
def test_what_is_no_toml_is_refused_with_the_file(file: Callable[[bytes], Path], content: bytes, words: str) -> None:
    with pytest.raises(BadData, match=words):
        toml_reader.read(file(content))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([], "here: a table is expected"),
        ({"b": 1}, "here: the key 'a' is missing"),
        ({"a": 1, "c": 1}, "here: the key 'c' is not known here"),
    ],
)
def test_a_table_has_every_required_key_and_no_strange_one(table: object, words: str) -> None:
    with pytest.raises(BadData, match=words):
        toml_reader.keys(table, "here", ["a"], ["b"])


def test_a_table_with_its_keys_is_returned_as_it_is() -> None:
    table = {"a": 1, "b": 2}
    assert toml_reader.keys(table, "here", ["a"], ["b"]) is table


@pytest.mark.parametrize("value", [1, "", "  ", None, ["x"]])
def test_a_text_is_a_text_that_is_not_empty(value: Any) -> None:
    with pytest.raises(BadData, match=r"here\.a: a text is expected"):
        toml_reader.text({"a": value}, "a", "here", "default")


def test_a_text_that_is_absent_is_its_default_or_a_slip() -> None:
    assert toml_reader.text({}, "a", "here", "") == ""
    with pytest.raises(BadData, match=r"here\.a: a text is expected"):
        toml_reader.text({}, "a", "here")


def test_a_list_of_texts_may_be_absent_but_not_of_another_kind() -> None:
    assert toml_reader.texts({}, "a", "here") == ()
    assert toml_reader.texts({"a": ["x", "y"]}, "a", "here") == ("x", "y")
    for value in ("x", ["x", 1]):
        with pytest.raises(BadData, match=r"here\.a: a list of texts is expected"):
            toml_reader.texts({"a": value}, "a", "here")


def test_a_whole_number_counts_as_a_number() -> None:
    assert toml_reader.number({"a": 684}, "a", "here") == Decimal(684)
    assert toml_reader.number({"a": Decimal("1.6")}, "a", "here") == Decimal("1.6")


@pytest.mark.parametrize("value", [True, "684", None, Decimal("nan"), Decimal("inf")])
def test_nothing_else_counts_as_a_number(value: Any) -> None:
    with pytest.raises(BadData, match=r"here\.a: a number is expected"):
        toml_reader.number({"a": value}, "a", "here")


def test_a_choice_outside_the_list_is_refused_with_the_list() -> None:
    assert toml_reader.choice({"a": "one"}, "a", "here", ["two", "one"]) == "one"
    with pytest.raises(BadData, match=r"here\.a: 'three' is not one of one, two"):
        toml_reader.choice({"a": "three"}, "a", "here", ["two", "one"])
