"""The answer to GET /cds-services: one service under one id for every hook, so that a later call replaces its card."""

from __future__ import annotations

from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.terminology.code_map import CodeMap
from service.server.settings import Settings

SERVICE_ID = "mas-criteria"
SPECIFICATION = "2.0.1"  # of CDS Hooks
LAST = "patient-view"
TITLE = "MAS classification criteria"
DESCRIPTION = (
    "Classifies the latest laboratory results against published criteria for macrophage activation syndrome. "
    "Answers with at most one card, and with none when there is nothing to say. Not a diagnosis."
)
USAGE = (
    "Meant for patients with or suspected of systemic JIA, adult-onset Still's disease, juvenile lupus or malignancy. "
    "Needs the prefetch key labs, or a FHIR server on this service's list; answers 412 with neither. "
    "The other keys are optional: what is absent counts as unknown, never as normal."
)


def discovery(settings: Settings, codes: CodeMap) -> Resource:
    """Return the services on offer, one entry for each hook, that of the opened chart last.

    The public Sandbox keeps one service per address, the last one listed, and opens a chart first.
    """
    return {"services": [_service(hook, codes) for hook in sorted(settings.cds_hooks, key=lambda hook: hook == LAST)]}


def _service(hook: str, codes: CodeMap) -> Resource:
    return {
        "hook": hook,
        "id": SERVICE_ID,
        "title": TITLE,
        "description": DESCRIPTION,
        "usageRequirements": USAGE,
        "version": SPECIFICATION,
        "prefetch": dict(codes.templates),
    }
