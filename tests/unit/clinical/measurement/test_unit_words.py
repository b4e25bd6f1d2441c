"""Units as laboratories of many countries write them: the right unit, or none."""

from __future__ import annotations

import pytest

from service.clinical.measurement.analytes import ANALYTES

READ = {
    "platelets": {
        "10*3/uL": (
            "THOUS/MCL | thous/mcl | Thous/uL | 10+3/ul | 10+3/uL | x10E3/uL | X10E3/UL | x10e3/ul | K/mm3 | k/mm^3 | thousand/uL |"
            " THOUSAND/UL | Thou/cmm | thou/cu mm | 10^3/mm^3 | 10³/mm³ | 10³/µl | 10^3 / µL | x 10^3/uL | X 10^3/UL | x10³/μL | 10**3/uL |"
            " 10*3/MCL | 10^3/mcL | 10(3)/uL | x10(3)/mcL | 10^(3)/uL | 10x3/uL | 10X3/UL | 10exp3/uL | 10e+3/uL | 1E3/uL | E3/uL | e3/ul |"
            " 10.e3/uL | K/CUMM | K/cmm | K/MCL | K/microL | K per uL | K/cu.mm | K/cu-mm | 10*3.uL-1 | 10^3 µL-1 | 10³·µL⁻¹ |"
            " 10*3/uL. | (10^3/uL) | [10*3/uL] | 10^3 cells/uL | 10*3{cells}/uL | 10*3/uL{cells} | thousand cells/uL | cells x 10^3/uL |"
            " cellsx10^3/µL | Tsd./µl | Tsd/ul | tsd./mm³ | Tausend/µl | mille/mm3 | milliers/mm³ | miles/mm3 | miles/µL | migliaia/mmc |"
            " 10^3/mmc | milhares/mm3 | duizend/µl | tys./µl | tys/mm3 | tis./µl | ezer/µl | bin/µL | mii/µl | mii/mmc | ribu/uL | тыс/мкл |"
            " тыс./мкл | тис/мкл | 10^3/мкл | 千/μL | 千/μｌ | 천/μL | x1000/uL | X1000/MM3 | 1000/uL | x 1000/µl | 10＾3/µL |"
            " bın/µL | BİN/µL | milles/mm3 | mila/mm3 | K/uL (calc) | １０＾３／μＬ | 10^3/㎕ | 10^3∕µL | 10^3⁄µL | TH/UL | thsd/uL | 10*3/cumm | 10^3 / cubic mm"
        ),
        "10*9/L": (
            "10*9/L{Platelets} | bil/L | 10^9/L | 10*9/l | 10**9/L | 10⁹/L | ×10⁹/L | x 10⁹/l | × 10⁹ / L | 10+9/L | x10E9/L | E9/L | 10e9/l | 1e9/L | 10.e9/L | 10(9)/L | G/L | G/l | Gpt/l | GPt/L |"
            " Giga/L | giga/l | Mrd/l | Mrd./L | Mrd/L | mld/l | mlrd/l | млрд/л | 10^9/л | *10^9/л | milliards/L | billion/L | billions/L | /nL | /nl |"
            " cells/nL | 1/nl | Zellen/nl | 10^9 cells/L | 10*9{cells}/L | 10^9 L-1 | 10*9.L-1 | 10⁹ L⁻¹ | 10^9 per L | 10^9/litre | 10^9/ℓ | 10^6/mL | x10^6/ml"
        ),
        "10*4/uL": "10＾4/μl | 10^4/μL | 10*4/uL | ×10⁴/μL | x10^4/µl | 万/μL | 万/μl | 萬/µL | 만/μL | 万/mm3 | 10^4/mm³ | 10E4/uL",
        "/uL": (
            "/uL | /µl | /μL | /mcL | /MCL | /mm3 | /mm³ | /cumm | /cmm | /cu mm | cells/uL | cells/mcL | cells/mm3 | Cells/cumm | cell/µl | {cells}/uL |"
            " #/uL | {#}/uL | no/cumm | Nos/cmm | Zellen/µl | células/mm3 | cellules/mm3 | кл/мкл | 個/μL | 개/μL | 1/uL | /mmc | cells per uL | /μℓ | 个/μL"
        ),
        "10*6/L": "10^6/L | x10^6/L | 10⁶/l | 10E6/L | million/L | mln/l",
        "lakh/mm3": "lakh/cumm | lakhs/cu.mm | Lacs/cumm | lakh/µL | lac/cmm",
    },
    "wbc": {
        "10*3/uL": "THOUS/MCL | 10+3/ul | K/uL | x10E3/uL | Tsd./µl | 10^3/mm^3 | thousand/uL | тыс/мкл",
        "10*9/L": "G/l | Gpt/l | /nl | Mrd/l | 10^9/L | ×10⁹/L",
        "/uL": "/mm3 | cells/cumm | /μL | 個/μL",
    },
    "neutrophils": {"10*3/uL": "10+3/ul | Thou/cmm | K/mm3", "10*9/L": "G/l | Mrd/l", "/uL": "cells/uL | /mm³"},
    "ast": {
        "U/L": (
            "j.m./L | U/L | u/l | IU/L | iu/l | I.U./L | UI/L | UI/l | U.I./L | U/ℓ | units/L | Units/liter | E/l | IE/l | Ед/л | МЕ/л | mU/mL | IU/L/37℃ | IU/L(37℃) | U/L 37°C |"
            " U/L(37C) | IU/L @37C | U/L IFCC | U/l (IFCC) | IU/L/37C | U/L JSCC | U per L | U·L⁻¹ | IU.L-1 | U / L"
        ),
        "ukat/L": "µkat/L | ukat/l | μkat/L | мккат/л | µkat/l",
        "nkat/L": "nkat/L | nkat/l",
    },
    "ldh": {"U/L": "IU/L/37℃ | U/L 37°C | IU/l | E/L", "ukat/L": "µkat/l"},
    "alt": {"U/L": "IU/L/37℃ | UI/L"},
    "esr": {
        "mm/h": (
            "mm/h | mm/hr | mm/hr. | mm/Hr | MM/HR | mm/hrs | mm/hour | mm / h | mm/1h | mm/1 h | mm/1.h | mm/1st hr | mm/1st hour | mm/first hour | mm/60 min | mm/(h) |"
            " mm/Std | mm/Std. | mm/1. Std. | mm/heure | mm/hora | mm/1ª hora | mm/ora | mm/godz. | mm/hod | мм/ч | мм/час | mm/時 | mm/1時間 | mm/saat | mm/uur | ㎜/h |"
            " mm per hour | mm/h (Westergren) | mm/hr Westergren | mm h-1 | mm·h⁻¹ | mm (1h) | mm 1h | mm in 1h"
        ),
        "mm": "mm | MM",
    },
    "hemoglobin": {
        "g/dL": (
            "g/dL | G/DL | gr/dL | gr./dl | gm/dL | gms/dL | GM/DL | gm% | g% | gms % | gm/100mL | g/100 ml | g/100ml | г/дл | g/㎗ | gm per dL | grams/dL | g·dL⁻¹ | g.dL-1 | g dL-1 | g/dl."
        ),
        "g/L": "g/L | g/l | gm/L | г/л | g/litre | grams/liter | g L-1",
        "mmol/L": "mmol/L | mmol/l | MMOL/L | ммоль/л | mmoles/L",
    },
    "triglycerides": {
        "mg/dL": "mg/dL (calc) | mg/dL | MG/DL | mgms/dL | mgm/dl | mgs/dL | mg% | mg % | mgs% | mg/100mL | mg/100 mL | ㎎/㎗ | мг/дл | milligrams/dL | mg.dL-1",
        "mmol/L": "mmol/L | mmol/l | mM | mM/L | mmol.L-1 | ммоль/л | mmols/L",
        "g/L": "g/L | g/l | gr/L",
    },
    "fibrinogen": {
        "mg/dL": "mg/dL (Clauss) | mgms/dL | mg% | mg/dl | мг/дл | MG/DL",
        "g/L": "g/L (Clauss) | gr/L | g/l | gm/L | г/л",
        "umol/L": "µmol/L | мкмоль/л",
    },
    "crp": {
        "mg/L": "mg/L | mg/l | MG/L | мг/л | mgs/L | mg/litre | mg·L⁻¹",
        "mg/dL": "mg/dL | mg% | mgms/dL",
        "ug/mL": "µg/mL | mcg/ml | мкг/мл",
    },
    "ferritin": {
        "ng/mL": "ng/mL (ECLIA) | ng/mL{serum} | ng/ml serum | 纳克/毫升 | ng/mL | NG/ML | ng/ml | ngm/mL | нг/мл | ng/cc | nanograms/mL | ng per mL | ng·mL⁻¹",
        "ug/L": "mikrog/l | µg/L | μg/l | mcg/L | MCG/L | UG/L | мкг/л | mkg/l | microgram/L | micrograms/litre | ug/L.",
        "pmol/L": "pmol/L | PMOL/L | пмоль/л",
        "nmol/L": "nmol/L | nmol/l | нмоль/л",
    },
    "d_dimer": {
        "mg/L{FEU}": "mg/L (FEU) | mg/L FEU | mg/l{FEU} | mg FEU/L | mg/L (feu) | mg/L-FEU | mg/L FEUs | mg/L fibrinogen equivalent units",
        "ug/mL{FEU}": "ug/mL FEU | µg/ml FEU | mcg/mL (FEU) | μgFEU/mL | ug/mL[FEU] | ug/mL_FEU",
        "ng/mL{FEU}": "ng/mL FEU | ng/mL (FEU) | NG/ML FEU",
        "ug/L{FEU}": "µg/L FEU | ug/L (FEU) | mcg/L FEU",
        "ng/mL{DDU}": "ng/mL DDU | ng/mL D-DU | ng/mL (DDU) | NG/ML DDU",
        "ug/L{DDU}": "ug/L{DDU} | µg/L DDU | ug/L (D-DU)",
        "ug/mL{DDU}": "ug/mL{DDU} | µg/mL DDU | mcg/mL DDU",
        "mg/L{DDU}": "mg/L DDU | mg/L (DDU)",
    },
    "scd25": {"U/mL": "U/mL | U/ml | IU/mL | IE/ml | units/mL | UI/mL | Ед/мл", "kU/L": "kU/L | KU/L", "pg/mL": "pg/ml | пг/мл"},
    "temperature": {
        "Cel": "°C | C | ℃ | deg C | Grad C | C° | °Celsius | degrees C. | deg. C",
        "[degF]": "°F | F | ℉ | deg F | F°",
    },
    "spleen_below_costal_margin": {"cm": "cm | cms | CM | ㎝", "mm": "mm"},
}  # fmt: skip
REFUSED = {
    "platelets": (
        "M/uL | MM/uL | T/uL | mil/uL | mil/mm3 | mill/uL | bill/L | 109/L | 10 9/L | 103/uL | 10 3/uL | x103/uL | 10-3/uL | x10-3/uL | 10^-3/uL | 10*8/L | 10^3 | 10^3/L | K | K/L |"
            " g/L | g/l | G/dL | %| /HPF | /cm3 | cells | 10.3/uL | 10.00/uL | K/uL? | K/uL (estimated) | 10^3/uL/37C | 10^3 wbc/uL | lakh | 10^9 | 10^9/kg | 10*3/uL mg | 10^99/L | 万 | x | uL | /"
    ),
    "wbc": "lakhs/cumm | 10*4/uL | % | % of WBC | /100 WBC | 10*3",
    "ast": "U | IU | U/L 25°C | U/L (30C) | U/L/25C | U/L/30℃ | U/dL | kU/L | units | units/mL | U/L mg | 37C | Karmen | mg/L",
    "esr": "mm/2h | mm/2 h | mm/15min | mm/30 min | mm/min | cm/h | m/h | mm/h (Wintrobe) | mm/h 37C | h | /h",
    "hemoglobin": "g | gm | % | mg/dL | g/mL | g/L/dL | G/L | vol% | g/100g | grain/dL | mmol",
    "fibrinogen": "G/L | U/L | % | mg | mg/mL | g/dL FEU",
    "crp": "mmol/L | mg | mg/L FEU | mg/kg | titer | titre | mg/L 37C",
    "ferritin": "mg/L | mg/dL | g/L | ng/dL | ng | ng/L | U/mL | ng/mL FEU | ng/mL (IU)",
    "d_dimer": "mg/L | ug/mL | ng/mL | µg/L | mg/L FEU DDU | mg/L (XYZ) | FEU | DDU | FEU/mL | ug/L{EU}",
    "triglycerides": "mEq/L | mg | M | MM/h | mmol | mg/kg",
    "temperature": "Kelvin | º | degrees | cel/L | R",
    "scd25": "units/L | U/L | kU/mL | mU/mL",
}  # fmt: skip
READINGS = [
    (key, text.strip(), code)
    for key, codes in READ.items()
    for code, texts in codes.items()
    for text in texts.split(" | ")
]
REFUSALS = [
    pytest.param(key, text.strip(), id=f"{key}: {text.strip()}")
    for key, texts in REFUSED.items()
    for text in texts.split("|")
]


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(READINGS) > 350
    assert len(REFUSALS) > 100


@pytest.mark.parametrize("key", sorted({key for key, _, _ in READINGS}))
def test_a_spelling_is_read_as_its_unit(key: str) -> None:
    spelled = [(text, code) for analyte, text, code in READINGS if analyte == key]
    found = [(text, ANALYTES[key].table.find(text)) for text, _ in spelled]
    assert [(text, unit and unit.code) for text, unit in found] == spelled


@pytest.mark.parametrize(("key", "text"), REFUSALS)
def test_a_spelling_that_could_mean_another_unit_is_not_read(key: str, text: str) -> None:
    assert ANALYTES[key].table.find(text) is None
