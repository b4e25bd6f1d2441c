"""Turns in-patient data that clinosim has generated into FHIR Bundles by encounter and time, always the same ones.

Usage: python -m tools.clinosim_bundles FOLDER, where clinosim is installed beside this project's clients:
bash .ci/clients/setup.sh; then this calls .clients/venv/bin/clinosim with a fixed seed and fixed dates.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.server.messages.strict_json import dumps, loads

ROOT = Path(__file__).parents[1]
CLINOSIM = ROOT / ".clients" / "venv" / "bin" / "clinosim"
SEED, START, END, POPULATION = "42", "2025-11-01", "2026-10-31", "60"
TIMES_OF_AN_ENCOUNTER = 12  # one long stay must not stand for all patients
CARRIED = ("Observation", "DiagnosticReport", "MedicationRequest", "MedicationAdministration", "Condition")


def generate(folder: Path) -> Path:
    """Let clinosim write its data, unless it is there; return the folder of the NDJSON files."""
    written = folder / "fhir_r4"
    if not (written / "manifest.json").exists():
        dates = ["--start", START, "--end", END, "--seed", SEED, "--population", POPULATION]
        command = [str(CLINOSIM), "simulate", "--country", "US", *dates, "--output", str(folder), "--format", "fhir-r4"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own path and figures
    return written


def bundles(written: Path) -> Iterator[dict[str, Any]]:
    """Yield what there is of each encounter by a few of its times, first and last among them, in order of ids and times."""
    patients = {f"Patient/{resource['id']}": resource for resource in _read(written, "Patient")}
    of_encounter: dict[str, list[Any]] = defaultdict(list)
    for kind in CARRIED:
        for resource in _read(written, kind):
            named = resource.get("encounter") or resource.get("context") or {}
            of_encounter[named.get("reference", "")].append(resource)
    for encounter in sorted(_read(written, "Encounter"), key=lambda one: str(one["id"])):
        resources = of_encounter[f"Encounter/{encounter['id']}"]
        patient = patients.get(encounter["subject"]["reference"])
        for time in _spread(
            sorted({_time(resource) for resource in resources if resource["resourceType"] == "Observation"})
        ):
            known = ([patient] if patient else []) + [resource for resource in resources if _time(resource) <= time]
            yield {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": resource} for resource in known],
            }


def _spread(times: list[str]) -> list[str]:
    last = len(times) - 1
    steps = TIMES_OF_AN_ENCOUNTER - 1
    return times if last <= steps else [times[step * last // steps] for step in range(steps + 1)]


def _time(resource: dict[str, Any]) -> str:
    """Return the time of a resource, "" for what has no time of its own: that is known from the start."""
    return str(resource.get("effectiveDateTime", ""))


def _read(written: Path, kind: str) -> list[Any]:
    path = written / f"{kind}.ndjson"
    return [loads(line) for line in path.read_bytes().splitlines() if line.strip()] if path.exists() else []


if __name__ == "__main__":
    for bundle in bundles(generate(Path(sys.argv[1]))):
        sys.stdout.buffer.write(dumps(bundle) + b"\n")
