"""What a test is called, in many laboratories and languages: for caution alone."""

import pytest

from service.ehr.terminology.code_file import load_codes
from service.ehr.terminology.naming import LONGEST_TEST_NAME, Naming

NAMING = load_codes().naming
NAMES = {
    "ferritin": (
        "Ferritin|FERR|Ferritine|ferritina sérica|フェリチン|Serumferritin|S-Ferritin|Ferritin, Serum (ng/mL)|FERRITIN_S|"
        "ＦＥＲＲＩＴＩＮ|ферритин|铁蛋白|血清铁蛋白|페리틴|Feritin|Fer\u00adritin|Ferritin index|Ferritin [Mass/volume] in Serum"
    ),
    "platelets": (
        "Thrombozyten|PLT|Plaquettes|Thrombozytenzahl|Plaquetas|Blutplättchen|血小板数|Trombocytter|PLT COUNT|Plt Ct|"
        "Platelet estimate|Płytki krwi|piastrine|Platelets [#/volume] in Blood by Automated count"
    ),
    "ast": "ASAT|GOT|AST|AST (SGOT)|Aspartate transaminase|Aspartat-Aminotransferase|АСТ",
    "fibrinogen": "Fibrinogène|Fibrinogen (Clauss)|Fibrinogeno|Фибриноген|FIB|フィブリノゲン|纤维蛋白原",
    "triglycerides": "Triglyceride|TG|Triglycéridos|Triglyzeride|Trigliceridi|中性脂肪|甘油三酯|TRIG",
    "hemoglobin": "Hb|HGB|Hämoglobin|Haemoglobin|Emoglobina|Hemoglobin [Mass/volume] in Arterial blood|Гемоглобин",
    "wbc": "WBC|White Blood Cell Count|Leukozyten|Leucocitos|白血球数",
    "neutrophils": "ANC|Neutrophils Abs|Segmented neutrophils|Neutrófilos",
    "ldh": "LDH|Laktat-Dehydrogenase|Lactate dehydrogenase",
    "scd25": "sIL-2R|Soluble IL-2 receptor|sCD25",
    "temperature": "Body temperature|Körpertemperatur|Temp|体温",
}
OTHERS = (
    "Transferrin|Transferrin saturation|sTfR/ferritin index|MPV|Mean platelet volume|Thrombozyten-Antikörper|"
    "Platelet mean volume [Entitic volume] in Blood|PDW|HbA1c|Hemoglobin A1c|Hemoglobin A1c/Hemoglobin.total in Blood|"
    "Glycated hemoglobin|ヘモグロビンA1c|糖化血红蛋白|转铁蛋白|Troponin T|Fasting glucose|Creatinine|MCH|MCHC|Plateletcrit|"
    "Erythrocyte mean corpuscular hemoglobin [Entitic mass]|Platelet antibody|AST/ALT ratio|De Ritis ratio (AST/ALT)|"
    "APRI (AST to Platelet Ratio Index)|Neutrophil/lymphocyte ratio|Neutrophils/100 leukocytes in Blood|NEUT%|"
    "Carboxyhemoglobin/Hemoglobin.total|Leukocyte esterase|Immature platelet fraction|Methemoglobin|Potassium|"
    "Albumin|Vitamin B12|Haptoglobin|Myoglobin|Antistreptolysin (AST)|Thyroglobulin (TG)|Hemoglobin F|"
    "FIB-4|FIB-4 index|PLT morph|Plt Morphology|WBC Morphology|WBC differential|Hb electrophoresis|Retic-Hb|Hb A2|"
    "Temperature source|Body temperature site|Temp method|Neutrophil oxidative burst|Tg-Ab|"
    "TG/HDL ratio|TG/HDL-C|Triglycerides/HDL|GOT/GPT|AST/ALT|AST:ALT|ALT/AST|Ferritin/CRP|CRP/Albumin ratio|LDH/CRP|"
    "Fibrinogen/Albumin|TG/Glukose Index|Temperatur Inkubator|Incubator temperature|Temperatur Kühlschrank|Fridge temp|"
    "Ambient temperature|Warmer temperature|Temp Brutkasten|Temperature of sample|HB Ab|HB s Ag|HB core|TG-Ak|ALT Ak|"
    "HB-Vakzine|Hb F|Hb S|Hämoglobin A2|Freies Hämoglobin|Retikulozyten-Hb|Hb-Elektrophorese|Platelets in plasma bag"
)
IN_OTHER_SPECIMENS = (
    "Urine leukocytes|Leukocytes [#/area] in Urine sediment|Hemoglobin [Presence] in Urine|CSF ferritin|"
    "Hämoglobin im Stuhl|Hb im Stuhl|Stuhl Hämoglobin|Fecal hemoglobin|iFOBT Hb|LDH Pleurapunktat|AST (Pleura)"
)
NO_NAMES = ["", "Result", "Lab result", "12", "R1", "Serum", "फेरिटिन", "Ferritin " * LONGEST_TEST_NAME]


@pytest.mark.parametrize(("test", "name"), [(test, name) for test, names in NAMES.items() for name in names.split("|")])
def test_a_name_of_a_test_is_known(test: str, name: str) -> None:
    assert test in NAMING.named([name]).tests


STILL = (
    "GOT/AST|GPT (ALT)|AST (GOT)|ASAT/SGOT|Hb/Hgb|Hämoglobin im Blut|Hb/Hkt|CRP/hsCRP|WBC/Leuko|Ferritin/Serum|Temp (Ohr)|"
    "Fibrinogen/Clauss|Temperatur Patient|Ferritin, plasma|Leukocytes: neutrophils"
)


@pytest.mark.parametrize("name", STILL.split("|"))
def test_two_names_of_one_test_are_no_quotient(name: str) -> None:
    assert NAMING.named([name]).tests


@pytest.mark.parametrize("name", OTHERS.split("|"))
def test_a_name_of_another_test_is_told_apart(name: str) -> None:
    assert NAMING.named([name]) == (frozenset(), True)


@pytest.mark.parametrize("name", IN_OTHER_SPECIMENS.split("|"))
def test_a_name_of_another_specimen_is_of_no_test_of_blood(name: str) -> None:
    assert load_codes().named([("https://lab.example", "1")], [name]) == (frozenset(), True)


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_text_that_names_nothing_may_be_any_test(name: str) -> None:
    assert NAMING.named([name]) == (frozenset(), False)


def test_of_several_names_each_counts() -> None:
    assert NAMING.named(["Glucose", "PLT"]).tests == {"platelets"}
    assert NAMING.named(["x1", "", "Glucose"]) == (frozenset(), True)


def test_words_without_parts_and_parts_without_words() -> None:
    assert Naming({("ferr",): "ferritin"}, {}).named(["FERR"]).tests == {"ferritin"}
    assert Naming({}, {"ferritin": "ferritin"}).named(["Serumferritin"]).tests == {"ferritin"}
    assert (Naming({("ferr",): "ferritin"}, {}) | Naming({("ferr",): "other"}, {})).named(["FERR"]).tests == frozenset()
