"""Packs the chart as Helm does, and signs it: the .prov file beside the archive says who packed which bytes.

Usage: chart_package.py DESTINATION [KEY KEYRING [PASSPHRASE_FILE]]. KEY is part of the key's name; KEYRING a file
written by `gpg --export-secret-keys`. Without them the archive stays unsigned, and that is said.
"""

from __future__ import annotations

import sys
from pathlib import Path

import helm_python

CHART = Path(__file__).resolve().parent.parent / "helm"


def main(arguments: list[str]) -> int:
    """Pack, sign and verify; returns the exit code."""
    destination, *signing = arguments
    Path(destination).mkdir(parents=True, exist_ok=True)
    archive = helm_python.package(CHART, destination=destination)
    print(archive)
    if not signing:
        print("not signed: name a KEY and a KEYRING", file=sys.stderr)
        return 0
    key, keyring, *passphrase = signing
    print(helm_python.sign(archive, key=key, keyring=keyring, passphrase_file=next(iter(passphrase), None)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
