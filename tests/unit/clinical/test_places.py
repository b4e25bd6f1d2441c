"""Where values stand in a text: the gaps that mark it, and what fills them."""

from service.clinical.explanation.places import GAPS, VALUE, VALUE_GAPS, WORD, Place, Values, places_in
from tests.conftest import panel_of


def test_a_text_with_gaps_is_filled_by_the_places_that_they_mark() -> None:
    marked = f"5 % of {VALUE_GAPS['ferritin', 'ng/mL']}, ".encode() + GAPS[Place("else", "esr")]
    text, places = places_in(marked)
    assert places == (Place(VALUE, "ferritin", "ng/mL"), Place("else", "esr"))
    assert text % (b"684", b"12") == b"5 % of 684, 12"


def test_a_text_without_gaps_has_no_places() -> None:
    text, places = places_in(b"100 %")
    assert (text % places, places) == (b"100 %", ())


def test_a_value_is_written_once_and_when_it_is_asked_for() -> None:
    written: list[str] = []

    def within(text: str) -> bytes:
        written.append(text)
        return text.encode()

    panel = panel_of(observations={"platelets": "98 K/uL", "fibrinogen": {"interpretation": "LL"}})
    values = Values(panel, within)
    assert written == []
    place = Place(VALUE, "platelets", "10*9/L")
    assert values[place] == values[place] == b"98 10*3/uL (98 10*9/L)"
    assert values[Place(WORD, "fibrinogen")] == b"LL"
    assert written == ["98 10*3/uL (98 10*9/L)", "LL"]
