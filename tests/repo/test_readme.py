"""What the README shows is what the service does."""

import json
import re
from pathlib import Path

from flask.testing import FlaskClient

README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    found = re.search(rf"<!-- tested: {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def body(command: str) -> str:
    found = re.search(r"-d '(.*?)'", command, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_curl_prints_the_answer_that_is_shown(client: FlaskClient) -> None:
    command = block("curl")
    answer = client.post("/v1/assessments", data=body(command), content_type="application/json")
    lines = int(command.rsplit("head -n ", 1)[1])
    printed = json.dumps(answer.json, indent=4).splitlines()[:lines]
    assert "\n".join(printed) == block("answer").rstrip("\n")


def test_the_wrong_panel_is_refused_as_described(client: FlaskClient) -> None:
    answer = client.post("/v1/assessments", data=body(block("wrong panel")), content_type="application/json")
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [
        "/observations/platlets",
        "/observations/wbc",
        "/observations/crp",
    ]


def test_every_address_is_listed_and_every_link_leads_somewhere() -> None:
    root = Path(__file__).parent.parent.parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (root / link).exists()] == []
