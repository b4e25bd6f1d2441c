"""Runs the command."""

import signal
import sys

from service.cohort.command import main

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the worker processes would outlive this one
    sys.exit(main(sys.argv[1:]))
