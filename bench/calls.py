"""Calls the application of the tree that it is started in, as a script: it knows nothing of either tree but create_app.

Its argument is a JSON file with the calls: lists of path, media type and bodies, which are sent by turns. ``getppid``
marks where each begins and ends, for callgrind to count between them.
"""

import gc
import io
import json
import os
import sys
from pathlib import Path
from typing import Any


def call(app: Any, path: str, media: str, body: bytes) -> None:
    """Send one request to the WSGI application and take its whole answer."""
    where, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": where,
        "QUERY_STRING": query,
        "CONTENT_TYPE": media,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:8080",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    begun: list[str] = []
    answer = app(environ, lambda status, *_: begun.append(status))
    size = sum(map(len, answer))
    answer.close()
    if not (begun[0].startswith("200") and size):
        raise RuntimeError(f"{path}: {begun[0]}")


def main() -> None:
    """Send each body once so that nothing is done for the first time, and once more while it is counted."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109  # the tree that is measured, not the one of this file
    from service.app import create_app  # noqa: PLC0415
    from service.server.settings import Settings  # noqa: PLC0415

    app = create_app(Settings())
    gc.disable()  # where a collection falls depends on what ran before
    for path, media, bodies in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        for counted in (False, True):
            if counted:
                os.getppid()
            for body in bodies:
                call(app, path, media, body.encode())
        os.getppid()


if __name__ == "__main__":
    main()
