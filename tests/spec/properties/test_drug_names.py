"""Names of drugs under noise: what is known stays known, and a slip never makes a drug that matters one that does not."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.clinical.therapies.drug_list import THERAPIES, WORDS
from service.clinical.therapies.drug_names import FORMULARY, Doubt
from service.clinical.therapies.spelling import plain, slips, squeezed
from tests.support.drawn import drawn

pytestmark = pytest.mark.slow

NAMES = sorted({drug.name for therapy in THERAPIES.values() for drug in therapy.drugs})
SPELT = sorted({name for therapy in THERAPIES.values() for drug in therapy.drugs for name in (drug.name, *drug.names)})
LONG = [name for name in SPELT if name.isalpha() and len(squeezed(plain(name))) >= 8]
OTHER = {squeezed(plain(name)) for name in (*WORDS.other, *WORDS.noise)}
LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyz")
AROUND = st.sampled_from(["", " ", "  ", "162 mg ", " i.v.", " 20 mg/ml", " (weekly)", "®", "\u200b"])


@given(st.sampled_from(SPELT), st.lists(st.sampled_from(["", "", "-", " "]), min_size=30, max_size=30), st.booleans())
def test_a_known_name_is_known_whatever_its_case_blanks_and_hyphens(name: str, breaks: list[str], upper: bool) -> None:
    broken = "".join(letter + gap for letter, gap in zip(name, breaks * 2, strict=False))
    meant = FORMULARY.read(name)
    read = FORMULARY.read(broken.upper() if upper else broken)
    assert (read.drugs, read.doubt) == (meant.drugs, None)


@given(st.sampled_from(NAMES), AROUND, AROUND)
def test_a_generic_name_is_known_whatever_stands_around_it(name: str, before: str, after: str) -> None:
    assert [drug.name for _, drug in FORMULARY.read(f"{before} {name}{after}").drugs] == [name]


@settings(max_examples=drawn(400))
@given(st.sampled_from(LONG), st.data())
def test_a_name_with_one_or_two_slips_is_never_taken_for_a_drug_that_changes_nothing(
    name: str, data: st.DataObject
) -> None:
    word = plain(name)
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(word) - 1))
        kind = data.draw(st.sampled_from(["drop", "add", "change", "swap"]))
        letter = data.draw(LETTERS)
        word = {
            "drop": word[:at] + word[at + 1 :],
            "add": word[:at] + letter + word[at:],
            "change": word[:at] + letter + word[at + 1 :],
            "swap": word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
        }[kind]
    assume(slips(word, plain(name)) <= 2)  # a swap beside another slip counts for two
    read = FORMULARY.read(word)
    assert read.drugs or read.doubt is Doubt.UNCLEAR or squeezed(word) in OTHER


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    read = FORMULARY.read(text)
    assert read.is_told or read.doubt is not None


@given(st.text(LETTERS, max_size=8), st.text(LETTERS, max_size=8))
def test_slips_are_counted_alike_from_both_sides(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one) <= max(len(one), len(other))
