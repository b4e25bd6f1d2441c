"""The shape of the three objects that Kubernetes itself does not know: closed schemas of the fields the chart uses."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
LABELS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
DURATION: Schema = {"type": "string", "pattern": "^[0-9]+(s|m|h)$"}


def _closed(required: str, **properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": properties}


def _list(items: Schema, most: int = 1000) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


def _resource(version: str, kind: str, spec: Schema) -> Schema:
    metadata = _closed("name namespace labels", name=TEXT, namespace=TEXT, labels=LABELS, annotations=LABELS)
    return _closed(
        "apiVersion kind metadata spec",
        apiVersion={"const": version},
        kind={"const": kind},
        metadata=metadata,
        spec=spec,
    )


_RULE = _closed(
    "alert expr labels annotations",
    alert=TEXT,
    expr=TEXT,
    labels=_closed("severity namespace service", severity=TEXT, namespace=TEXT, service=TEXT),
    annotations=_closed("summary runbook_url", summary=TEXT, runbook_url=TEXT),
    **{"for": DURATION},
)
_PATH = _closed("type value", type={"enum": ["PathPrefix", "Exact"]}, value={"type": "string", "pattern": "^/"})
_ROUTE = _closed(
    "matches backendRefs",
    matches=_list(_closed("path", path=_PATH), most=8),
    backendRefs=_list(_closed("name port", name=TEXT, port={"type": "integer"})),
)
_ENDPOINT = _closed(
    "port path interval scrapeTimeout",
    port={"const": "http"},
    path={"const": "/metrics"},
    interval=DURATION,
    scrapeTimeout=DURATION,
    relabelings=_list({"type": "object"}),
    metricRelabelings=_list({"type": "object"}),
)

CUSTOM_RESOURCES: dict[str, Schema] = {
    "PrometheusRule": _resource(
        "monitoring.coreos.com/v1",
        "PrometheusRule",
        _closed("groups", groups=_list(_closed("name rules", name=TEXT, rules=_list(_RULE)))),
    ),
    "ServiceMonitor": _resource(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        _closed(
            "selector namespaceSelector endpoints",
            selector=_closed("matchLabels", matchLabels=LABELS),
            namespaceSelector=_closed("matchNames", matchNames=_list(TEXT)),
            endpoints=_list(_ENDPOINT),
        ),
    ),
    "HTTPRoute": _resource(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        _closed(
            "parentRefs hostnames rules",
            parentRefs=_list(_closed("name", name=TEXT, namespace=TEXT, sectionName=TEXT)),
            hostnames=_list(TEXT, most=16),
            rules=_list(_ROUTE, most=16),
        ),
    ),
}
