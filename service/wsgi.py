"""The WSGI entry point: reads the settings and makes the application."""

import gc

from service.app import create_app

app = create_app()
gc.freeze()  # all of this stays while the process does: to look through it in the middle of a request takes 40 ms
