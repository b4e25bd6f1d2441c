"""Who is calling: nobody asked, an API key, or a signed token. A refusal tells only whether anything was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, current_app, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, ServiceUnavailable, Unauthorized

from service.server import health
from service.server.access import Refused, is_open, wants_endpoint_audience
from service.server.auth import api_keys
from service.server.observing import exchange, metrics
from service.server.settings import Settings

if TYPE_CHECKING:
    from service.server.auth.jwt_tokens import Tokens

_TOKENS = "mas.tokens"
_RETRY_SECONDS = 5
NOT_ACCEPTED = "The key or token that was sent is not accepted. Send another as Authorization: Bearer."
_CALLER = re.compile(r"[A-Za-z0-9._:@/-]{1,128}")

Check = Callable[[str], str]


class _Challenge(WWWAuthenticate):
    """How to prove who is calling; its parameters are always quoted (RFC 9110, 11.5)."""

    def to_header(self) -> str:
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in self.parameters.items())


def install(app: Flask, settings: Settings) -> None:
    """Demand credentials in front of every view but the open ones; raises BadSetting when they cannot be checked."""
    if settings.auth_mode == "none":
        if settings.caller_header:
            app.before_request(lambda: _note_named(settings.caller_header))
        return
    check = _api_key_check(settings) if settings.auth_mode == "api_key" else _token_check(app, settings)

    @app.before_request
    def demand() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if request.method != "OPTIONS" and not is_open(view):
            exchange.current().caller = _checked(check)


def _note_named(header: str) -> None:
    """Note the caller that something in front has named; what is no plain name could be anything, and is left out."""
    if _CALLER.fullmatch(named := request.headers.get(header, "")):
        exchange.current().caller = named


def verify(token: str, audiences: Iterable[str], required: Iterable[str] = ()) -> str:
    """Check a token against other audiences, with further claims required, and name its issuer; raises Unauthorized."""
    tokens: Tokens = current_app.extensions[_TOKENS]
    return _checked(lambda given: tokens.caller(given, audiences, required), token)


def _checked(check: Check, token: str | None = None) -> str:
    try:
        return check(_credentials() if token is None else token)
    except Refused as refused:
        metrics.auth_failure(refused.reason)
        raise _refusal(refused) from None


def _refusal(refused: Refused) -> HTTPException:
    """Say no in the same words for whatever was sent, so that a guesser learns nothing; only sending nothing is told.

    That we lack the keys is ours to mend, not the caller's.
    """
    if refused.reason == "no_keys":
        return ServiceUnavailable(retry_after=_RETRY_SECONDS)
    if refused.reason == "missing":
        return Unauthorized(www_authenticate=_Challenge("bearer", {"realm": "mas"}))
    return Unauthorized(NOT_ACCEPTED, www_authenticate=_Challenge("bearer", {"realm": "mas", "error": "invalid_token"}))


def _credentials() -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and given.strip():
        return given.strip()
    if scheme:
        raise Refused("malformed")
    if key := request.headers.get("X-API-Key", ""):
        return key
    raise Refused("missing")


def _api_key_check(settings: Settings) -> Check:
    keys = api_keys.load(settings.api_keys_file)

    def check(key: str) -> str:
        caller = keys.caller(key)
        if caller is None:
            raise Refused("key")
        return caller

    return check


def _token_check(app: Flask, settings: Settings) -> Check:
    from service.server.auth import jwt_tokens  # noqa: PLC0415  # cryptography takes long to import, and only tokens need it

    tokens = app.extensions[_TOKENS] = jwt_tokens.from_settings(settings)
    health.ready_when(app, tokens.keys.ready)

    def check(token: str) -> str:
        view = current_app.view_functions.get(request.endpoint or "")
        if not wants_endpoint_audience(view):
            return tokens.caller(token, [settings.jwt_audience])
        return tokens.caller(token, endpoint_audiences(settings), ["jti"])

    return check


def endpoint_audiences(settings: Settings) -> list[str]:
    """The audiences that name the endpoint being called, by its public address and never by the Host header."""
    if not settings.public_url:
        return [settings.jwt_audience]
    address = settings.public_url + request.path.rstrip("/")
    return [address, address + "/"]
