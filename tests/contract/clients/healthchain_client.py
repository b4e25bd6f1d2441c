"""Runs in the clients' own environment: HealthChain's sandbox client, and its model of an answer.

Usage: healthchain_client.py call ADDRESS PREFETCH_FILE, or: healthchain_client.py validate < answers.ndjson
"""

import json
import sys


def call(address: str, path: str) -> None:
    from healthchain.sandbox import SandboxClient

    client = SandboxClient(url=address, workflow="patient-view")
    client.load_from_path(path)
    sys.stdout.write(json.dumps(client.send_requests()))


def validate() -> None:
    from healthchain.models.responses.cdsresponse import CDSResponse

    count = 0
    for line in sys.stdin:
        CDSResponse(**json.loads(line))
        count += 1
    sys.stdout.write(json.dumps({"count": count}))


if __name__ == "__main__":
    {"call": call, "validate": validate}[sys.argv[1]](*sys.argv[2:])
