"""What the README shows is what the service does."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TESTED = re.findall(r"<!-- tested: (.*?) -->", README)


def block(name: str) -> str:
    found = re.search(rf"<!-- tested: {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def asked(client: FlaskClient, command: str) -> tuple[TestResponse, str]:
    """Return what the service answers to a curl, and the commands that its answer is piped through."""
    call, _, rest = command.replace("\\\n", "").partition("' |")
    address, *options = shlex.split(f"{call}'" if rest else call)[2:]
    given = dict(zip(options[::2], options[1::2], strict=True))
    kind = given["-H"].removeprefix("Content-Type: ")
    return client.post(urlsplit(address).path, data=given["-d"].encode(), content_type=kind), rest


@pytest.mark.parametrize("name", [name.removesuffix(" answer") for name in TESTED if name.endswith(" answer")])
def test_a_curl_prints_the_answer_that_is_shown(client: FlaskClient, name: str) -> None:
    answer, rest = asked(client, block(name))
    assert answer.status_code == 200
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    printed = subprocess.run(
        ["sh", "-c", rest], input=answer.data, capture_output=True, env=os.environ | {"PATH": path}, check=True
    )
    assert printed.stdout.decode() == block(f"{name} answer")


def test_every_example_is_held_to_what_the_service_does() -> None:
    assert [name for name in TESTED if not name.endswith("answer")] == ["curl", "wrong panel", "fhir", "cds"]
    assert len(re.findall(r"^curl ", README, re.MULTILINE)) == 4


def test_the_wrong_panel_is_refused_as_described(client: FlaskClient) -> None:
    answer, _ = asked(client, block("wrong panel"))
    assert answer.status_code == 422
    told = {error["pointer"]: error for error in answer.json["errors"]}
    assert list(told) == ["/observations/platlets", "/observations/wbc", "/observations/crp"]
    assert told["/observations/platlets"]["did_you_mean"] == "platelets"
    assert "superscript" in told["/observations/wbc"]["detail"]
    assert told["/observations/crp"]["suggestion"] == "mg/L"


def test_every_address_is_listed_and_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
