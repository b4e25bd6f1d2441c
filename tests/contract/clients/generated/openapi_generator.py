"""openapi-generator, python."""

import json
import sys
from typing import Any

from openapi_client import ApiClient, AssessmentApi, Configuration, PanelRequest
from openapi_client.exceptions import ApiException
from openapi_client.models.problem import Problem


def panel(document: dict[str, Any]) -> PanelRequest:
    made = PanelRequest.from_dict(document)
    if made is None:
        raise SystemExit("a panel was not made")
    return made


with ApiClient(Configuration(host=sys.argv[1])) as client:
    api = AssessmentApi(client)
    good = {"observations": {"ferritin": "905 ug/L"}, "context": {"condition": "sjia"}}
    category = api.assess(panel(good)).classification.category
    try:
        api.assess(panel({"observations": {"platelets": "116 10*12/L"}}))
    except ApiException as error:
        if error.status != 422 or not isinstance(error.data, Problem):
            raise
        print(json.dumps({"category": category.value, "codes": [fault.code for fault in error.data.errors]}))
