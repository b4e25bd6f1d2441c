"""The mounted files (keys, certificates, codes) as the master holds them: read and checked before they count.

Each worker, also one that takes a dead one's place, reads the master's copies. A file that has been broken on disk
changes nothing until somebody asks for a reload, and then the last good content stays.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, MutableMapping

from service.server.drain import note_bad_files
from service.server.setting_forms import readable
from service.server.settings import TABLE

VARIABLES = tuple(row.variable for row in TABLE if row.field.endswith("_file"))
_LARGEST = 16 << 20
_CHECK = (sys.executable, "-m", "service.check")
_CHECK_SECONDS = 60

Environ = MutableMapping[str, str]
Check = Callable[[dict[str, str], list[int]], list[str]]


def checked(environ: dict[str, str], files: list[int]) -> list[str]:
    """Make the application of these variables, in a process of its own, and return what is wrong with them."""
    try:
        told = subprocess.run(  # noqa: S603  # our own module
            _CHECK, env=environ, pass_fds=files, capture_output=True, timeout=_CHECK_SECONDS, check=False
        ).stdout
        problems = json.loads(told)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ["the files could not be checked"]
    return [str(problem) for problem in problems]


class HeldFiles:
    """Copies in memory of the files that ``environ`` names; it then names the copies instead."""

    def __init__(self, environ: Environ, check: Check = checked) -> None:
        self.environ = environ
        self.check = check
        self.paths = {variable: environ[variable].strip() for variable in VARIABLES if environ.get(variable)}
        self.copies: list[int] = []

    def take(self) -> list[str]:
        """Read the files anew; return what is wrong with them, and then go on holding those from before."""
        if not self.paths:
            return []
        copies: dict[str, int] = {}
        problems = []
        for variable, path in self.paths.items():
            try:
                copies[variable] = _copy(variable, path)
            except (OSError, ValueError):
                problems.append(f"{variable} must be the path of a readable file")
        named = {variable: f"/proc/self/fd/{copy}" for variable, copy in copies.items()}
        problems = problems or self._checked(named, copies)
        note_bad_files(bad=bool(problems))
        if problems:
            _close(list(copies.values()))
            return problems
        _close(self.copies)
        self.copies = list(copies.values())
        self.environ.update(named)
        return []

    def _checked(self, named: dict[str, str], copies: dict[str, int]) -> list[str]:
        """Check the copies; a fault in one is told under the name of its variable."""
        variables = {f"{copy}": variable for variable, copy in copies.items()}
        told = (problem.partition(": ") for problem in self.check({**self.environ, **named}, list(copies.values())))
        return [f"{variables.get(place, place)}{colon}{text}" for place, colon, text in told]


def _copy(variable: str, path: str) -> int:
    with open(readable(path), "rb") as file:  # noqa: PTH123  # a descriptor is wanted
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise OSError
    copy = os.memfd_create(variable)
    os.write(copy, content)
    return copy


def _close(copies: list[int]) -> None:
    for copy in copies:
        os.close(copy)
