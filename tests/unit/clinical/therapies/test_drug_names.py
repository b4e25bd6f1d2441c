"""What names and codes of drugs mean: known, of a class, near a known one, nothing definite, another drug, or not known."""

import time

import pytest

from service.clinical.data.toml_reader import BadData
from service.clinical.measurement.limits import LONGEST_NAME
from service.clinical.therapies.drug_list import THERAPIES, WORDS
from service.clinical.therapies.drug_names import FORMULARY, Doubt, DrugReading, Formulary

KNOWN = {
    "tocilizumab": """
        tocilizumab | TOCILIZUMAB | Tocilizumabum | tocilizumabe | Tocilizumabas | тоцилизумаб | Актемра | TCZ | tcz iv | Toci | MRA
        Actemra | aktemra | Ro-Actemra | RoActemra® 20 mg/ml | ACTEMRA ACTPEN 162 MG/0.9 ML | Tyenne | Tofidence | Avtozma
        tocilizumab-aazg 162 mg/0.9 mL | tocilizumab-anoh | Tocilizumab biosimilar | Tocilizumab-Gabe | Tocilizumabgabe | TOCI LIZUMAB
        a-c-t-e-m-r-a | ＡＣＴＥＭＲＡ | Ac\u00adtemra | Actemra\u200b | Tocilizumab i.v. 8 mg/kg q2w | 162mg tocilizumab162mg
        tosilizumab | アクテムラ皮下注162mg | トシリズマブ（遺伝子組換え） | 托珠单抗注射液 | 토실리주맙주 | אקטמרה
        L04AC07 | l04ac07 | ATC: L04AC07 | 612865 | RxNorm 612865 | rxcui:612865 | http://www.nlm.nih.gov/research/umls/rxnorm/612865
        not on tocilizumab | allergic to tocilizumab | tocilizumab stopped 2024 | kein Tocilizumab | IL-6 inhibitor (Actemra)
        Trial: tocilizumab vs placebo | tocilizumab, IV""",
    "sarilumab": "sarilumab | Kevzara 200mg/1.14ml pen | REGN88 | 1923319 | L04AC14 | сарилумаб",
    "siltuximab": "Siltuximab | Sylvant | Silvant | siltuksimabi | L04AC11 | CNTO 328",
    "satralizumab": "satralizumab-mwge | Enspryng | L04AC19",
    "olokizumab": "olokizumab | Artlegia | L04AC23 | олокизумаб",
    "levilimab": "levilimab | Ilsira | L04AC25 | BCD-089",
    "sirukumab": "sirukumab | L04AC15",
    "clazakizumab": "clazakizumab",
    "ziltivekimab": "ziltivekimab",
    "anakinra": "anakinra | Anakinrum | Kineret | Kinneret | L04AC03 | 72435 | анакинра | Anakinratherapie",
    "canakinumab": "canakinumab | Ilaris 150 | Ilarys | kanakinumab | L04AC08",
    "rilonacept": "rilonacept | Arcalyst | 763450",
    "goflikicept": "goflikicept | L04AC26",
    "prednisone": "prednisone | Prednison | prednisona | prednizon | Decortin | преднизон",
    "prednisolone": "prednisolone sodium phosphate | Prednisolon | Prednisolontabletten | prednizolon | Decortin H 5 mg | Orapred",
    "methylprednisolone": """methylprednisolone | Methylprednisolon | metilprednisolona | metylprednisolon | Medrol | Solu-Medrol
        solu medrol | SOLUMEDROL | Urbason | MEDROL DOSEPAK | IVMP""",
    "dexamethasone": "dexamethasone | Dexametason | deksametazon | deksametazonu | Desametasone | Decadron",
    "hydrocortisone": "hydrocortisone | Hydrocortison | Hidrokortizon | IDROCORTISONE | Solu-Cortef",
    "triamcinolone": "triamcinolone acetonide | Triamcinolonacetonid | H02AB08",
    "cortisone acetate": "cortisone | Cortisone acetate | H02AB10",
    "vamorolone": "vamorolone | H02AB18",
    "ruxolitinib": "ruxolitinib | Jakafi | Jakavi | ruksolitynib",
    "tofacitinib": "tofacitinib citrate | Xeljanz | L04AA29",
    "baricitinib": "baricitinib | Olumiant 4mg | L04AA37 | L04AF02",
    "upadacitinib": "upadacitinib | Rinvoq",
    "filgotinib": "filgotinib | Jyseleca",
    "peficitinib": "peficitinib | L04AF06",
    "ritlecitinib": "ritlecitinib | L04AF08",
    "deuruxolitinib": "deuruxolitinib | L04AF09",
    "emapalumab": "emapalumab-lzsg | Gamifant | NI-0501 | L04AG09 | L04AA39 | 2104611 | 2665331",
}
CLASSES = {
    "il6_blockade": """IL-6 inhibitor | anti-IL6 | anti IL-6R | IL6 blocker | IL-6-Hemmer | inhibiteur de l'IL-6 | L04AC | l04ac99 | L04AC27
        interleukin-6 receptor antagonist | Interleukin-6-Rezeptor-Antagonist | inhibidor de la interleucina-6 | IL6R | IL-6 mAb | interleukina 6
        Interleukin 6 Inhibitors [MoA] | il6-blockade | no IL-6 inhibitor | ИЛ-6""",
    "il1_blockade": "IL-1 blocker | interleukin-1 antagonist | anti-IL-1 beta | IL-1 inhibitor",
    "glucocorticoid": "steroids | corticosteroid | Kortison | Cortison | Kortisontherapie | esteroides | corticoïdes | glucocorticoids | H02AB | H02AB99 | steroid pulse",
    "jak_inhibitor": "JAK inhibitor | JAKi | Jak-Hemmer | JAK1/2 inhibitor | L04AF | L01EJ05 | janus kinase inhibitor",
    "emapalumab": "anti-IFN gamma | interferon gamma blocker",
}
NEAR = {
    "tocilizumab": "Toclizumab | Tocilzumab | tocilixumab | tociluzimab | tocilizumap | Actemera | acterma | Aktermra | Actеmra | roactemera | tocili zumbb",
    "sarilumab": "sarilimab | sarilumb",
    "siltuximab": "siltuxmab",
    "anakinra": "Anakira | anakirna | kinret",
    "canakinumab": "canakimumab",
    "prednisolone": "prednisolne",
    "ruxolitinib": "ruxolitnib",
    "emapalumab": "emapalumb | Gamifent",
}
NOTHING_DEFINITE = """
    biologic | Biologika | bDMARD | immunosuppressant | immunosuppressives | unknown | unbekannt | study drug | Studienmedikation | clinical trial drug | see chart | per MAR
    ? | - | yes | x | 162 mg | injection | L04 | L04A | H02 | L04AG | L04AA99 | 999999 | MAS825 | HLH-94 protocol | placebo | stopped | no biologics
    kein Biologikum | biologisches Arzneimittel | Sonstige | Zytokinblocker | cytokine blocker | interleukin | monoclonal antibody | foobamab | xyzcitinib | xyzkinra | n/a | PZN 00123456 | 50242-136-01
    MTX and a biologic | methotrexate, other biologic | лекарство икс | medication"""
OTHER = """
    methotrexate | MTX | Methotrexat 15mg s.c. wöchentlich | ciclosporin | cyclosporine A | tacrolimus | rituximab | infliximab | adalimumab | Humira
    secukinumab | ustekinumab | etanercept | abatacept | hydroxychloroquine | leflunomide | azathioprine | colchicine | IVIG 2 g/kg | etoposide
    paracetamol | acetaminophen 325 MG Oral Tablet | ibuprofen PRN | Novalgin | Uplizna | belimumab | vitamin B12 | vitamin D3 1000 | folic acid
    IL-17 inhibitor | IL-12/23 inhibitor | TNF inhibitor | beta blocker | budesonide | fludrocortisone | inhaled corticosteroids | L04AC05 | N02BE01
    amoxicillin + clavulanate | Метотрексат 10 мг/мл раствор для инъекций | insulin glargine | none | keine | no medication | nil | нет | Medikation: keine
    NDA020503 200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler | methotrexato | Etanercept biosimilar | interferon gamma-1b"""
NOT_KNOWN = "Foobarix | Quuxitol 20 mg | methotrexate, Foobarix | Foo"


def listed(text: str) -> list[str]:
    return [name for line in text.splitlines() for name in map(str.strip, line.split(" | ")) if name]


def pairs(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, meant) for meant, text in table.items() for name in listed(text)]


def generics(reading: DrugReading) -> list[str]:
    return [drug.name for _, drug in reading.drugs]


@pytest.mark.parametrize(("name", "meant"), pairs(KNOWN))
def test_a_known_drug_is_known_by_every_name(name: str, meant: str) -> None:
    reading = FORMULARY.read(name)
    assert (generics(reading), reading.doubt, reading.classes) == ([meant], None, ())


@pytest.mark.parametrize(("name", "therapy"), pairs(CLASSES))
def test_a_word_or_a_code_for_a_class_counts_as_the_class_and_leaves_the_drug_open(name: str, therapy: str) -> None:
    reading = FORMULARY.read(name)
    assert (reading.classes, reading.doubt, reading.drugs) == ((therapy,), Doubt.UNCLEAR, ())


@pytest.mark.parametrize(("name", "meant"), pairs(NEAR))
def test_a_name_near_a_known_one_cannot_be_told_and_the_known_one_is_offered(name: str, meant: str) -> None:
    reading = FORMULARY.read(name)
    assert (reading.doubt, reading.near[0]) == (Doubt.UNCLEAR, meant)
    assert reading.drugs == ()


@pytest.mark.parametrize("name", listed(NOTHING_DEFINITE))
def test_what_names_nothing_definite_cannot_be_told(name: str) -> None:
    reading = FORMULARY.read(name)
    assert (reading.doubt, reading.drugs, reading.classes) == (Doubt.UNCLEAR, (), ())


@pytest.mark.parametrize("name", listed(OTHER))
def test_a_drug_that_is_known_to_change_nothing_is_silent(name: str) -> None:
    reading = FORMULARY.read(name)
    assert (reading.doubt, reading.drugs, reading.classes, reading.is_told) == (None, (), (), True)


@pytest.mark.parametrize("name", listed(NOT_KNOWN))
def test_any_other_name_is_not_known(name: str) -> None:
    reading = FORMULARY.read(name)
    assert (reading.doubt, reading.drugs, reading.near) == (Doubt.NOT_KNOWN, (), ())


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("MTX, Actemra + prednisone", ["tocilizumab", "prednisone"]),
        ("anakinra/tocilizumab", ["anakinra", "tocilizumab"]),
        ("tocilizumab and anakinra", ["tocilizumab", "anakinra"]),
        ("Kineret; Kineret", ["anakinra"]),
        ("アクテムラ・アナキンラ", ["tocilizumab", "anakinra"]),
    ],
)
def test_an_entry_may_hold_several_drugs(entry: str, meant: list[str]) -> None:
    reading = FORMULARY.read(entry)
    assert (sorted(generics(reading)), reading.doubt) == (sorted(meant), None)


def test_what_is_near_is_told_beside_what_is_known() -> None:
    reading = FORMULARY.read("prednisone, Actmra")
    assert (generics(reading), reading.doubt, reading.near) == (["prednisone"], Doubt.UNCLEAR, ("tocilizumab",))


def test_a_name_that_is_broken_up_by_something_else_is_near_itself() -> None:
    assert FORMULARY.read("Tocili 162 zumab").near == ("tocilizumab",)


def test_of_an_entry_that_is_too_long_the_rest_cannot_be_told() -> None:
    long = "methotrexate " + "x" * LONGEST_NAME
    assert FORMULARY.read(long).doubt is Doubt.UNCLEAR
    assert generics(FORMULARY.read("tocilizumab " * 40)) == ["tocilizumab"]


def test_a_text_of_many_unknown_words_cannot_be_told() -> None:
    assert FORMULARY.read(" ".join(f"{letter}qwxv{letter}" for letter in "abcdefghijklm")).doubt is Doubt.UNCLEAR


@pytest.mark.parametrize("code", ["L04AC07", " l04ac07 "])
def test_a_code_of_the_atc_is_a_drug(code: str) -> None:
    assert generics(FORMULARY.read_atc(code.strip())) == ["tocilizumab"]


@pytest.mark.parametrize("code", ["L", "L04", "L04AG", "L04AG99", "no code"])
def test_a_code_of_the_atc_that_may_hold_a_drug_that_matters_cannot_be_told(code: str) -> None:
    assert FORMULARY.read_atc(code).doubt is Doubt.UNCLEAR


def test_a_code_of_rxnorm_that_is_not_in_the_list_tells_nothing() -> None:
    assert generics(FORMULARY.read_rxnorm("2665330")) == ["emapalumab"]
    assert not FORMULARY.read_rxnorm("161").is_told
    assert not FORMULARY.read_rxnorm("actemra").is_told


def test_a_site_may_add_names_but_not_give_one_a_second_meaning() -> None:
    site = FORMULARY.with_brands({"Toci Klinik": "tocilizumab"})
    assert generics(site.read("TOCI-KLINIK 162 mg")) == ["tocilizumab"]
    assert FORMULARY.with_brands({}) is FORMULARY
    with pytest.raises(BadData, match="two things"):
        FORMULARY.with_brands({"methotrexate": "tocilizumab"})


def test_no_name_of_the_list_means_two_things() -> None:
    assert Formulary(THERAPIES, WORDS).read("tocilizumab") == FORMULARY.read("tocilizumab")


@pytest.mark.parametrize("therapy", THERAPIES)
def test_every_name_in_the_list_means_its_drug(therapy: str) -> None:
    names = [name for drug in THERAPIES[therapy].drugs for name in drug.names]
    drugs = [drug for listed in THERAPIES.values() for drug in listed.drugs]
    meant = {name: [drug.name for drug in drugs if name in drug.names][:1] for name in names}
    assert {name: generics(FORMULARY.read(name)) for name in names} == meant


def test_every_name_of_another_drug_is_silent() -> None:
    assert [name for name in WORDS.other if FORMULARY.read(name).doubt is not None] == []
    assert [name for name in WORDS.other if FORMULARY.read(f"{name} 10 mg").drugs != ()] == []


@pytest.mark.parametrize(
    "entry",
    [
        "abcdefghijklmnopqrstuvwxy " * 8,
        "abcdefgh " * 22,
        "tocilizumbb" * 16,
        "IL-6 " * 40,
        "a1" * 100,
        "prednisolame " * 15,
        "ア" * 200,
        "\ufdfa" * 200,
        "," * 200,
        "e\u0301" * 100,
    ],
)
def test_the_work_for_an_entry_is_bounded(entry: str) -> None:
    began = time.process_time()
    for _ in range(20):
        FORMULARY.read(entry)
    once = (time.process_time() - began) / 20
    began = time.process_time()
    FORMULARY.read(entry * 1000)
    assert once < 0.05
    assert time.process_time() - began < 0.2
