"""The WSGI entry point: reads the settings and makes the application."""

from service.app import create_app

app = create_app()
