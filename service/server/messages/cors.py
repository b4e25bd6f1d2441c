"""Lets the web pages of listed origins call (CDS Hooks clients run in browsers); off while no origin is listed."""

from __future__ import annotations

from flask import Flask, Response, request

from service.server.settings import Settings

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-API-Key, X-Request-Id, traceparent, tracestate",
    "Access-Control-Max-Age": "600",
}


def install(app: Flask, settings: Settings) -> None:
    """Answer preflights and mark answers for the origins of ``settings``; never with credentials mode."""
    origins = frozenset(settings.cors_origins)
    if not origins:
        return

    @app.after_request
    def admit(response: Response) -> Response:
        origin = request.headers.get("Origin", "")
        response.vary.add("Origin")
        if not origin or not (origin.lower() in origins or "*" in origins):
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "X-Request-Id, Retry-After"
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response.headers.update(_PREFLIGHT)
        return response
