"""Names of drugs in free text are found whatever the width of their letters, in time by its length."""

from service.clinical.therapies import names_in_text


def test_letters_of_full_width_are_folded_in_words_of_any_length() -> None:
    assert names_in_text._folded("Ａctemra") == "actemra"
    assert names_in_text._folded("Ａ" * 300) == "a" * 300
