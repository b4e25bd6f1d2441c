"""What a view says about who may call it; read by the authentication that stands in front of all views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

View = TypeVar("View", bound=Callable[..., Any])

_OPEN = "mas_open_to_all"
_OWN = "mas_audience_is_endpoint"


class Refused(Exception):
    """Credentials that prove nothing; ``reason`` is for the metric, never for the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def open_to_all(view: View) -> View:
    """Mark a view that needs no credentials: a probe, the metrics."""
    setattr(view, _OPEN, True)
    return view


def audience_is_endpoint(view: View) -> View:
    """Mark a view whose token must name the view's own public address as audience and carry a jti (CDS Hooks)."""
    setattr(view, _OWN, True)
    return view


def is_open(view: Callable[..., object] | None) -> bool:
    """Whether the view was marked ``open_to_all``."""
    return cast("bool", getattr(view, _OPEN, False))


def wants_endpoint_audience(view: Callable[..., object] | None) -> bool:
    """Whether the view was marked ``audience_is_endpoint``."""
    return cast("bool", getattr(view, _OWN, False))
