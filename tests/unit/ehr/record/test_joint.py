"""What several results of one moment say together."""

from decimal import Decimal

from tests.support.reading import keys, read, values
from tests.support.records import FERRITIN, PLATELETS, observation


def test_two_values_of_one_moment_leave_what_lies_between_them() -> None:
    low, high = observation(PLATELETS, 95, "10*9/L"), observation(PLATELETS, 190000, "/uL")
    reading = read([high, low]).panel.readings["platelets"]
    assert (reading.interval.low, reading.interval.high, reading.reported) == (95, 190, "95 to 190 10*9/L")
    assert keys([low, high]) == ["tied"]
    above = observation(PLATELETS, valueQuantity={"value": Decimal(150), "unit": "10*9/L", "comparator": ">"})
    assert read([low, above]).panel.readings["platelets"].interval.high_open


def test_the_same_value_twice_is_one_value() -> None:
    both = [observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, 700, "ug/L", id="second")]
    assert (values(both), keys(both)) == ({"ferritin": 700}, [])
    assert [source for _, source in read(both).basis] == ["Observation/o-2276-4", "Observation/second"]


def test_a_measurement_outweighs_a_word_of_the_same_moment() -> None:
    word = observation(FERRITIN, interpretation=[{"text": "H"}])
    assert values([word, observation(FERRITIN, 300, "ng/mL")]) == {"ferritin": 300}
    words = [word, observation(FERRITIN, interpretation=[{"text": "HH"}])]
    assert read(words).panel.readings["ferritin"].evidence.value == "implied"
    assert "tied" not in keys(words)


def test_activities_in_mass_units_of_one_moment_stay_unknown() -> None:
    both = [observation("76039-7", 5000, "pg/mL"), observation("76039-7", 4000, "pg/mL")]
    assert read(both).panel.readings["scd25"].evidence.value == "unknown"
