"""The requests that are measured. Fixed, so that one run can be held against another."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from service.api.openapi import contract
from service.server.messages.strict_json import dumps

OBSERVATIONS: dict[str, Any] = {
    "ferritin": "9050 ug/L",
    "platelets": {"value": 116, "unit": "10*9/L"},
    "ast": "78 U/L",
    "triglycerides": "2.4 mmol/L",
    "fibrinogen": "1.9 g/L",
    "ldh": "723 U/L",
    "hemoglobin": "90 g/L",
    "wbc": "5.4 10*9/L",
    "neutrophils": "2.4 10*9/L",
    "esr": "12 mm/h",
    "temperature": "39.2 Cel",
    "scd25": "3000 U/mL",
    "liver_below_costal_margin": "4 cm",
    "spleen_below_costal_margin": "3 cm",
    "alt": "60 U/L",
    "crp": "80 mg/L",
    "d_dimer": "4 mg/L{FEU}",
    "cxcl9": "1200 pg/mL",
    "il18": "24000 pg/mL",
}
FINDINGS = {
    "fever": True,
    "hepatomegaly": True,
    "splenomegaly": True,
    "cns_dysfunction": False,
    "hemorrhage": False,
    "active_arthritis": True,
    "hemophagocytosis": False,
    "low_or_absent_nk_activity": False,
    "immunosuppression": True,
    "fasting_sample": True,
}
CONTEXT = {"condition": "sjia", "medications": [{"name": "prednisolone"}]}
SPARSE = {
    "patient": {"age_years": 10},
    "context": {"condition": "sjia"},
    "observations": {
        "ferritin": "9050 ug/L",
        "platelets": {"value": 116, "unit": "10*9/L"},
        "triglycerides": {"interpretation": "H"},
        "fibrinogen": {"interpretation": "L"},
    },
    "findings": {"fever": True},
}
CONDITIONS = ("sjia", "suspected_sjia", "aosd", "jsle", "malignancy", "other")
HALF = 0.5
ONE_SET = "eular-acr-printo-2016"


def panel(observations: int = 17, *criteria: str) -> dict[str, Any]:
    """Return a panel with so many observations, every finding, and the sets asked for (default all)."""
    request: dict[str, Any] = {
        "patient": {"age_years": 10, "age_at_onset_years": 8},
        "context": CONTEXT,
        "observations": dict(list(OBSERVATIONS.items())[:observations]),
        "findings": FINDINGS,
    }
    return request | ({"options": {"criteria": list(criteria)}} if criteria else {})


def varied(panels: int, seed: int = 7) -> list[dict[str, Any]]:
    """Return as many panels, the same in every run, no two with the same values, units, findings or gaps."""
    draw = random.Random(seed)
    return [_varied(draw) for _ in range(panels)]


def _varied(draw: random.Random) -> dict[str, Any]:
    forms: dict[str, Callable[[], Any]] = {
        "ferritin": lambda: f"{draw.choice(['', '', '', '>'])}{draw.randint(50, 30000)} ug/L",
        "platelets": lambda: {"value": draw.randint(40, 450), "unit": "10*9/L"},
        "ast": lambda: f"{draw.randint(15, 400)} U/L",
        "triglycerides": lambda: draw.choice([f"{draw.randint(80, 400)} mg/dL", {"interpretation": "H"}]),
        "fibrinogen": lambda: draw.choice([f"{draw.randint(80, 450)} mg/dL", {"interpretation": "L"}]),
        "ldh": lambda: f"{draw.randint(150, 2000)} U/L",
        "hemoglobin": lambda: draw.choice([f"{draw.randint(60, 150)} g/L", f"{draw.randint(60, 150) / 10} g/dL"]),
        "wbc": lambda: f"{draw.randint(10, 200) / 10} 10*9/L",
        "neutrophils": lambda: f"0.{draw.randint(3, 9)} 10*9/L",
        "esr": lambda: f"{draw.randint(2, 90)} mm/h",
        "temperature": lambda: f"{draw.randint(365, 405) / 10} Cel",
        "scd25": lambda: f"{draw.randint(500, 9000)} U/mL",
        "liver_below_costal_margin": lambda: f"{draw.randint(0, 6)} cm",
        "spleen_below_costal_margin": lambda: f"{draw.randint(0, 6)} cm",
        "crp": lambda: f"{draw.randint(1, 200)} mg/L",
    }
    chosen = draw.sample(list(forms), draw.randint(8, len(forms)))
    return {
        "patient": {"age_years": draw.randint(1, 60)},
        "context": {"condition": draw.choice(CONDITIONS), "medications": [{"name": "prednisolone"}]},
        "observations": {key: forms[key]() for key in chosen},
        "findings": {key: draw.random() < HALF for key in FINDINGS if draw.random() < HALF},
    }


def batch(lines: int) -> bytes:
    """Return a full panel as NDJSON, that many times."""
    return b"".join(dumps(panel()) + b"\n" for _ in range(lines))


def example(path: str) -> bytes | None:
    """Return the first request example of a path in the contract, as JSON; None if it has none."""
    post = contract()["paths"].get(path, {}).get("post", {})
    for content in post.get("requestBody", {}).get("content", {}).values():
        for sample in content.get("examples", {}).values():
            if "value" in sample:
                return dumps(sample["value"])
    return None
