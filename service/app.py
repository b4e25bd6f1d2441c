"""Puts the parts together: one Flask application from one set of settings."""

from __future__ import annotations

from flask import Flask

from service.api import errors, openapi, routes
from service.server import health
from service.server.settings import Settings, from_environment


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application; without settings they are read from the environment (raises BadSetting)."""
    settings = settings or from_environment()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.url_map.merge_slashes = False  # a redirect would turn a POST into a GET
    errors.install(app)
    for blueprint in (health.blueprint, routes.blueprint, openapi.blueprint):
        app.register_blueprint(blueprint)
    return app
