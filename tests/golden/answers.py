"""Answers requests in the tree that it is run in; needs nothing of the rest of the tests, so that any tree can do it.

``python answers.py``: reads lines of JSON ``{name, path, media, body}``, writes lines ``{name, answer}``.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

REQUEST_ID = "golden"
CHANGING = re.compile(r'"(criteria_digest|service_version)":"[^"]*"|sha256:[0-9a-f]{64}|"uuid":"[^"]*"')
"""What differs with each release, or with each change of the data."""


def answers(requests: Iterable[tuple[str, str, str, str | None]]) -> Iterator[tuple[str, str]]:
    """Yield the name of each request and what it is answered: status, media type and body."""
    from service.app import create_app
    from service.server.settings import Settings

    client = create_app(Settings(log_level="warning", cds_suggestions=True, cds_card_from="unlikely")).test_client()
    for name, path, media, body in requests:
        yield (
            name,
            CHANGING.sub("(changes)", _table(body or "") if path == "cohort" else _sent(client, path, media, body)),
        )


def _sent(client: Any, path: str, media: str, body: str | None) -> str:
    headers = {"X-Request-Id": REQUEST_ID}
    if body is None:
        answer = client.get(path, headers=headers)
    else:
        answer = client.post(path, data=body.encode(), content_type=media, headers=headers)
    return f"{answer.status_code} {answer.content_type}\n{answer.get_data(as_text=True)}"


def _table(body: str) -> str:
    command = [sys.executable, "-m", "service.cohort", "--workers", "1"]
    return subprocess.run(command, input=body, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    asked = [json.loads(line) for line in sys.stdin]
    for found, answer in answers(
        (request["name"], request["path"], request["media"], request["body"]) for request in asked
    ):
        sys.stdout.write(json.dumps({"name": found, "answer": answer}) + "\n")
