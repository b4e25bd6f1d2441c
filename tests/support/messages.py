"""HL7 v2 messages as tests need them: small, complete, and all about one patient."""

from collections.abc import Iterable
from typing import Any

from flask.testing import FlaskClient

HEADER = "MSH|^~\\&|LIS|LAB|MAS|HOSP|20261122080500||ORU^R01^ORU_R01|MSG00001|P|2.5.1"
PATIENT = "PID|1||12345^^^HOSP^MR||Doe^Jane||20140301|F"
STILL = "DG1|1||M08.2^Systemic juvenile arthritis^I10"
TIME, EARLIER, NOON = "20261122074500", "20261120070000", "20261122120000"
KIND = "application/hl7-v2"
NAMES = {
    "2276-4": "Ferritin",
    "777-3": "Platelets",
    "1920-8": "AST",
    "3255-7": "Fibrinogen",
    "2571-8": "Triglyceride",
    "8310-5": "Body temperature",
}


def obr(name: str = "24323-8^Panel^LN", **fields: str) -> str:
    """Return an OBR; ``fields`` are further ones by number, as ``at7=...``."""
    return _segment("OBR", {1: "1", 4: name, 25: "F"}, fields)


def obx(value: str, unit: str = "", code: str = "2276-4", kind: str = "NM", **fields: str) -> str:
    """Return an OBX of a LOINC code; ``fields`` are further ones by number, as ``at8=...``."""
    named = f"{code}^{NAMES[code]}^LN" if code in NAMES else code
    return _segment("OBX", {1: "1", 2: kind, 3: named, 5: value, 6: unit, 11: "F", 14: TIME}, fields)


def _segment(name: str, fixed: dict[int, str], more: dict[str, str]) -> str:
    fields = fixed | {int(key.removeprefix("at")): said for key, said in more.items()}
    return "|".join([name, *(fields.get(at, "") for at in range(1, max(fields) + 1))])


def message(
    *segments: str, header: str = HEADER, patient: str = PATIENT, diagnosis: str = STILL, end: str = "\r"
) -> str:
    """Return a message of a child with Still's disease, with an order around its results if it has none."""
    head = [header, *filter(None, [patient, diagnosis])]
    order = [] if any(segment.startswith("OBR") for segment in segments) else [obr()]
    return "".join(f"{segment}{end}" for segment in (*head, *order, *segments))


CALM = (
    obx("300", "10*9/L", "777-3"),
    obx("25", "U/L", "1920-8"),
    obx("0.7", "mmol/L", "2571-8"),
    obx("4.2", "g/L", "3255-7"),
    obx("39.2", "Cel", "8310-5"),
)
ILL = (
    obx("12500", "ng/mL"),
    obx("95", "10*9/L", "777-3"),
    obx("140", "U/L", "1920-8"),
    obx("1.4", "g/L", "3255-7"),
    obx("39.2", "Cel", "8310-5"),
)
OLD_FERRITIN = obx("120", "ng/mL", at14=EARLIER)


def sent(client: FlaskClient, body: str | bytes, accept: str = "", kind: str = KIND) -> Any:
    """Send a message; return the response."""
    headers = {"Accept": accept} if accept else {}
    data = body.encode() if isinstance(body, str) else body
    return client.post("/hl7v2", data=data, content_type=kind, headers=headers)


def assessed(client: FlaskClient, body: str | bytes) -> Any:
    """Return the assessment of a message."""
    answer = sent(client, body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def category(client: FlaskClient, *segments: str) -> str:
    """Return the category of a message of these segments."""
    return str(assessed(client, message(*segments))["classification"]["category"])


def codes(client: FlaskClient, *segments: str) -> list[str]:
    """Return the codes of the warnings of a message, in order."""
    return [warning["code"] for warning in assessed(client, message(*segments))["warnings"]]


def lines_of(acknowledgement: Any) -> list[list[str]]:
    """Return the segments of an acknowledgement, each parted into its fields."""
    return [line.split("|") for line in acknowledgement.get_data(as_text=True).strip("\r").split("\r")]


def values(errors: Iterable[list[str]]) -> list[str]:
    """Return the keys that the errors of an acknowledgement name."""
    return [error[5].partition("^")[0] for error in errors if error[0] == "ERR"]
