"""The only reader of the environment: every setting, its default, its check and its meaning, as one table."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.server import setting_forms as form


class BadSetting(ValueError):
    """Settings that stop the start; the message names each variable and what it takes, never its value."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose, with its default; ``TABLE`` says which variable each comes from."""

    port: int = 8080
    workers: int = 2
    connections: int = 1000
    log_level: str = "info"
    max_body_bytes: int = 1_048_576
    fhir_max_body_bytes: int = 8_388_608
    batch_max_line_bytes: int = 65_536
    body_read_seconds: int = 3
    keepalive_seconds: int = 75
    graceful_seconds: int = 25
    drain_seconds: int = 0
    ready_needs_files: bool = False
    request_seconds: int = 2
    max_answer_bytes: int = 16_777_216
    auth_mode: str = "none"
    api_keys_file: str = ""
    jwt_issuers: tuple[str, ...] = ()
    jwt_audience: str = ""
    jwt_jwks_file: str = ""
    jwt_jwks_url: str = ""
    caller_header: str = ""
    traces_url: str = ""
    traces_percent: int = 100
    audit: str = ""
    audit_key_file: str = ""
    ca_file: str = ""
    public_url: str = ""
    fhir_canonical: str = "https://mas-risk.example/fhir"
    cors_origins: tuple[str, ...] = ()
    web: bool = True
    code_map_file: str = ""
    ehr_look_back_days: int = 30
    fhir_fetch_servers: tuple[str, ...] = ()
    fhir_fetch_seconds: int = 2
    cds_hooks: tuple[str, ...] = ("patient-view", "order-sign")
    cds_card_from: str = "possible"
    cds_suggestions: bool = False
    smart_client_id: str = ""
    smart_issuers: tuple[str, ...] = ()
    smart_auth_origins: tuple[str, ...] = ()
    smart_frame_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: ``read`` turns the text of ``variable`` into the field's value or raises ValueError."""

    field: str
    variable: str
    read: Callable[[str], object]
    takes: str
    meaning: str

    @property
    def default(self) -> str:
        """The default as an operator would write it; empty when there is none."""
        return form.written(getattr(DEFAULTS, self.field))


DEFAULTS = Settings()

_OF_A_LAUNCH = ("smart_auth_origins", "smart_frame_origins")
_CATEGORIES = ("likely", "probable", "possible", "indeterminate", "unlikely")


def _row(field: str, check: tuple[Callable[[str], object], str], meaning: str, variable: str = "") -> Setting:
    return Setting(field, variable or f"MAS_{field.upper()}", check[0], check[1], meaning)


TABLE: tuple[Setting, ...] = (
    _row("port", form.whole(1, 65_535), "Port to listen on.", "PORT"),
    _row(
        "workers",
        form.whole(1, 64),
        "Worker processes; explicit, since a pod sees its node's cores.",
        "WEB_CONCURRENCY",
    ),
    _row(
        "connections",
        form.whole(10, 10_000),
        "Connections that a worker holds at once; when nine tenths are taken, the oldest silent ones are ended.",
    ),
    _row(
        "log_level",
        form.one_of("debug", "info", "warning", "error"),
        "Least level logged; probes and scrapes are debug.",
    ),
    _row("max_body_bytes", form.whole(1, 1 << 30), "Largest request body; a longer one gets 413. Batches are exempt."),
    _row(
        "fhir_max_body_bytes",
        form.whole(1, 1 << 30),
        "The same for FHIR, HL7 v2 and CDS Hooks, whose records are larger. A body under gzip counts as unpacked.",
    ),
    _row("batch_max_line_bytes", form.whole(1, 1 << 30), "Longest line of a batch."),
    _row(
        "body_read_seconds",
        form.whole(1, 600),
        "Longest pause while a request arrives; the whole gets this plus 1 s per 16 KiB, then 408.",
    ),
    _row(
        "keepalive_seconds", form.whole(1, 3600), "How long an idle connection is kept; above the load balancer's own."
    ),
    _row("graceful_seconds", form.whole(1, 3600), "How long a stopping worker may finish the requests it holds."),
    _row(
        "drain_seconds",
        form.whole(0, 3600),
        "How long /readyz says 503 after SIGTERM before the port closes; 0 where a preStop hook does that job.",
    ),
    _row(
        "ready_needs_files",
        form.switch(),
        "Whether /readyz says 503 while a mounted file cannot be used; the last good content is served on either way.",
    ),
    _row(
        "request_seconds",
        form.whole(1, 600),
        "Processor time that one request, or one line of a batch, may take; a longer one gets 422.",
    ),
    _row("max_answer_bytes", form.whole(65_536, 1 << 30), "Largest answer; a longer one gets 422, and none is cut."),
    _row("auth_mode", form.one_of("none", "api_key", "jwt"), "How callers prove who they are."),
    _row("api_keys_file", form.file(), "For api_key: lines of name:sha256 of the key in hex; # starts a comment."),
    _row("jwt_issuers", form.texts(), "For jwt: the issuers (iss) trusted, separated by commas."),
    _row("jwt_audience", form.text(), "For jwt: the audience (aud) a token must name."),
    _row("jwt_jwks_file", form.file(), "For jwt: the issuers' public keys, a JWKS file; or MAS_JWT_JWKS_URL."),
    _row("jwt_jwks_url", form.url(), "For jwt: the https address of the keys; fetched again every 10 minutes."),
    _row(
        "caller_header",
        form.header(),
        "The header in which what authenticates in front names the caller, for the log. Only with MAS_AUTH_MODE=none,"
        " and only where nobody reaches the port past it.",
    ),
    _row(
        "traces_url",
        form.web_address(),
        "Where OpenTelemetry spans go (OTLP over HTTP, such as http://collector:4318/v1/traces); empty means nowhere."
        " Needs the packages of requirements-otel.txt.",
    ),
    _row(
        "traces_percent",
        form.whole(1, 100),
        "Share of the requests that are traced; one whose caller traces it is traced always.",
    ),
    _row(
        "audit",
        form.audit_destination(),
        "Where a line for each assessment goes, as a FHIR AuditEvent without a value; empty means nowhere.",
    ),
    _row(
        "audit_key_file",
        form.file(),
        "For MAS_AUDIT: at least 32 secret bytes that patients' references are hashed with.",
    ),
    _row(
        "ca_file",
        form.authorities(),
        "Who signs for the hosts called (keys, FHIR servers), where a site does; empty means the public authorities.",
    ),
    _row(
        "public_url",
        form.web_address(),
        "The address callers use: what a CDS Hooks token must name as its audience, and where cards link to /launch.",
    ),
    _row(
        "fhir_canonical",
        form.web_address(),
        "Beginning of the addresses of the FHIR code systems and extensions; as the public address with /fhir they lead"
        " here.",
    ),
    _row("cors_origins", form.origins(), "Browser origins that may call, separated by commas; * means any."),
    _row("web", form.switch(), "Whether / serves the page for people."),
    _row("code_map_file", form.file(), "A file of further codes and words for this site."),
    _row(
        "ehr_look_back_days",
        form.whole(0, 3650),
        "Days before the newest result after which an older one of a record counts as unknown; 0 means no limit.",
    ),
    _row(
        "fhir_fetch_servers", form.urls(), "FHIR servers that may be read when prefetch lacks data; empty means never."
    ),
    _row("fhir_fetch_seconds", form.whole(1, 60), "Total time for such a read."),
    _row("cds_hooks", form.names(), "The CDS Hooks advertised, separated by commas."),
    _row(
        "cds_card_from",
        form.one_of(*_CATEGORIES),
        "The weakest category that shows a card; below probable none while ferritin is known and low.",
    ),
    _row("cds_suggestions", form.switch(), "Whether cards suggest ordering the decisive tests."),
    _row(
        "smart_client_id",
        form.text(),
        "For /launch: the client_id under which the EHR knows the page as a public SMART app; empty means no /launch.",
    ),
    _row(
        "smart_issuers",
        form.issuers(),
        "For /launch: the FHIR servers (iss) that may open the page, be read by it, and show it in a frame.",
    ),
    _row(
        "smart_auth_origins",
        form.https_origins(),
        "For /launch: where those servers let people sign in, if that is another origin than their own.",
    ),
    _row(
        "smart_frame_origins",
        form.https_origins(),
        "For /launch: further origins that may show the page in a frame, if the EHR's own screens have another.",
    ),
)


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check every variable; raises BadSetting listing all that is wrong at once."""
    environ = os.environ if environ is None else environ
    given = {setting.field: environ.get(setting.variable, "").strip() for setting in TABLE}
    values: dict[str, object] = {}
    problems: list[str] = []
    for setting in TABLE:
        text = given[setting.field]
        try:
            values[setting.field] = setting.read(text) if text else getattr(DEFAULTS, setting.field)
        except ValueError:
            problems.append(f"{setting.variable} must be {setting.takes}")
    problems += _auth_problems(str(values.get("auth_mode")), given)
    if values.get("audit") and not given["audit_key_file"]:
        problems.append("MAS_AUDIT needs MAS_AUDIT_KEY_FILE")
    problems += _smart_problems(given)
    if problems:
        raise BadSetting(*problems)
    return Settings(**values)  # type: ignore[arg-type]  # the table's readers give each field its type


def _auth_problems(mode: str, given: Mapping[str, str]) -> list[str]:
    """What a mode lacks, by what was given at all: that it is wrong is said elsewhere."""
    needs = {"api_key": ("api_keys_file",), "jwt": ("jwt_issuers", "jwt_audience")}.get(mode, ())
    problems = [f"MAS_AUTH_MODE={mode} needs MAS_{field.upper()}" for field in needs if not given[field].strip(", ")]
    if mode == "jwt" and bool(given["jwt_jwks_file"]) == bool(given["jwt_jwks_url"]):
        problems.append("MAS_AUTH_MODE=jwt needs one of MAS_JWT_JWKS_FILE and MAS_JWT_JWKS_URL")
    if mode != "none" and given["caller_header"]:
        problems.append(f"MAS_CALLER_HEADER has no place with MAS_AUTH_MODE={mode}: the credentials name the caller")
    return problems


def _smart_problems(given: Mapping[str, str]) -> list[str]:
    """What a launch lacks: a client that no server knows, or servers that know no client."""
    named, listed = bool(given["smart_client_id"]), bool(given["smart_issuers"].strip(", "))
    if named and not listed:
        return ["MAS_SMART_CLIENT_ID needs MAS_SMART_ISSUERS"]
    further = [field for field in ("smart_issuers", *_OF_A_LAUNCH) if given[field].strip(", ")]
    return [f"MAS_{field.upper()} needs MAS_SMART_CLIENT_ID" for field in further if not named]


def cautions(settings: Settings, environ: Mapping[str, str] | None = None) -> list[str]:
    """What an operator should read in the log at the start, though it does not stop it."""
    environ = os.environ if environ is None else environ
    known = {setting.variable for setting in TABLE}
    said = [
        f"{name} is not a setting of this service"
        for name in sorted(environ)
        if name.startswith("MAS_") and name not in known
    ]
    if settings.auth_mode == "none":
        said.append("authentication is off (MAS_AUTH_MODE=none): whoever reaches the port may call")
        unused = ("api_keys_file", "jwt_issuers", "jwt_jwks_file", "jwt_jwks_url")
        said += [
            f"MAS_{field.upper()} has no effect while MAS_AUTH_MODE=none"
            for field in unused
            if getattr(settings, field)
        ]
    if settings.smart_client_id and not settings.web:
        said.append("MAS_SMART_CLIENT_ID has no effect while MAS_WEB=off")
    if settings.smart_client_id and not settings.public_url:
        said.append("cards do not link to /launch without MAS_PUBLIC_URL")
    if "*" in settings.cors_origins:
        said.append("any web page may call (MAS_CORS_ORIGINS=*)")
    return said
