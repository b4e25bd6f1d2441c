"""What holds for every course: order of sending is nothing, one panel is its assessment, a batch is its single calls."""

from typing import Any

from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.clinical.panel.consistency import contradictory_findings
from service.clinical.panel.panel import CONDITIONS
from service.server.messages.strict_json import dumps, loads
from service.server.settings import Settings
from tests.support.drawn import drawn

CLIENT: FlaskClient = create_app(Settings()).test_client()
EXPLAINS = ("items", "parts", "count", "references", "title", "version")
BREAKDOWN = ("items", "missing", "decisive", "references")
LINES = "application/x-ndjson"


@st.composite
def observations(draw: st.DrawFn) -> dict[str, Any]:
    chosen = draw(
        st.lists(st.sampled_from(list(ANALYTES.values())), min_size=1, max_size=8, unique_by=lambda one: one.id)
    )
    found: dict[str, Any] = {}
    for analyte in chosen:
        value = draw(st.decimals(analyte.soft.low, analyte.soft.high, places=1))
        form = draw(st.sampled_from(["", ">", "<=", ">=", "L", "H", "N", *(["<"] if value else [])]))
        number = {"value": value, "unit": analyte.canonical}
        found[analyte.id] = (
            {"interpretation": form} if form.isalpha() else number | ({"comparator": form} if form else {})
        )
    for part in ("neutrophils", "lymphocytes") if "wbc" in found else ():
        found.pop(part, None)
    return found


FOUND = st.dictionaries(st.sampled_from(list(FINDINGS)), st.one_of(st.none(), st.booleans()), max_size=5).filter(
    lambda found: not contradictory_findings({key: said for key, said in found.items() if said is not None})
)
DRUGS = st.sampled_from(["tocilizumab", "anakinra", "prednisolone", "methotrexate"])
DATES = st.integers(1, 28).map(lambda day: f"2026-11-{day:02}")


@st.composite
def panels(draw: st.DrawFn) -> list[dict[str, Any]]:
    days = draw(st.lists(DATES, min_size=1, max_size=5, unique=True))
    return [{"collected_at": day, "observations": draw(observations()), "findings": draw(FOUND)} for day in days]


@st.composite
def courses(draw: st.DrawFn) -> dict[str, Any]:
    drugs = st.fixed_dictionaries({"name": DRUGS, "given_at": DATES})
    return {
        "patient": {"age_years": draw(st.integers(1, 90))},
        "context": {"condition": draw(st.sampled_from(CONDITIONS))},
        "panels": draw(panels()),
        "treatments": draw(st.lists(drugs, max_size=4)),
    }


def post(path: str, document: Any) -> bytes:
    answer = CLIENT.post(path, data=dumps(document), content_type="application/json")
    assert answer.status_code == 200, answer.data
    return answer.data


@settings(max_examples=drawn(40), deadline=None)
@given(courses(), st.randoms(use_true_random=False))
def test_shuffling_the_panels_changes_nothing(course: dict[str, Any], chance: Any) -> None:
    shuffled = course | {"panels": chance.sample(course["panels"], len(course["panels"]))}
    assert post("/v1/trajectories", course) == post("/v1/trajectories", shuffled)


@settings(max_examples=drawn(40), deadline=None)
@given(courses(), st.randoms(use_true_random=False))
def test_shuffling_the_treatments_changes_no_more_than_the_places_in_warnings(
    course: dict[str, Any], chance: Any
) -> None:
    shuffled = course | {"treatments": chance.sample(course["treatments"], len(course["treatments"]))}
    one, other = (loads(post("/v1/trajectories", sent)) for sent in (course, shuffled))
    assert sorted(found["code"] for found in one.pop("warnings")) == sorted(
        found["code"] for found in other.pop("warnings")
    )
    assert one == other


@settings(max_examples=drawn(40), deadline=None)
@given(courses())
def test_a_course_of_one_panel_is_its_assessment(course: dict[str, Any]) -> None:
    panel = course["panels"][0]
    shared = {key: course[key] for key in ("patient", "context")}
    (visit,) = loads(post("/v1/trajectories", shared | {"panels": [panel]}))["assessments"]
    single = loads(post("/v1/assessments", shared | panel))
    sets = [
        {key: value for key, value in criteria_set.items() if key not in BREAKDOWN}
        for criteria_set in single["criteria"]
    ]
    assert visit["criteria"] == sets
    assert {key: visit[key] for key in ("classification", "cautions", "warnings")} == {
        key: single[key] for key in ("classification", "cautions", "warnings")
    }
    assert (visit["collected_at"], visit["treatments_before"]) == (panel["collected_at"], [])


@settings(max_examples=drawn(40), deadline=None)
@given(panels())
def test_a_batch_is_its_single_calls_byte_for_byte(sent: list[dict[str, Any]]) -> None:
    body = b"\n".join(dumps(request) for request in sent)
    answer = CLIENT.post("/v1/assessments/batch", data=body, content_type=LINES)
    singles = [post("/v1/assessments", request).rstrip(b"\n") for request in sent]
    expected = [b'{"index":%d,"status":200,"assessment":%b}' % pair for pair in enumerate(singles)]
    assert answer.data.split(b"\n") == [*expected, b""]


@settings(max_examples=drawn(40), deadline=None)
@given(panels())
def test_the_summary_of_a_batch_agrees_with_the_single_calls(sent: list[dict[str, Any]]) -> None:
    body = b"\n".join(dumps(request) for request in sent)
    answer = CLIENT.post("/v1/assessments/batch?view=summary", data=body, content_type=LINES)
    for line, request in zip(answer.data.splitlines(), sent, strict=True):
        brief, single = loads(line)["assessment"], loads(post("/v1/assessments", request))
        single["criteria"] = [
            {key: said for key, said in full.items() if key not in EXPLAINS} for full in single["criteria"]
        ]
        assert brief == single
