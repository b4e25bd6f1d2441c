"""An EHR's sign-in and FHIR server as SMART App Launch 2.2 wants them: it refuses what is wrong, and remembers what it saw."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from tests.support.loopback import LoopbackServer

CLIENT = "mas-page"
PATIENT = "child-7"
LONG_ENOUGH = re.compile(r"[A-Za-z0-9_-]{43,128}")
RIGHT = re.compile(r"patient/(\*|[A-Za-z]+)\.(read|[cruds]+)(?:\?\S+)?")
CAPABILITIES = (
    "launch-ehr",
    "launch-standalone",
    "client-public",
    "permission-patient",
    "permission-v1",
    "permission-v2",
)
CODE_SECONDS = 60.0

Search = Callable[[dict[str, str]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a code stands for: where it may be used, the proof that is due, what was granted, for whom, until when."""

    redirect_uri: str
    challenge: str
    scope: str
    patient: str
    until: float


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens, and until when."""

    scope: str
    patient: str
    until: float


@dataclass(slots=True)
class Ehr:
    """What a test may choose of the server, and what the server saw. ``searches`` find the resources of a type.

    ``grant`` turns the scopes asked for into those granted; ``refuses`` is an error of the sign-in; ``launches`` are
    the launches that the EHR gave out, each with its patient; ``forbidden`` are types that this user may not see.
    ``authority`` is where people sign in if not here, and ``audience`` whose sign-in this is if not the server's own.
    ``pages_at`` is where further pages are, if not below the server's base.
    """

    searches: dict[str, Search] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    launches: dict[str, str] = field(default_factory=dict)
    redirect_uris: set[str] = field(default_factory=set)
    capabilities: tuple[str, ...] = CAPABILITIES
    proofs: tuple[str, ...] = ("S256",)
    grant: Callable[[str], str] = lambda scope: scope
    refuses: str = ""
    has_context: bool = True
    token_seconds: float = 300.0
    code_seconds: float = CODE_SECONDS
    forbidden: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    per_page: int = 100
    authority: str = ""
    audience: str = ""
    pages_at: str = ""
    asked: list[str] = field(default_factory=list)
    authorized: list[dict[str, str]] = field(default_factory=list)
    exchanged: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    codes: dict[str, SignIn] = field(default_factory=dict)
    tokens: dict[str, Access] = field(default_factory=dict)


class SmartServer(LoopbackServer):
    """Serves an Ehr under ``base``, which each test may change for its own."""

    def __init__(self) -> None:
        server = self
        self.ehr = Ehr()

        class Handler(_Handler):
            @property
            def ehr(self) -> Ehr:
                return server.ehr

            @property
            def home(self) -> str:
                return server.address

        super().__init__(Handler)
        self.base = f"{self.address}/r4/fhir"

    def launch(self, patient: str = PATIENT) -> str:
        """Open a patient: return the launch that the EHR hands to the app."""
        launch = secrets.token_urlsafe(12)
        self.ehr.launches[launch] = patient
        return launch

    def frame(self, app: str) -> str:
        """Return the address of the EHR's own page around an app."""
        return f"{self.address}/desk?{urlencode({'app': app})}"


class _Handler(BaseHTTPRequestHandler):
    @property
    def ehr(self) -> Ehr:
        raise NotImplementedError

    @property
    def home(self) -> str:
        raise NotImplementedError

    def do_OPTIONS(self) -> None:
        """Answer a preflight: the app's origin may send the token, and nobody else's."""
        self._send(204, b"", "text/plain")

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        self.ehr.asked.append(self.path)
        if parts.path == "/r4/fhir/.well-known/smart-configuration":
            self._json(200, self._offer())
        elif parts.path == "/auth/authorize":
            self._authorize(query)
        elif parts.path == "/desk":
            page = f"<!doctype html><title>EHR</title><iframe title='app' width='1200' height='800' src='{escape(query['app'])}'></iframe>"
            self._send(200, page.encode(), "text/html; charset=utf-8")
        elif parts.path.startswith(("/r4/fhir/", "/r4/pages/")):
            self._fhir(parts.path.split("/", 3)[3], query)
        else:
            self._send(404, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items() if len(values) == 1}
        self.ehr.asked.append(self.path)
        if self.path != "/auth/token" or not self.headers["Content-Type"].startswith(
            "application/x-www-form-urlencoded"
        ):
            self._send(404, b"", "text/plain")
        else:
            self._exchange(form)

    def _offer(self) -> dict[str, Any]:
        return {
            "authorization_endpoint": f"{self.ehr.authority or self.home}/auth/authorize",
            "token_endpoint": f"{self.ehr.authority or self.home}/auth/token",
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": list(self.ehr.proofs),
            "capabilities": list(self.ehr.capabilities),
        }

    def _authorize(self, asked: dict[str, str]) -> None:
        """An app or an address that is not registered is told nothing; any other fault goes back to the app."""
        self.ehr.authorized.append(asked)
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") not in self.ehr.redirect_uris:
            self.ehr.refused.append("redirect_uri")
            self._send(400, b"This app is not registered.", "text/plain")
            return
        fault = self.ehr.refuses or self._fault(asked)
        if fault:
            self.ehr.refused.append(fault)
            self._back(asked, {"error": fault})
            return
        patient = self.ehr.launches.pop(asked["launch"]) if "launch" in asked else PATIENT
        code = secrets.token_urlsafe(24)
        granted = self.ehr.grant(asked["scope"])
        self.ehr.codes[code] = SignIn(
            asked["redirect_uri"],
            asked["code_challenge"],
            granted,
            patient if self.ehr.has_context else "",
            time.monotonic() + self.ehr.code_seconds,
        )
        self._back(asked, {"code": code})

    def _fault(self, asked: dict[str, str]) -> str:
        scopes = asked.get("scope", "").split()
        is_launched = asked.get("launch", "") in self.ehr.launches and "launch" in scopes
        is_chosen = "launch" not in asked and "launch/patient" in scopes
        rights = [scope for scope in scopes if scope not in ("launch", "launch/patient")]
        is_v2 = "permission-v2" in self.ehr.capabilities
        checks = {
            "unsupported_response_type": asked.get("response_type") == "code",
            "invalid_request": asked.get("aud") == (self.ehr.audience or f"{self.home}/r4/fhir")
            and LONG_ENOUGH.fullmatch(asked.get("state", "")) is not None
            and LONG_ENOUGH.fullmatch(asked.get("code_challenge", "")) is not None
            and asked.get("code_challenge_method") == "S256"
            and (is_launched or is_chosen),
            "invalid_scope": all(RIGHT.fullmatch(one) and one.endswith(".rs" if is_v2 else ".read") for one in rights),
        }
        return next((error for error, holds in checks.items() if not holds), "")

    def _back(self, asked: dict[str, str], told: dict[str, str]) -> None:
        state = {"state": asked["state"]} if "state" in asked else {}
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(told | state)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _exchange(self, form: dict[str, str]) -> None:
        """A code is good once, in time, for the app and address that asked for it and can prove that it did."""
        self.ehr.exchanged.append(form)
        signed = self.ehr.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        checks = {
            "unsupported_grant_type": form.get("grant_type") == "authorization_code",
            "invalid_client": form.get("client_id") == CLIENT and "Authorization" not in self.headers,
            "invalid_grant": signed is not None
            and time.monotonic() < signed.until
            and form.get("redirect_uri") == signed.redirect_uri
            and proof.rstrip(b"=").decode() == signed.challenge,
        }
        error = next((error for error, holds in checks.items() if not holds), "")
        if error or signed is None:
            self.ehr.refused.append(error)
            self._json(400, {"error": error})
            return
        token = secrets.token_urlsafe(32)
        self.ehr.tokens[token] = Access(signed.scope, signed.patient, time.monotonic() + self.ehr.token_seconds)
        context = {"patient": signed.patient} if signed.patient else {}
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": signed.scope}
        self._json(200, answer | context)

    def _fhir(self, path: str, query: dict[str, str]) -> None:
        kind, _, name = path.partition("/")
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        access = self.ehr.tokens.get(token)
        if scheme != "Bearer" or access is None or time.monotonic() >= access.until:
            self._json(401, _outcome("login"))
        elif kind in self.ehr.forbidden or not _allows(access, kind, name or query.get("patient", "")):
            self._json(403, _outcome("forbidden"))
        elif kind in self.ehr.broken:
            self._json(500, _outcome("exception"))
        elif kind == "Patient":
            self._json(200, {"resourceType": "Patient", "id": name} | self.ehr.person)
        else:
            self._json(200, self._page(kind, query))

    def _page(self, kind: str, query: dict[str, str]) -> dict[str, Any]:
        found = self.ehr.searches.get(kind, lambda _: [])(query)
        first = int(query.get("_offset", "0"))
        size = min(self.ehr.per_page, int(query.get("_count", "100")))
        more = {"link": [{"relation": "next", "url": self._following(kind, query, first + size)}]}
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found),
            "entry": [{"resource": resource} for resource in found[first : first + size]],
        } | (more if first + size < len(found) else {})

    def _following(self, kind: str, query: dict[str, str], offset: int) -> str:
        return f"{self.ehr.pages_at or f'{self.home}/r4/fhir'}/{kind}?{urlencode(query | {'_offset': str(offset)})}"

    def _json(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, json.dumps(document).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        origin = self.headers.get("Origin", "")
        if origin in {f"{urlsplit(uri).scheme}://{urlsplit(uri).netloc}" for uri in self.ehr.redirect_uris}:
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Headers", "Authorization, Accept")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Write no line for a request."""


def _allows(access: Access, kind: str, patient: str) -> bool:
    rights = [match for one in access.scope.split() if (match := RIGHT.fullmatch(one))]
    return patient == access.patient and any(
        match[1] in (kind, "*") and (match[2] == "read" or "s" in match[2]) for match in rights
    )


def _outcome(code: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}
