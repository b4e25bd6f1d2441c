"""Builds messages with python-hl7, reads them with it again, and prints both as JSON, a message a line."""

import json
import sys

import hl7

MARKS = "|^~\\&"


def built(rows: list[list[object]], esc: str = "\\") -> hl7.Message:
    """Return a message of segments, each a list of fields; a list within a field holds its components."""
    message = hl7.Message(separator="\r", separators="\r|~^&", esc=esc)
    for row in rows:
        segment = message.create_segment([message.create_field([row[0]])])
        for value in row[1:]:
            parts = value if isinstance(value, list) else [value]
            escaped = [part if row[0] == "MSH" else message.escape(part) for part in parts]
            repetition = message.create_repetition([message.create_component([part]) for part in escaped])
            segment.append(message.create_field([repetition if len(parts) > 1 else escaped[0]]))
        message.append(segment)
    return message


def header(control_id: str) -> list[object]:
    """Return the fields of an MSH."""
    return [
        "MSH",
        "|",
        MARKS[1:],
        "LIS",
        "LAB",
        "MAS",
        "HOSP",
        "20261122080500",
        "",
        ["ORU", "R01"],
        control_id,
        "P",
        "2.5.1",
    ]


def result(code: str, name: str, kind: str, value: object, unit: str) -> list[object]:
    """Return the fields of an OBX."""
    return ["OBX", "1", kind, [code, name, "LN"], "", value, unit, "", "", "", "", "F", "", "", "20261122074500"]


PATIENT = ["PID", "1", "", "12345", "", ["Doe & Sons", "Jane"], "", "20140301", "F"]
STILL = ["DG1", "1", "", ["M08.2", "Still|sJIA~x\\y", "I10"]]
MESSAGES = {
    "likely": [
        result("2276-4", "Ferritin", "SN", [">", "12500"], "ng/mL"),
        result("777-3", "Platelets", "NM", "95", "10*9/L"),
        result("1920-8", "AST ^ GOT & ASAT", "ST", "140", "U/L"),
        result("3255-7", "Fibrinogen", "TX", "1.4 g/L", ""),
        result("8310-5", "Body temperature", "NM", "39.2", "Cel"),
    ],
    "indeterminate": [result("2276-4", "Ferritin", "ST", "see note | below", "")],
}

for key, results in MESSAGES.items():
    text = str(built([header(key), PATIENT, STILL, ["OBR", "1"], *results]))
    again = hl7.parse(text)
    read = [
        [[again.unescape(str(part)) for part in str(field).split("^")] for field in segment[1:]]
        for segment in again[1:]
    ]
    sys.stdout.write(json.dumps({"category": key, "text": text, "read": read}) + "\n")
