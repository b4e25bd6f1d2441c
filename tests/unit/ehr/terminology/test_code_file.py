"""The map of codes with a site's own file on top; a slip in it stops the start."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.clinical.data.toml_reader import BadData
from service.clinical.measurement.interval import INFINITY
from service.ehr.fhir.record import read_request
from service.ehr.terminology.code_file import TABLES, load_codes
from service.server.settings import Settings
from tests.support.records import FERRITIN, LOINC, TEMPERATURE, bundle, condition, drug, observation


def test_a_local_code_and_a_unit_of_the_site(tmp_path: Any) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        '[[results]]\nsystem = "https://lab.example"\ncode = "PLT"\nobservation = "platelets"\nunit = "10*9/L"\n'
        '[[conditions]]\nsystem = "https://lab.example"\ncodes = ["SJ"]\ncondition = "sjia"\n'
        '[[drugs]]\nsystem = "https://lab.example"\ncode = "77"\nname = "anakinra"\n'
        '[brands]\nanakinra = ["Kinerix"]\n[words]\nH = ["hoch"]\n'
        '[prefetch]\nlabs = "Observation?patient={{context.patientId}}&code={codes}"\n'
    )
    codes = load_codes(str(site))
    local = {"coding": [{"system": "https://lab.example", "code": "PLT"}]}
    made = bundle(
        observation("x", 95, code=local),
        condition("SJ", "https://lab.example"),
        drug(concept={"coding": [{"system": "https://lab.example", "code": "77"}]}),
        observation(FERRITIN, valueString="Hoch"),
        observation(TEMPERATURE, 39, "Cel"),
    )
    record = read_request(made, codes)
    assert {key: reading.reported for key, reading in record.panel.readings.items()} == {
        "platelets": "95 10*9/L",
        "ferritin": "H",
        "temperature": "39 Cel",
    }
    assert (record.panel.condition, [medication.name for medication in record.panel.medications]) == (
        "sjia",
        ["anakinra"],
    )
    assert codes.templates["labs"].endswith(",https://lab.example|PLT")
    assert codes.templates["patient"] == "Patient/{{context.patientId}}"
    assert LOINC not in codes.templates["labs"]


BROKEN = {
    "not toml": "[[results",
    "unknown table": "[tables]\n",
    "a table instead of a list": "[results]\n",
    "unknown key": '[[results]]\ncode = "x"\nobservation = "ferritin"\nunits = "g"\n',
    "unknown observation": '[[results]]\ncode = "x"\nobservation = "feritin"\n',
    "unknown unit": '[[results]]\ncode = "x"\nobservation = "ferritin"\nunit = "furlong"\n',
    "unknown finding": '[[results]]\ncode = "x"\nobservation = "ferritin"\nfinding = "luck"\n',
    "unknown condition": '[[conditions]]\nsystem = "icd-10"\ncodes = ["X"]\ncondition = "gout"\n',
    "unknown drug": '[[drugs]]\nsystem = "s"\ncode = "1"\nname = "aspirin"\n',
    "brand of an unknown drug": '[brands]\naspirin = ["Aspro"]\n',
    "a brand that is another drug already": '[brands]\nanakinra = ["Actemra"]\n',
    "word that is no code": '[words]\nX = ["strange"]\n',
    "an end of the scale that is none": '[off_scale]\nbeside = [">"]\n',
    "a specimen of no system": '[[other_specimens]]\ncodes = ["U1"]\n',
    "one specimen in place of a list": '[[other_specimens]]\nsystem = "s"\ncodes = "U1"\n',
    "a table of specimens in place of a list": '[other_specimens]\nsystem = "s"\ncodes = ["U1"]\n',
    "a specimen by its word among the codes": '[[other_specimens]]\nsystem = "s"\ncodes = []\nwords = ["urine"]\n',
    "words of blood": '[specimen_words]\nblood = ["serum"]\n',
    "two words, which would never be found": '[specimen_words]\nother = ["joint fluid"]\n',
    "a word that is none": '[specimen_words]\nother = ["24"]\n',
    "unknown prefetch key": '[prefetch]\nlaboratory = "Observation?patient=1"\n',
    "no query": '[prefetch]\nlabs = "everything please"\n',
    "a token of today": '[prefetch]\nlabs = "Observation?date=ge{{today()}}"\n',
    "a parameter twice": '[prefetch]\nlabs = "Observation?date=ge2026&date=le2027"\n',
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_slip_in_the_sites_codes_stops_the_start(tmp_path: Any, text: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text(text)
    with pytest.raises(BadData, match=r"site\.toml"):
        create_app(Settings(code_map_file=str(path)))


def test_the_manual_shows_every_table_of_a_sites_codes(tmp_path: Any) -> None:
    manual = (Path(__file__).parents[4] / "docs" / "ehr.md").read_text(encoding="utf-8")
    shown = "".join(re.findall(r"```toml\n(.*?)```", manual, re.DOTALL))
    assert set(tomllib.loads(shown)) == set(TABLES)
    path = tmp_path / "site.toml"
    path.write_text(shown, encoding="utf-8")
    codes = load_codes(str(path))
    assert (codes.off_scale[">>"], codes.off_scale[">"], codes.word("Erhöht")) == ("above", "above", "H")


def test_a_sites_flag_makes_a_number_the_end_of_the_scale(tmp_path: Any) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[off_scale]\nabove = ["OFFH"]\n', encoding="utf-8")
    flag = [{"coding": [{"code": "OFFH"}]}]
    sent = observation(FERRITIN, 7000, "ng/mL", interpretation=flag)
    for codes, end in ((load_codes(), 7000), (load_codes(str(path)), INFINITY)):
        assert read_request(sent, codes).panel.readings["ferritin"].interval.high == end


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Any) -> None:
    with pytest.raises(BadData, match="cannot be read"):
        create_app(Settings(code_map_file=str(tmp_path / "none.toml")))


def with_codes(tmp_path: Any, text: str) -> Any:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return load_codes(str(path))


JLAC10 = "urn:oid:1.2.392.200119.4.504"


def test_a_beginning_of_a_code_stands_for_all_that_begin_so_and_the_longest_counts(tmp_path: Any) -> None:
    codes = with_codes(
        tmp_path,
        f'[[results]]\nsystem = "{JLAC10}"\ncode = "3F050*"\nobservation = "triglycerides"\n'
        f'[[results]]\nsystem = "{JLAC10}"\ncode = "3F05099*"\nobservation = "ferritin"\n'
        f'[[results]]\nsystem = "{JLAC10}"\ncode = "3F0509912"\nobservation = "crp"\n'
        f'[[refused]]\nsystem = "{JLAC10}"\ncodes = ["3F0507*"]\nobservation = "triglycerides"\nreason = "Not ours."\n',
    )

    def meant(code: str, system: str = JLAC10) -> str:
        found = codes.known([(system, code)])
        return found[0].refuse or found[0].observation if found else ""

    assert meant("3F050000002327101") == meant("3F050") == meant("3F050", "1.2.392.200119.4.504") == "triglycerides"
    assert (meant("3F0509900002327"), meant("3F0509912"), meant("3F0507000")) == ("ferritin", "crp", "Not ours.")
    assert (
        meant("3F05") == meant("3f050000") == meant("3F050", "https://lab.example") == meant("3F050" + "0" * 60) == ""
    )
    assert "3F05" not in codes.templates["labs"].replace("3F0509912", "")


SLIPS = {
    "a star in the middle": ("3F*50", "at the end"),
    "two stars": ("3F05**", "at the end"),
    "a star alone": ("*", "at least 2"),
    "a beginning of one character": ("3*", "at least 2"),
    "a code that is never looked up": ("3" * 65, "longer than 64"),
}


@pytest.mark.parametrize(("code", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_the_beginning_of_a_code_is_told(tmp_path: Any, code: str, said: str) -> None:
    with pytest.raises(BadData, match=said):
        with_codes(tmp_path, f'[[results]]\nsystem = "{JLAC10}"\ncode = "{code}"\nobservation = "ferritin"\n')


def test_codes_without_a_meaning_in_their_beginnings_have_none(tmp_path: Any) -> None:
    for system in ("http://loinc.org", "SCT"):
        with pytest.raises(BadData, match="no meaning in their beginnings"):
            with_codes(tmp_path, f'[[results]]\nsystem = "{system}"\ncode = "22*"\nobservation = "ferritin"\n')


NAMES_AMISS = {
    "is_other that is no choice": '[[refused]]\ncodes = ["1"]\nobservation = "crp"\nreason = "x"\nis_other = "yes"\n',
    "a name without a word": '[test_words]\nferritin = ["..."]\n',
    "a name of too many words": '[test_words]\nferritin = ["a b c d e f g h i"]\n',
    "a part of two words": '[test_parts]\nferritin = ["serum ferritin"]\n',
    "a name of no test": '[test_words]\ntransferrin = ["trf"]\n',
    "a report of blood": "[other_reports]\nblood = []\n",
}


@pytest.mark.parametrize("text", NAMES_AMISS.values(), ids=NAMES_AMISS)
def test_a_slip_in_the_names_of_tests_is_told(tmp_path: Any, text: str) -> None:
    with pytest.raises(BadData, match=r"site\.toml"):
        with_codes(tmp_path, text)
