"""Panels in the words of the API."""

from typing import Any

from service.api.request.panel import read_panel_request
from service.clinical.panel.panel import Panel
from service.server.messages.strict_json import dumps, loads


def panel_of(**request: Any) -> Panel:
    """Return the panel that a request means; numbers go through JSON as a caller's would."""
    return read_panel_request(loads(dumps(request))).panel
