"""Asks a running service one question and fails unless the answer is right.

`helm test` runs it in the service's own image: check.py BASE_URL ready|worked-case|bad-case AUTH_MODE.
With authentication on, the two posts must be refused with 401.
"""

import json
import sys
import urllib.error
import urllib.request

WORKED_CASE = {
    "context": {"condition": "sjia"},
    "observations": {
        "ferritin": "905 ng/mL",
        "platelets": "116 10*9/L",
        "ast": "60 U/L",
        "triglycerides": "120 mg/dL",
        "fibrinogen": "400 mg/dL",
    },
    "findings": {"fever": True},
    "options": {"criteria": ["eular-acr-printo-2016"]},
}
NO_UNIT = {"observations": {"ferritin": 905}}
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url: str, body: object = None) -> tuple[int, str, dict]:
    """Return status, media type and decoded body of a GET, or of a POST when there is a body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    try:
        answer = DIRECT.open(request, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers.get_content_type(), json.load(answer)


def demand(what: str, got: object, wanted: object) -> None:
    """Stop with a message unless the two are equal."""
    if got != wanted:
        raise SystemExit(f"{what}: wanted {wanted!r}, got {got!r}")


def refused(base: str, body: object) -> None:
    """Demand that a post without credentials is turned away."""
    status, media_type, problem = ask(f"{base}/v1/assessments", body)
    demand("status without credentials", status, 401)
    demand("media type", media_type, "application/problem+json")
    demand("status in the problem", problem["status"], 401)


def ready(base: str, auth_mode: str) -> None:
    """Demand that requests may be sent."""
    demand("status of /readyz", ask(f"{base}/readyz")[0], 200)


def worked_case(base: str, auth_mode: str) -> None:
    """Demand the right verdict for a febrile panel with ferritin, platelets and AST beyond their thresholds."""
    if auth_mode != "none":
        refused(base, WORKED_CASE)
        return
    status, _, assessment = ask(f"{base}/v1/assessments", WORKED_CASE)
    demand("status", status, 200)
    demand("criteria", [(c["id"], c["verdict"]) for c in assessment["criteria"]], [("eular-acr-printo-2016", "met")])
    demand("category", assessment["classification"]["category"], "likely")


def bad_case(base: str, auth_mode: str) -> None:
    """Demand that a number without a unit is refused, never guessed."""
    if auth_mode != "none":
        refused(base, NO_UNIT)
        return
    status, media_type, problem = ask(f"{base}/v1/assessments", NO_UNIT)
    demand("status", status, 422)
    demand("media type", media_type, "application/problem+json")
    found = [(error["pointer"], error["code"]) for error in problem["errors"]]
    demand("errors", found, [("/observations/ferritin", "unit_required")])


if __name__ == "__main__":
    base_url, case, mode = sys.argv[1:]
    {"ready": ready, "worked-case": worked_case, "bad-case": bad_case}[case](base_url.rstrip("/"), mode)
    print(f"{case}: right")
