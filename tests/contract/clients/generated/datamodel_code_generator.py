"""datamodel-code-generator: it makes models only, so httpx calls."""

import json
import sys

import httpx
from mas_models import Assessment, PanelRequest, Problem


def send(document: object) -> httpx.Response:
    panel = PanelRequest.model_validate(document)
    body = panel.model_dump_json(exclude_unset=True, by_alias=True)
    return httpx.post(f"{sys.argv[1]}/v1/assessments", content=body, headers={"Content-Type": "application/json"})


good = send({"observations": {"ferritin": "905 ug/L"}, "context": {"condition": "sjia"}})
bad = send({"observations": {"platelets": "116 10*12/L"}})
if (good.status_code, bad.status_code) != (200, 422):
    raise SystemExit("an answer has another status")
category = Assessment.model_validate_json(good.content).classification.category.value
codes = [fault.code.value for fault in Problem.model_validate_json(bad.content).errors]
print(json.dumps({"category": category, "codes": codes}))
