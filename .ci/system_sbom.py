"""Adds the packages of the image's system to the bill of materials: what dpkg says is installed, each with its purl.

Usage: system_sbom.py SBOM STATUS RELEASE. SBOM is a CycloneDX file, which is rewritten; STATUS and RELEASE are
/var/lib/dpkg/status and /etc/os-release of the image.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote


def paragraphs(status: str) -> Iterator[dict[str, str]]:
    """Yield the fields of each package that is installed; lines that go on a field are left out."""
    for paragraph in status.split("\n\n"):
        lines = [line for line in paragraph.splitlines() if ": " in line and not line.startswith(" ")]
        fields = dict(line.split(": ", 1) for line in lines)
        if fields.get("Status", "").endswith(" installed"):
            yield fields


def component(fields: dict[str, str], distribution: str, release: str) -> dict[str, Any]:
    """Return one package as CycloneDX tells it."""
    name, version = fields["Package"], fields["Version"]
    purl = f"pkg:deb/{distribution}/{quote(name, safe='')}@{quote(version, safe='')}"
    purl += f"?arch={fields['Architecture']}&distro={distribution}-{release}"
    described: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "description": fields.get("Description", ""),
    }
    if maintainer := fields.get("Maintainer"):
        described["supplier"] = {"name": maintainer.split(" <")[0]}
    return described


def merged(document: dict[str, Any], status: str, release: str) -> dict[str, Any]:
    """Return the bill of materials with the system and its packages."""
    told = dict(line.split("=", 1) for line in release.splitlines() if "=" in line)
    distribution, number = (told.get(key, "").strip('"') for key in ("ID", "VERSION_ID"))
    system = {
        "type": "operating-system",
        "bom-ref": f"{distribution}-{number}",
        "name": distribution,
        "version": number,
        "description": told.get("PRETTY_NAME", "").strip('"'),
    }
    packages = [component(fields, distribution, number) for fields in paragraphs(status)]
    return {**document, "components": [*document.get("components", []), system, *packages]}


def main(arguments: list[str]) -> int:
    """Rewrite the bill of materials; returns the exit code."""
    bill, status, release = map(Path, arguments)
    document = json.loads(bill.read_text(encoding="utf-8"))
    whole = merged(document, status.read_text(encoding="utf-8"), release.read_text(encoding="utf-8"))
    bill.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    print(f"{bill}: {len(whole['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
