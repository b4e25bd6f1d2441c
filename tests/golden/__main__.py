"""``python -m tests.golden``: writes the digests anew; with a folder, shows where the answers of that tree differ."""

import difflib
import json
import subprocess
import sys
from pathlib import Path

from tests.golden.digests import DIGESTS, digest, found
from tests.golden.requests import Request, requests

HERE = Path(__file__).parent
MOST_LINES = 12


def of_tree(tree: Path, asked: list[Request]) -> dict[str, str]:
    """Return what another tree answers, by the name of the request."""
    sent = "".join(
        json.dumps(
            {
                "name": request.name,
                "path": request.path,
                "media": request.media,
                "body": request.body and request.body.decode(),
            }
        )
        + "\n"
        for request in asked
    )
    script = (HERE / "answers.py").read_text(encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", script], input=sent, cwd=tree, stdout=subprocess.PIPE, check=True, text=True
    )
    return {line["name"]: line["answer"] for line in map(json.loads, ran.stdout.splitlines())}


def show_differences(tree: Path) -> int:
    """Print the first differences of each answer; return how many answers differ."""
    here, there, differing = found(), of_tree(tree, list(requests())), 0
    for name, answer in here.items():
        if answer != there[name]:
            differing += 1
            print(f"== {name}")
            pieces = [text.replace(",", ",\n").splitlines() for text in (there[name], answer)]
            lines = list(difflib.unified_diff(*pieces, str(tree), "here", lineterm="", n=1))
            print("\n".join(lines[:MOST_LINES]))
    print(f"{differing} of {len(here)} answers differ")
    return differing


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(1 if show_differences(Path(sys.argv[1])) else 0)
    lines = [f"{digest(answer)} {name}\n" for name, answer in found().items()]
    DIGESTS.write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} digests written")
