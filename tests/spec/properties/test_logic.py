"""What must hold for every panel: more knowledge never undoes a verdict, and what is open is open for a reason."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.clinical.assessment.assess import assess
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import Finding, FirstKnown, Linear, Threshold, leaves, walk
from service.clinical.evaluation.evaluate import evaluate
from service.clinical.evaluation.set_result import SetResult
from service.clinical.measurement.analytes import AGE, AGE_AT_ONSET, ANALYTES, FINDINGS
from service.clinical.measurement.interval import MET, NOT_MET, UNKNOWN, Interval, Verdict, point
from service.clinical.measurement.reading import Evidence, Reading
from service.clinical.panel.panel import Panel
from service.server.messages.strict_json import dumps
from tests.support.generated_panels import canonical_values, findings, observations, requests
from tests.support.panels import panel_of

pytestmark = pytest.mark.slow

SIGNS = {
    "temperature": "fever",
    "liver_below_costal_margin": "hepatomegaly",
    "spleen_below_costal_margin": "splenomegaly",
}
ONE_SIGN_ONE_WAY = set(SIGNS) | set(SIGNS.values())  # finding and measurement of one thing may contradict each other


def without_doubled_signs(request: dict[str, Any]) -> dict[str, Any]:
    """Keep of finding and measurement of the same thing the finding alone."""
    kept = {key: value for key, value in request["observations"].items() if SIGNS.get(key) not in request["findings"]}
    return request | {"observations": kept}


def verdicts(panel: Panel) -> dict[str, tuple[Verdict, Verdict]]:
    return {
        key: (result.verdict, result.verdict_implied)
        for key, result in ((r.criteria.id, r) for r in assess(panel).results)
    }


def plus(panel: Panel, key: str, reading: Reading) -> Panel:
    return Panel({**panel.readings, key: reading}, panel.findings, panel.condition)


def measured(key: str, value: Decimal) -> Reading:
    return Reading(point(value), ANALYTES[key].canonical, Evidence.MEASURED, "")


@given(requests(), st.data())
def test_one_more_value_never_undoes_a_verdict(request: dict[str, Any], data: st.DataObject) -> None:
    request = without_doubled_signs(request)
    assume(request["observations"] or request["findings"])
    panel = panel_of(**request)
    free = [key for key in ANALYTES if key not in panel.readings and key not in ONE_SIGN_ONE_WAY]
    key = data.draw(st.sampled_from(free))
    value = data.draw(canonical_values(ANALYTES[key]))
    assume(key not in ("wbc", "neutrophils", "lymphocytes"))
    before, after = verdicts(panel), verdicts(plus(panel, key, measured(key, value)))
    for name, (strict, implied) in before.items():
        assert strict is UNKNOWN or after[name][0] is strict
        assert implied is UNKNOWN or after[name][1] is implied


@given(requests(), st.data())
def test_one_more_finding_never_undoes_a_verdict(request: dict[str, Any], data: st.DataObject) -> None:
    request = without_doubled_signs(request)
    assume(request["observations"] or request["findings"])
    panel = panel_of(**request)
    free = [key for key in FINDINGS if key not in panel.findings and key not in ONE_SIGN_ONE_WAY]
    assume(free)
    key = data.draw(st.sampled_from(free))
    more = Panel(panel.readings, {**panel.findings, key: data.draw(st.booleans())}, panel.condition)
    before, after = verdicts(panel), verdicts(more)
    for name, (strict, implied) in before.items():
        assert strict is UNKNOWN or after[name][0] is strict
        assert implied is UNKNOWN or after[name][1] is implied


@given(requests(), st.data())
def test_tightening_an_interval_never_flips_a_verdict(request: dict[str, Any], data: st.DataObject) -> None:
    panel = panel_of(**request)
    censored = [key for key, reading in panel.measured.items() if key in ANALYTES and not reading.interval.is_point]
    assume(censored)
    key = data.draw(st.sampled_from(sorted(censored)))
    interval = panel.measured[key].interval
    soft = ANALYTES[key].soft
    low, high = max(interval.low, soft.low), min(interval.high, soft.high)
    assume(low < high)
    inner = data.draw(st.decimals(Decimal(low), Decimal(high), places=4))
    assume(low < inner < high)
    tighter = Interval(low, inner, interval.low_open, high_open=True)
    assume(tighter.low < tighter.high)
    before = verdicts(panel)
    after = verdicts(plus(panel, key, Reading(tighter, ANALYTES[key].canonical, Evidence.MEASURED, "")))
    for name, pair in before.items():
        for level in (0, 1):
            assert pair[level] is UNKNOWN or after[name][level] is pair[level]


def values_around_every_limit(result: SetResult, key: str) -> list[Decimal]:
    """Return values of an observation on both sides of every limit of the set, and near its usual ends."""
    analyte, step = ANALYTES[key], Decimal("0.0001")
    found = [Decimal(analyte.soft.low), Decimal(analyte.soft.high)]
    for leaf in leaves(result.criteria.rule):
        if isinstance(leaf, Threshold) and leaf.observation == key:
            limit = Decimal(str(float(leaf.limit.by_unit[analyte.canonical])))
            found += [max(limit - step, Decimal(0)), limit, limit + step]
    return found


def completions(panel: Panel, result: SetResult, key: str) -> list[Panel]:
    """Return the panel with one more input at each value that could matter."""
    if key in FINDINGS:
        return [Panel(panel.readings, {**panel.findings, key: value}, panel.condition) for value in (True, False)]
    if key in (AGE, AGE_AT_ONSET):
        readings = [
            Reading(point(Decimal(number)), "a", Evidence.MEASURED, "") for number in ("0", "0.05", "1.6", "1.7", "80")
        ]
        return [plus(panel, key, reading) for reading in readings]
    return [plus(panel, key, measured(key, value)) for value in values_around_every_limit(result, key)]


@given(
    st.fixed_dictionaries({"observations": observations(), "findings": findings()}), st.sampled_from(list(CATALOGUE))
)
def test_decisive_are_exactly_the_inputs_that_can_decide(request: dict[str, Any], criteria: str) -> None:
    request = without_doubled_signs(request)
    request["observations"] = {
        k: v for k, v in request["observations"].items() if isinstance(v, str) and v[0] not in "<>"
    }
    assume(request["observations"] or request["findings"])
    panel = panel_of(**request)
    result = evaluate(CATALOGUE[criteria], panel)
    assume(result.verdict is UNKNOWN)
    known = set(panel.measured) | set(panel.findings) | {"molecular_hlh_diagnosis"}
    contradicting = {
        size
        for size, sign in SIGNS.items()
        if request["findings"].get(sign) is False or (sign in request["findings"] and sign_rules_first(result, sign))
    }
    contradicting |= {sign for size, sign in SIGNS.items() if size in panel.measured}
    if "hemophagocytosis_marrow" in result.missing:  # it is what is asked for, though "none anywhere" settles it too
        contradicting.add("hemophagocytosis")
    for key in [*ANALYTES, *FINDINGS, AGE, AGE_AT_ONSET]:
        if key in known | contradicting:
            continue
        decides = any(
            evaluate(result.criteria, more).verdict is not UNKNOWN for more in completions(panel, result, key)
        )
        assert decides == (key in result.decisive), key


def sign_rules_first(result: SetResult, sign: str) -> bool:
    """Return whether the set takes the finding before the measurement of the same thing."""
    firsts = [node.of[0] for node in walk(result.criteria.rule) if isinstance(node, FirstKnown)]
    return any(isinstance(first, Finding) and first.finding == sign for first in firsts)


@given(requests())
def test_the_order_of_keys_is_irrelevant(request: dict[str, Any]) -> None:
    turned = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value
        for key, value in reversed(request.items())
    }
    assert verdicts(panel_of(**request)) == verdicts(panel_of(**turned))


@given(requests())
def test_what_words_imply_refines_what_was_measured(request: dict[str, Any]) -> None:
    """In a linear score a word replaces the plausible range by its own open end: wider, but never the opposite."""
    for key, (strict, implied) in verdicts(panel_of(**request)).items():
        if isinstance(CATALOGUE[key].rule, Linear):
            assert {strict, implied} != {MET, NOT_MET}
        else:
            assert strict is UNKNOWN or implied is strict


@given(requests())
def test_a_score_by_words_lies_within_or_across_the_one_by_measurement(request: dict[str, Any]) -> None:
    for result in assess(panel_of(**request)).results:
        strict, implied = result.score, result.score_implied
        if strict is None or implied is None:
            continue
        if isinstance(result.criteria.rule, Linear):
            assert max(strict.low, implied.low) <= min(strict.high, implied.high)
        else:
            assert strict.low <= implied.low <= implied.high <= strict.high


@given(requests())
def test_missing_is_never_normal(request: dict[str, Any]) -> None:
    """Without ferritin the 2016 criteria are never met, and under IL-6 blockade nothing is ever unlikely."""
    request["observations"].pop("ferritin", None)
    assume(request["observations"] or request["findings"])
    context = {"condition": "sjia", "medications": [{"name": "Tocilizumab"}]}
    found = assess(panel_of(**request | {"context": context}))
    assert found.results[0].verdict is not MET
    assert found.classification.category != "unlikely"


@given(requests())
def test_a_panel_is_never_unlikely_without_a_leading_set_that_is_not_met(request: dict[str, Any]) -> None:
    found = assess(panel_of(**request))
    if found.classification.category == "unlikely":
        assert found.classification.basis[0].verdict is NOT_MET


def test_requests_of_these_strategies_survive_json() -> None:
    assert dumps({"value": Decimal("0.10")}) == b'{"value":0.10}'
