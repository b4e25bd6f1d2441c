"""Builders and a sender of HL7 v2 written by others, against the running server."""

import json
import subprocess
from pathlib import Path

from flask.testing import FlaskClient

from service.ehr.hl7v2.message import read_message
from tests.contract.clients.test_clients import HERE, NODE, PYTHON, TOOLS, pytestmark, run, tools
from tests.support.live import SERVICE, Live
from tests.support.messages import sent

__all__ = ["pytestmark", "tools"]
VERSIONS = ("2.3", "2.4", "2.5", "2.5.1", "2.8")


def test_results_built_in_javascript_are_acknowledged_over_http(tmp_path: Path) -> None:
    with Live(tmp_path, SERVICE) as live:
        found = run([*NODE, HERE / "hl7_sender.mjs", TOOLS, f"http://127.0.0.1:{live.port}/hl7v2"])
    refused = found.pop("another event")
    assert (refused["status"], refused["code"], refused["id"], refused["errors"]) == (400, "AR", "id R30", 1)
    assert found.keys() == {*VERSIONS}
    for version, answer in found.items():
        assert (answer["status"], answer["code"], answer["id"], answer["errors"]) == (200, "AA", f"id {version}", 0)
        assert answer["said"].startswith("likely: ")


def printed() -> str:
    command = [str(PYTHON), str(HERE / "hl7_builder.py")]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout


def test_messages_of_python_hl7_are_read_as_it_reads_them(client: FlaskClient) -> None:
    built = [json.loads(line) for line in printed().splitlines()]
    assert [message["category"] for message in built] == ["likely", "indeterminate"]
    for message in built:
        segments = read_message(message["text"].encode()).segments
        read = [[segment.components(raw) for raw in segment.fields[1:]] for segment in segments]
        assert read == message["read"]
        answer = sent(client, message["text"]).get_json()
        assert answer["classification"]["category"] == message["category"]
