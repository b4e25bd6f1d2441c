"""At most one card: shown from the category that the site has settled, red only when the criteria are met."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from service.clinical.assessment.assess import Assessment
from service.clinical.assessment.category import CATEGORIES as ORDER
from service.clinical.assessment.category import GUIDES, speaks_against
from service.clinical.assessment.summary import LABELS
from service.clinical.criteria import DIGEST
from service.clinical.evaluation.set_result import SetResult
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import MET
from service.clinical.panel.panel import UNKNOWN_CONDITION
from service.ehr.cds_hooks.card_detail import detail
from service.ehr.cds_hooks.request import CdsRequest
from service.ehr.counting import FEEDBACK_REASONS
from service.ehr.fhir.answer.risk_assessment import SUGGESTIONS_SHOWN, loinc_coding
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.vocabulary import CATEGORIES, OVERRIDE_REASONS, TOPICS, Vocabulary
from service.ehr.fhir.record import FhirRecord
from service.server.settings import DEFAULTS, Settings

LONGEST_SUMMARY = 139
INDICATORS = {"likely": "critical", "probable": "warning", "possible": "warning"}
LINK = "Open the results, complete them and see every set"
TOPIC = "mas"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, DEFAULTS.fhir_canonical)  # the same for every site: it names nothing

assert tuple(OVERRIDE_REASONS) == FEEDBACK_REASONS[1:]


def cards(call: CdsRequest, record: FhirRecord, assessment: Assessment, settings: Settings) -> list[Resource]:
    """Return the card, or none: without results, below the category shown, or where ferritin speaks against MAS."""
    category = assessment.classification.category
    if not record.has_results or not _is_shown(assessment, settings.cds_card_from):
        return []
    shown, vocabulary = _shown(assessment), Vocabulary(settings.fhir_canonical)
    other_patient = record.subject.name not in ("", f"Patient/{call.patient_id}", call.patient_id)
    card: Resource = {
        "uuid": _uuid(call, category),
        "summary": _summary(record, assessment),
        "indicator": INDICATORS.get(category, "info"),
        "detail": detail(record, assessment, shown, other_patient=other_patient),
        "source": _source(shown, vocabulary.code_system("topic")),
        "overrideReasons": [
            {"system": vocabulary.override, "code": key, "display": text} for key, text in OVERRIDE_REASONS.items()
        ],
    }
    if settings.smart_client_id and settings.web and settings.public_url:
        card["links"] = [{"label": LINK, "url": f"{settings.public_url}/launch", "type": "smart"}]
    suggestions = list(_suggestions(call, assessment)) if settings.cds_suggestions else []
    return [card | ({"suggestions": suggestions, "selectionBehavior": "any"} if suggestions else {})]


def _is_shown(assessment: Assessment, weakest: str) -> bool:
    """Below probable no card interrupts while ferritin is known and low: that would be a false alarm."""
    classification = assessment.classification
    rank = ORDER.index(classification.category)
    if rank > ORDER.index(weakest):
        return False
    is_doubtful = rank > ORDER.index("probable")
    return not (is_doubtful and speaks_against(assessment.panel, blockade=classification.on_il6_blockade))


def _shown(assessment: Assessment) -> tuple[SetResult, ...]:
    """Return the sets that the category rests on; with none of those, the first of all."""
    return assessment.classification.basis or assessment.results[:1]


def _summary(record: FhirRecord, assessment: Assessment) -> str:
    classification = assessment.classification
    met = [result.criteria.short for result in classification.basis if result.verdict is MET]
    implied = [result for result in classification.basis if result.verdict_implied is MET]
    worded = [result.criteria.short for result in implied if result.verdict is not MET]
    grounds = [_laboratory(classification.basis[0])] if classification.is_laboratory_only else []
    grounds += [f"{', '.join(met)} met"] if met else []
    grounds += [f"{', '.join(worded)} met if words count"] if worded else []
    day = f" (results of {record.moment.text[:10]})" if record.moment.text else ""
    text = f"{CATEGORIES[classification.category]}{day}: {'; '.join(grounds) or _open(record, assessment)}"
    return text if len(text) <= LONGEST_SUMMARY else f"{text[: LONGEST_SUMMARY - 1]}\u2026"


def _laboratory(result: SetResult) -> str:
    how = "" if result.part("laboratory").verdict is MET else " if words count"
    return f"laboratory part of the {result.criteria.short} met{how}, fever may be hidden"


def _open(record: FhirRecord, assessment: Assessment) -> str:
    """Say why nothing is decided; that no set is met stands alone only where nothing speaks against it."""
    missing = [LABELS[key] for result in _shown(assessment) for key in result.missing if key in ANALYTES]
    grounds = ["the condition is not known"] if assessment.classification.primary is None else []
    grounds += [f"unknown: {', '.join(dict.fromkeys(missing))}"] if missing else []
    grounds += ["IL-6 blockade may hide it"] if assessment.classification.on_il6_blockade else []
    grounds += [] if record.may_reassure else ["the record may lack something"]
    return "; ".join(grounds) or "no criteria set is met"


def _source(shown: tuple[SetResult, ...], topics: str) -> Resource:
    criteria = shown[0].criteria
    doi = next((reference.doi for reference in criteria.references if reference.doi), "")
    source = {
        "label": criteria.short[:1].upper() + criteria.short[1:],
        "topic": {"system": topics, "code": TOPIC, "display": TOPICS[TOPIC]},
    }
    return source | ({"url": f"https://doi.org/{doi}"} if doi else {})


def _uuid(call: CdsRequest, *names: str) -> str:
    """Return an id that tells nothing of the patient: the hook instance is random, and the rest is ours."""
    return str(uuid.uuid5(NAMESPACE, "|".join([call.instance, DIGEST, *names])))


def _suggestions(call: CdsRequest, assessment: Assessment) -> Iterator[Resource]:
    """Propose the tests that by themselves could settle what is open."""
    if not call.fhir_id:
        return
    leading = {result.criteria.id for result in _leading(assessment)}
    tests = [
        suggestion
        for suggestion in assessment.suggestions
        if suggestion.loinc and suggestion.observation != "temperature" and not leading.isdisjoint(suggestion.decides)
    ]
    for test in tests[:SUGGESTIONS_SHOWN]:
        analyte = ANALYTES[test.observation]
        why = f"Order {analyte.label}: {test.why}."
        order = {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "proposal",
            "code": {"coding": [loinc_coding(analyte.loinc[0])], "text": analyte.label},
            "subject": {"reference": f"Patient/{call.fhir_id}"},
        }
        yield {
            "label": f"Order {analyte.label}",
            "uuid": _uuid(call, "order", analyte.id),
            "isRecommended": True,
            "actions": [{"type": "create", "description": why, "resource": order}],
        }


def _leading(assessment: Assessment) -> tuple[SetResult, ...]:
    """Return the sets whose verdict the category turns on: the leading one, or all that count without a condition."""
    if assessment.classification.primary:
        return assessment.classification.basis[:1]
    return tuple(result for result in assessment.results if result.criteria.id in GUIDES[UNKNOWN_CONDITION].needed)
