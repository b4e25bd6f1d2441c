"""What a record says many times is looked up once, and means the same each time."""

from unittest.mock import Mock

import pytest

from service.ehr.issues import Unusable
from service.ehr.terminology import naming
from service.ehr.terminology.code_file import load_codes
from service.ehr.terminology.code_map import Lookup
from tests.support.reading import read
from tests.support.records import bundle, observation

CODES = load_codes()
LOCAL = [("https://lab.example", "77")]


def test_a_name_is_cut_into_words_once_however_many_results_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Mock(side_effect=naming.tokens_of)
    monkeypatch.setattr(naming, "tokens_of", counted)
    unknown = {"coding": [{"system": "https://lab.example", "code": "77"}], "text": "Ferritin (new)"}
    few, many = (bundle(*(observation("77", 1, code=unknown, id=f"o{at}") for at in range(size))) for size in (1, 40))
    read(few)
    once = counted.call_count
    assert once > 0
    read(many)
    assert counted.call_count == 2 * once


def test_what_is_looked_up_is_what_the_map_says() -> None:
    lookup = Lookup(CODES)
    for _ in range(2):
        assert lookup.named(LOCAL, ("Ferritin", "", "Ferritin")) == CODES.named(LOCAL, ("Ferritin",))
        assert lookup.known([("loinc", "2276-4")]) == CODES.known([("loinc", "2276-4")])
        assert lookup.meaning(LOCAL) is None


def test_a_code_that_must_not_be_used_is_refused_each_time() -> None:
    lookup = Lookup(CODES)
    refused = next(key for key, meaning in CODES.results.items() if meaning.refuse)
    for _ in range(2):
        with pytest.raises(Unusable):
            lookup.meaning([refused])
    with pytest.raises(Unusable):
        lookup.meaning([("loinc", "2276-4"), ("loinc", "777-3")])
    assert lookup.codes is CODES
