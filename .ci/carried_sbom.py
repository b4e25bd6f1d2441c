"""Adds to the bill of materials what a Python package carries inside: the JavaScript of Swagger UI, with its version.

Usage: carried_sbom.py SBOM DIST. SBOM is a CycloneDX file, which is rewritten; DIST is the folder of flask-swagger-ui
with the files of Swagger UI.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CARRIER, CARRIED = "flask-swagger-ui", "swagger-ui-dist"


def added(bill: dict[str, Any], version: str) -> dict[str, Any]:
    """Return the bill with Swagger UI, on which the package that carries it depends."""
    purl = f"pkg:npm/{CARRIED}@{version}"
    carried = {
        "type": "library",
        "bom-ref": purl,
        "name": CARRIED,
        "version": version,
        "purl": purl,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    carriers = {part["bom-ref"] for part in bill["components"] if part["name"].replace("_", "-").lower() == CARRIER}
    needs = bill.get("dependencies", [])
    told = [
        need | {"dependsOn": sorted({*need.get("dependsOn", []), purl})} if need["ref"] in carriers else need
        for need in needs
    ]
    return bill | {"components": [*bill["components"], carried], "dependencies": [*told, {"ref": purl}]}


def main(place: Path, dist: Path) -> None:
    """Rewrite the bill."""
    version = (dist / "VERSION").read_text().strip().removeprefix("v")
    place.write_text(json.dumps(added(json.loads(place.read_text()), version), indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
