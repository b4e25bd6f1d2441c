"""What the server is pointed at."""

from flask import Flask

from service import wsgi


def test_the_entry_point_is_the_application_with_the_settings_of_the_environment() -> None:
    assert isinstance(wsgi.app, Flask)
    assert "api.post_assessment" in wsgi.app.view_functions
