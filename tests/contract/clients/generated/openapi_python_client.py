"""openapi-python-client."""

import json
import sys

from mas_client import Client
from mas_client.api.assessment import assess
from mas_client.models import Assessment, PanelRequest, Problem

with Client(base_url=sys.argv[1]) as client:
    good = {"observations": {"ferritin": "905 ug/L"}, "context": {"condition": "sjia"}}
    answer = assess.sync(client=client, body=PanelRequest.from_dict(good))
    refusal = assess.sync(client=client, body=PanelRequest.from_dict({"observations": {"platelets": "116 10*12/L"}}))
if not isinstance(answer, Assessment) or not isinstance(refusal, Problem) or refusal.status != 422:
    raise SystemExit("an answer was not read")
print(
    json.dumps(
        {"category": answer.classification.category.value, "codes": [fault.code.value for fault in refusal.errors]}
    )
)
