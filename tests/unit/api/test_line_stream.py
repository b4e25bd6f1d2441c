"""Lines are cut while the body arrives; what is held never exceeds a piece and a line."""

from collections.abc import Iterator

import pytest

from service.api.line_stream import PIECE, TOO_LONG, Line, line_groups


class Pieces:
    """A body that arrives in the pieces given, and counts how far it was read."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        assert size == PIECE
        self.taken += 1
        return self.pieces.pop(0) if self.pieces else b""


def cut(*pieces: bytes, limit: int = 10) -> list[Line]:
    return [line for group in line_groups(Pieces(*pieces), limit) for line in group]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ((), []),
        ((b"a\nb\n",), [b"a", b"b"]),
        ((b"a\r\nb",), [b"a", b"b"]),
        ((b"\n \r\n\na\n\n",), [b"a"]),
        ((b"ab", b"cd", b"e\nf"), [b"abcde", b"f"]),
        ((b"1234567890\r\n",), [b"1234567890"]),
        ((b"1234567890\r", b"\nb"), [b"1234567890", b"b"]),
        ((b"12345678901\nb\n",), [TOO_LONG, b"b"]),
        ((b"123456", b"789012", b"3456\nb\n"), [TOO_LONG, b"b"]),
        ((b"a\n123456789", b"012", b"3456"), [b"a", TOO_LONG]),
        ((b"1234567890", b"1"), [TOO_LONG]),
        ((b"a\n1234567890123", b"4\n\nb"), [b"a", TOO_LONG, b"b"]),
    ],
)
def test_lines(pieces: tuple[bytes, ...], expected: list[Line]) -> None:
    assert cut(*pieces) == expected


def test_a_line_of_a_gigabyte_is_never_held() -> None:
    def groups() -> Iterator[list[Line]]:
        body = Pieces(*[b"x" * PIECE] * 64, b"\nb\n")
        yield from line_groups(body, 100)

    assert list(groups()) == [[TOO_LONG, b"b"]]


def test_nothing_is_read_before_it_is_asked_for() -> None:
    body = Pieces(b"a\n", b"b\n", b"c\n")
    groups = line_groups(body, 10)
    assert body.taken == 0
    assert next(groups) == [b"a"]
    assert body.taken == 1
