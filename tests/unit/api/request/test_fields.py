"""Fields that take nothing for something else."""

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from service.api.problems import Entry
from service.api.request.fields import Choice, Choices, Moment, Part, Parts, StrictNumber, Text, flatten

OUTER = Part(
    none=False,
    number=StrictNumber(0, 120),
    moment=Moment(),
    word=Choice(("one", "two")),
    words=Choices(("one", "two"), at_least=1),
    inner=Part(name=Text(required=True)),
    inners=Parts(name=Text(required=True)),
)


def faults(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        OUTER.deserialize(document)
    return sorted((fault.pointer, fault.code) for fault in flatten(caught.value.messages))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"number": Decimal(0)},
        {"number": Decimal("120.0")},
        {"number": None, "moment": None, "word": None, "words": None, "inner": None, "inners": None},
        {"word": "two"},
        {"words": ["one"]},
        {"words": ["one", "one"]},
        {"inner": {"name": "x"}},
        {"inner": {"name": "x" * 200}},
        {"inners": []},
    ],
    ids=str,
)
def test_what_is_meant_is_taken_and_null_is_the_same_as_absent(document: dict[str, Any]) -> None:
    found = OUTER.deserialize(document)
    assert found is not None
    assert {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()} == document


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        ({"number": "12"}, "/number", "not_a_number"),
        ({"number": True}, "/number", "not_a_number"),
        ({"number": []}, "/number", "not_a_number"),
        ({"number": Decimal(-1)}, "/number", "implausible_value"),
        ({"number": Decimal("120.1")}, "/number", "implausible_value"),
        ({"moment": "yesterday"}, "/moment", "invalid_value"),
        ({"moment": Decimal(2026)}, "/moment", "invalid_value"),
        ({"word": "three"}, "/word", "invalid_value"),
        ({"word": []}, "/word", "invalid_value"),
        ({"words": []}, "/words", "invalid_value"),
        ({"words": "one"}, "/words", "invalid_value"),
        ({"words": ["one"] * 201}, "/words", "invalid_value"),
        ({"words": ["one", "three"]}, "/words/1", "invalid_value"),
        ({"words": [["one"]]}, "/words/0", "invalid_value"),
        ({"inner": {}}, "/inner/name", "invalid_value"),
        ({"inner": {"name": None}}, "/inner/name", "invalid_value"),
        ({"inner": {"name": " "}}, "/inner/name", "invalid_value"),
        ({"inner": {"name": "x" * 201}}, "/inner/name", "invalid_value"),
        ({"inner": {"name": 1}}, "/inner/name", "invalid_value"),
        ({"inner": []}, "/inner", "invalid_value"),
        ({"inners": {}}, "/inners", "invalid_value"),
        ({"inners": [{"name": "x"}, []]}, "/inners/1", "invalid_value"),
        ({"inners": [{"name": "x", "nmae": "y"}]}, "/inners/0/nmae", "unknown_field"),
        ({"nmber": Decimal(1)}, "/nmber", "unknown_field"),
        ({"_schema": Decimal(1)}, "/_schema", "unknown_field"),
        ({"inner": {"name": "x", "_schema": 1}}, "/inner/_schema", "unknown_field"),
    ],
    ids=str,
)
def test_anything_else_is_refused_where_it_stands(document: dict[str, Any], pointer: str, code: str) -> None:
    assert faults(document) == [(pointer, code)]


@pytest.mark.parametrize("document", [[], "text", None])
def test_what_is_no_object_is_refused_whole(document: Any) -> None:
    assert faults(document) == [("", "invalid_value")]


def test_unknown_keys_and_bad_values_come_together() -> None:
    document = {"nmber": 1, "number": "x", "inner": {"name": 1, "nmae": 2}}
    assert faults(document) == [
        ("/inner/name", "invalid_value"),
        ("/inner/nmae", "unknown_field"),
        ("/nmber", "unknown_field"),
        ("/number", "not_a_number"),
    ]


def test_messages_of_another_hand_become_entries_as_well() -> None:
    messages = {"a": {0: ["Missing data for required field."]}, "b": ["Invalid input type."]}
    assert flatten(messages) == [
        Entry(("a", "0"), "invalid_value", "This field is required."),
        Entry(
            ("b",),
            "invalid_value",
            "An object or a value of another kind is needed here; see the description of the field.",
        ),
    ]
