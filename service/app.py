"""Puts the parts together: one Flask application from one set of settings."""

from __future__ import annotations

from flask import Flask

from service.server import auth, bodies, cors, headers, health, logs, metrics
from service.server.settings import Settings, from_environment


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application; without settings they are read from the environment (raises BadSetting)."""
    settings = settings or from_environment()
    app = Flask(__name__, static_folder=None)
    logs.install(app, settings)
    metrics.install(app)
    headers.install(app)
    cors.install(app, settings)
    auth.install(app, settings)
    bodies.install(app, settings)
    app.register_blueprint(health.blueprint)
    return app
