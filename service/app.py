"""Puts the parts together: one Flask application from one set of settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from service import __version__, hl7v2_answers
from service.api import errors, openapi, routes
from service.api.counting import UNKNOWN_REASONS
from service.api.request import formulary
from service.clinical.criteria import CATALOGUE, DIGEST
from service.clinical.measurement.analytes import FINDINGS, MEASURES
from service.ehr import counting, site
from service.ehr.cds_hooks import routes as cds_routes
from service.ehr.fhir.answer import operation as fhir_routes
from service.ehr.fhir.answer import records
from service.ehr.fhir.definitions import routes as definition_routes
from service.ehr.hl7v2 import routes as hl7v2_routes
from service.ehr.terminology.prefetch_template import REQUIRED_KEY
from service.server import health
from service.server.auth import guard
from service.server.messages import cors, headers
from service.server.observing import audit, logs, metric_labels, metrics, saturation, traces
from service.server.serving import limits, refusals, turns
from service.server.settings import Settings, from_environment
from service.web import docs, launch, page

OWN_ERRORS = {
    fhir_routes.PREFIX: fhir_routes.error_answer,
    cds_routes.PREFIX: cds_routes.error_answer,
    hl7v2_routes.PREFIX: hl7v2_routes.error_answer,
}


class Service(Flask):
    """Flask without a look at each function, several times a request, whether it is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application; without settings they are read from the environment (raises BadSetting)."""
    settings = settings or from_environment()
    app = Service(__name__, static_folder=None)
    app.config[routes.LONGEST_LINE] = settings.batch_max_line_bytes
    app.config[health.NEEDS_FILES] = settings.ready_needs_files
    app.url_map.merge_slashes = False  # a redirect would turn a POST into a GET
    refusals.install(app)
    app.before_request(_refuse_other_spellings)
    _install_server(app, settings)
    app.register_error_handler(Exception, _error_answer)
    for part in (health, routes, openapi):
        app.register_blueprint(part.blueprint)
    app.register_blueprint(docs.blueprint)
    if settings.web:
        app.config[page.LOCKED] = settings.auth_mode != "none"
        app.register_blueprint(page.blueprint)
    app.register_blueprint(records.blueprint)
    fhir_routes.install(app, settings)
    definition_routes.install(app, settings)
    here = site.install(app, settings)
    formulary.install(app, here.codes.formulary)
    if settings.web and settings.smart_client_id:
        launch.install(app, settings, here.codes.templates, REQUIRED_KEY)
    cds_routes.install(app, here)
    hl7v2_routes.install(app, hl7v2_answers.FORMS)
    return app


def _error_answer(error: Exception) -> Response:
    """Answer each interface's callers in the words of that interface."""
    for prefix, own_answer in OWN_ERRORS.items():
        if request.path == prefix or request.path.startswith(f"{prefix}/"):
            return own_answer(error)
    return errors.answer(error)


def _refuse_other_spellings() -> None:
    """Raise NotFound for a path that Flask would redirect (none) or take for another (//metrics for /metrics)."""
    path = request.environ["PATH_INFO"]
    if not path or path.startswith("//"):
        raise NotFound


def _labels() -> dict[str, Iterable[str]]:
    """Return the words that the interfaces count by; they share the reasons why an input is unknown."""
    labels = dict(counting.LABELS)
    labels["unknown_reason"] = [*UNKNOWN_REASONS, *labels["unknown_reason"]]
    return labels


def _install_server(app: Flask, settings: Settings) -> None:
    """Put the server's parts around the application; in this order requests pass them."""
    metric_labels.allow(criteria=CATALOGUE, observation=[*MEASURES, *FINDINGS], **_labels())
    metrics.build_info(__version__, DIGEST)
    logs.install(app, settings)
    metrics.install(app)
    saturation.install(app)
    traces.install(app, settings, __version__)
    headers.install(app)
    cors.install(app, settings)
    guard.install(app, settings)
    audit.install(app, settings, __version__, DIGEST)
    limits.install(app, settings, (*OWN_ERRORS, records.PATH))
    turns.install(app)
