"""A published set as data: every limit with its unit and source, every group with its kind."""

from decimal import Decimal
from typing import Any

import pytest

from service.api.response.catalogue import criteria_document
from service.clinical.criteria import CATALOGUE
from service.clinical.data.references import CERTAINTIES
from service.server.messages.strict_json import dumps, loads

DOCUMENTS = {key: loads(dumps(criteria_document(criteria))) for key, criteria in CATALOGUE.items()}
MEMBERS = [
    *("id", "version", "title", "short_title", "kind", "intent", "population", "performance", "caveats"),
    *("applicability", "rule", "confounders", "notes", "probability", "references"),
]


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(leaf for below in node.get("of", []) for leaf in nodes(below))]


def node_of(key: str, **facts: Any) -> dict[str, Any]:
    found = (node for node in nodes(DOCUMENTS[key]["rule"]) if facts.items() <= node.items())
    return next(found)


@pytest.mark.parametrize("key", DOCUMENTS)
def test_every_set_has_the_same_members(key: str) -> None:
    assert list(DOCUMENTS[key]) == MEMBERS
    assert DOCUMENTS[key]["id"] == key


@pytest.mark.parametrize("key", DOCUMENTS)
def test_every_figure_names_a_reference_of_its_set_and_how_sure_it_is(key: str) -> None:
    document = DOCUMENTS[key]
    known = {reference["key"] for reference in document["references"]}
    found = nodes(document["rule"])
    sources = [part.get("threshold") or part for part in found if "of" not in part]
    sources += [part["cutoff"] for part in found if "cutoff" in part] + document["notes"]
    assert sources
    assert {source["reference"] for source in sources} <= known
    assert {source["certainty"] for source in sources} <= set(CERTAINTIES)


def test_a_threshold_is_shown_as_printed() -> None:
    assert node_of("eular-acr-printo-2016", observation="ferritin") == {
        "kind": "threshold",
        "id": "ferritin",
        "label": "Ferritin",
        "observation": "ferritin",
        "threshold": {
            "comparator": ">",
            "value": 684,
            "unit": "ng/mL",
            "reference": "ravelli-2016",
            "certainty": "secondary",
        },
    }


def test_a_limit_that_is_printed_in_two_units_shows_both() -> None:
    found = node_of("hlh-2004", observation="triglycerides")
    assert (found["threshold"]["value"], found["threshold"]["unit"]) == (3, "mmol/L")
    assert [(threshold["value"], threshold["unit"]) for threshold in found["also"]] == [(265, "mg/dL")]


def test_a_finding_that_settles_a_size_is_named() -> None:
    assert node_of("ravelli-2005", observation="liver_below_costal_margin")["excluded_by"] == "hepatomegaly"


def test_a_finding_a_term_and_a_measure_are_leaves_of_their_kind() -> None:
    assert node_of("ravelli-2005", finding="hemorrhage") == {
        "kind": "finding",
        "id": "hemorrhage",
        "label": "Haemorrhage",
        "finding": "hemorrhage",
        "reference": "ravelli-2005",
        "certainty": "secondary",
    }
    term = node_of("ms-score", observation="fibrinogen")
    assert (term["kind"], term["weight"], term["unit"]) == ("term", Decimal("-0.004"), "mg/dL")
    assert node_of("ms-score", finding="cns_dysfunction")["weight"] == Decimal("2.44")
    assert "unit" not in node_of("ms-score", finding="cns_dysfunction")
    measure = node_of("ferritin-esr-ratio", observation="esr")
    assert (measure["kind"], measure["unit"], measure["resolution"]) == ("measure", "mm/h", 1)


@pytest.mark.parametrize(
    ("key", "kind", "comparator", "value"),
    [
        ("hscore", "sum", ">=", 169),
        ("mh-score", "sum", ">=", 60),
        ("ms-score", "linear", ">=", Decimal("-2.1")),
        ("ferritin-esr-ratio", "ratio", ">=", Decimal("21.5")),
    ],
)
def test_a_score_shows_its_kind_and_cut_off(key: str, kind: str, comparator: str, value: Decimal) -> None:
    rule = DOCUMENTS[key]["rule"]
    assert rule["kind"] == kind
    assert (rule["cutoff"]["comparator"], rule["cutoff"]["value"]) == (comparator, value)


def test_a_group_shows_how_it_counts() -> None:
    rule = DOCUMENTS["parodi-2009"]["rule"]
    assert rule["kind"] == "all_of"
    assert "id" not in rule
    clinical, laboratory = rule["of"]
    assert (clinical["kind"], clinical["required"], clinical["part"]) == ("at_least", 1, True)
    assert (laboratory["id"], laboratory["required"]) == ("laboratory", 2)
    assert (clinical["of"][0]["kind"], clinical["of"][0]["id"]) == ("first_known", "fever")
    tally = node_of("hscore", id="cytopenia")
    assert (tally["kind"], tally["points"]) == ("tally", [0, 0, 24, 34])


def test_the_footnote_the_note_and_the_table_are_part_of_the_set() -> None:
    assert DOCUMENTS["eular-acr-printo-2016"]["confounders"]["itp"] == ["platelets"]
    assert DOCUMENTS["eular-acr-printo-2016"]["notes"][0]["when"] == "not_met"
    assert DOCUMENTS["hscore"]["probability"][0] == {"score": 90, "percent": 1, "relation": "<"}
    assert DOCUMENTS["hlh-2004"]["applicability"] == {
        "condition": {},
        "age": {"child": "applicable", "adult": "extrapolated", "unknown": "unknown"},
    }


def test_a_reference_without_a_doi_shows_none() -> None:
    by_key = {reference["key"]: reference for reference in DOCUMENTS["hlh-2004"]["references"]}
    assert by_key["henter-2007"]["doi"] == "10.1002/pbc.21039"
    assert "doi" not in by_key["danish-2022"]
