"""One record in every container in which systems send it."""

from typing import Any

from tests.support.records import REPORT, bundle, met_panel, observation, parameters, without

BARE = [
    without(resource, "subject", "effectiveDateTime", "status") | {"id": f"r{at}"}
    for at, resource in enumerate(met_panel())
]

CONTAINERS: dict[str, Any] = {
    "searchset": bundle(*met_panel()),
    "collection": bundle(*met_panel(), kind="collection"),
    "history": bundle(*met_panel(), kind="history"),
    "batch-response of searches": bundle(*(bundle(result) for result in met_panel()), kind="batch-response"),
    "array": met_panel(),
    "report with contained results": REPORT
    | {"contained": BARE, "result": [{"reference": f"#{result['id']}"} for result in BARE]},
    "report beside its results": bundle(
        REPORT | {"result": [{"reference": f"Observation/{result['id']}"} for result in BARE]}, *BARE
    ),
    "panel with components": without(observation("24360-0"), "id")
    | {
        "component": [
            {key: result[key] for key in result if key in ("code", "valueQuantity")} for result in met_panel()
        ]
    },
    "panel with members": bundle(
        observation("24360-0", hasMember=[{"reference": f"Observation/{result['id']}"} for result in BARE]), *BARE
    ),
    "parameters": parameters({"name": "observations", "resource": bundle(*met_panel())}),
    "parameters with single results": parameters(
        *({"name": "observations", "resource": result} for result in met_panel())
    ),
    "a single entry that is no list": {"resourceType": "Bundle", "entry": {"resource": bundle(*met_panel())}},
}
