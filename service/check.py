"""Says as JSON what is wrong with the settings and the files they name: ``python -m service.check``."""

from __future__ import annotations

import json
import sys

from service.server.settings import BadSetting


def problems() -> list[str]:
    """Make the application as a worker would; return what stops it."""
    from service.app import create_app  # noqa: PLC0415  # the shipped tables are read on import, and may be at fault

    try:
        create_app()
    except BadSetting as bad:
        return list(bad.problems)
    except ValueError as bad:  # BadData of a table of codes
        return [str(bad)]
    return []


def main() -> int:
    """Print the problems as a JSON list."""
    found = problems()
    sys.stdout.write(json.dumps(found))
    return 1 if found else 0


if __name__ == "__main__":  # pragma: no cover
    sys.exit(main())
