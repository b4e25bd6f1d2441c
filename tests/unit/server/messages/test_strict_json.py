"""JSON without what Python's own reader lets through; numbers exact in both directions."""

from decimal import Decimal

import pytest

from service.server.messages.strict_json import (
    DEEPEST,
    LONGEST_NUMBER,
    MOST_VALUES,
    NotJson,
    dumps,
    loads,
    within,
    written,
)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"0.1", Decimal("0.1")),
        (b"12", Decimal(12)),
        (b"-2.10", Decimal("-2.10")),
        (b"1E+4", Decimal(10000)),
        (b"1e0000000002", Decimal(100)),
        (b"\xef\xbb\xbf12", Decimal(12)),
        (b"9007199254740993", Decimal(9007199254740993)),
        (b'{"a": [1, null, true, "x"]}', {"a": [Decimal(1), None, True, "x"]}),
        ('"°C µg/L"'.encode(), "°C µg/L"),
        (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
    ],
)
def test_every_number_is_read_exactly(body: bytes, value: object) -> None:
    found = loads(body)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"NaN", "NaN is not a JSON number"),
        (b"-Infinity", "-Infinity is not a JSON number"),
        (b'{"a": 1, "a": 1}', "an object has the same key twice, 'a'$"),
        (b'{"c": 0, "a": {"d": 1, "b": 1, "c": 2, "b": 2}}', "an object has the same key twice, 'b'$"),
        (b'{"\\ud800": 1, "\\ud800": 1}', r"an object has the same key twice, '\\ud800'$"),
        (b'{"%b": 1, "%b": 1}' % (b"k" * 65, b"k" * 65), f"an object has the same key twice, '{'k' * 64}'$"),
        (b"1e331", "a number is beyond 10 to the power of 330 or -330"),
        (b"1e-331", "a number is beyond 10 to the power of 330 or -330"),
        (b"1" * 33, "a number has more than 32 characters"),
        (b"0." + b"0" * 31, "a number has more than 32 characters"),
        (b'"\xff"', r"the body is not UTF-8 \(byte 1\)"),
        ("{}".encode("utf-16"), "the body is UTF-16 or UTF-32, not UTF-8"),
        ("{}".encode("utf-16-be"), "the body is UTF-16 or UTF-32, not UTF-8"),
        ("{}".encode("utf-32"), "the body is UTF-16 or UTF-32, not UTF-8"),
        (b"1e1000000000000000000", "a number is beyond 10 to the power of 330 or -330"),
        (b"0e99999999999999999999", "a number is beyond 10 to the power of 330 or -330"),
        (b"-1.5E-99999999999999999999", "a number is beyond 10 to the power of 330 or -330"),
        (b"0e9999", "a number is beyond 10 to the power of 330 or -330"),
        (b'"\\ud800"', "a text has half of a surrogate pair"),
        (b'{"\\uDC00": 1}', "a text has half of a surrogate pair"),
        (b'{"a": }', "Expecting value at line 1 column 7"),
        (b'{"a": , "b": 1}', "Expecting value at line 1 column 7$"),
        (b'{"a": ,}', "Expecting value at line 1 column 7$"),
        (b'{"a":\n 1,}', "at line 2 column [34]: no comma before the end$"),
        (b"[1, ]", "at line 1 column [35]: no comma before the end$"),
        (b'{"a": 3,6, "b": 1}', "at line 1 column 9: the decimal sign is a point$"),
        (b'{"a": 1, 6: 1}', "at line 1 column 10$"),
        (b"{'a': 1}", "at line 1 column 2: texts stand in double quotes$"),
        (b'{"a": 1', "Expecting ',' delimiter at line 1 column 8$"),
        (b"", "^the body is empty$"),
        (b" \n", "^the body is empty$"),
        (b'"\x01"', "^Invalid control character at line 1 column 2$"),
        (b"[" * 100_000, "the body is nested too deeply"),
        (b"[" * 65 + b"]" * 65, "the body is nested deeper than 64 levels"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "the body is nested deeper than 64 levels"),
    ],
    ids=range(35),
)
def test_what_may_not_be_used_is_refused_without_quoting_it(body: bytes, words: str) -> None:
    with pytest.raises(NotJson, match=words):
        loads(body)


def test_a_number_or_a_depth_at_the_limit_is_read() -> None:
    longest = "0." + "9" * (LONGEST_NUMBER - 2)
    assert loads(longest.encode()) == Decimal(longest)
    assert loads(b"1e330") == Decimal("1e330")
    assert loads(b"1e-330") == Decimal("1e-330")
    found = loads(b"[" * DEEPEST + b"]" * DEEPEST)
    for _ in range(DEEPEST - 1):
        (found,) = found
    assert found == []


def test_the_depth_of_a_long_text_is_told_as_well() -> None:
    long = b'"' + b"x" * 4096 + b'"'
    nested = [
        b'{"a": {}, "b": [7, ' * (levels // 2) + long + b"]}" * (levels // 2) for levels in (DEEPEST, DEEPEST + 2)
    ]
    assert loads(long) == "x" * 4096
    assert loads(nested[0])["b"][0] == 7
    with pytest.raises(NotJson, match="the body is nested deeper than 64 levels"):
        loads(nested[1])


def test_a_text_within_another_has_no_quotes_of_its_own() -> None:
    assert within('LL "low" µ') == 'LL \\"low\\" µ'.encode()


def test_a_key_that_comes_again_in_another_object_is_no_duplicate() -> None:
    assert loads(b'[{"a": 1}, {"a": 2}]') == [{"a": Decimal(1)}, {"a": Decimal(2)}]


def test_decimals_are_written_digit_for_digit() -> None:
    assert dumps({"cutoff": Decimal("-2.1"), "low": Decimal("0.0005"), "open": None}) == (
        b'{"cutoff":-2.1,"low":0.0005,"open":null}'
    )


def test_what_was_written_beforehand_is_put_in_as_it_is() -> None:
    part = written({"value": Decimal("1.50")})
    assert dumps({"part": part}) == b'{"part":{"value":1.50}}'


def test_no_more_values_are_read_than_fit_into_memory() -> None:
    """They are counted by the signs that begin or part them, before any is made."""
    assert len(loads(b"[" + b",".join([b"1"] * MOST_VALUES) + b"]")) == MOST_VALUES
    with pytest.raises(NotJson, match=f"more than {MOST_VALUES} values"):
        loads(b"[" + b",".join([b"{}"] * MOST_VALUES) + b"]")
