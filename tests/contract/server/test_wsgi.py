"""What the server is pointed at."""

import os
import subprocess
import sys

from flask import Flask

from service import wsgi


def test_the_entry_point_is_the_application_with_the_settings_of_the_environment() -> None:
    assert isinstance(wsgi.app, Flask)
    assert "api.post_assessment" in wsgi.app.view_functions


def test_what_only_tokens_and_outbound_calls_need_is_not_imported_without_them() -> None:
    told = "import sys, service.wsgi; print(sorted({'requests', 'jwt', 'cryptography'} & set(sys.modules)))"
    kept = {key: text for key, text in os.environ.items() if not key.startswith("MAS_")}
    found = subprocess.run([sys.executable, "-c", told], env=kept, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_collector_does_not_look_through_what_stays_while_the_process_does() -> None:
    told = "import gc, service.wsgi; print(len(gc.get_objects()), gc.get_freeze_count())"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    walked, frozen = map(int, found.stdout.split())
    assert walked < frozen / 10
