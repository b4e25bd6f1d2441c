"""Generators of clients: each makes a client of openapi.yaml, which is compiled and calls the running service.

``python -m tests.contract.clients.generators`` prints what each of them does (``bash .ci/clients/setup.sh`` installs them).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from service.api.openapi import PATH
from tests.support.live import SERVICE, Live

TOOLS = Path(__file__).parents[3] / ".clients" / "generators"
PROGRAMS = Path(__file__).parent / "generated"
BIN = TOOLS / "venv" / "bin"
JAR = next(
    (TOOLS / "venv").glob("lib/python3*/site-packages/openapi_generator_cli/openapi-generator.jar"), Path("none")
)
EXPECTED = {"category": "indeterminate", "codes": ["implausible_value"]}
STEPS = ("generates", "compiles", "calls", "reads a 200", "reads a 422")

Command = list[str | Path]


class Generator(NamedTuple):
    """How one tool makes a client in the working folder, how it is compiled, and how it is started."""

    name: str
    package: str
    generate: list[Command]
    compile: list[Command]
    call: Command
    prepare: Callable[[Path], None] = lambda _: None


def node(name: str) -> Path:
    return TOOLS / "node_modules" / ".bin" / name


def program(*names: str) -> Callable[[Path], None]:
    """Return what puts the calling program beside the generated client."""

    def prepare(folder: Path) -> None:
        for name in names:
            shutil.copy(PROGRAMS / name, folder)

    return prepare


def typescript(name: str, package: str, generate: Command, source: str) -> Generator:
    options = [
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--target",
        "es2022",
        "--module",
        "es2022",
        "--lib",
        "es2022,dom,dom.iterable",
    ]
    options += ["--moduleResolution", "bundler", "--types", "node"]
    bundle = ["--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outfile=made/{source}.mjs"]
    banner = "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

    def prepare(folder: Path) -> None:
        program(f"{source}.ts")(folder)
        (folder / "node_modules").symlink_to(TOOLS / "node_modules")
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        (folder / "orval.config.cjs").write_text(ORVAL, encoding="utf-8")

    made: list[Command] = [[node("tsc"), *options, f"{source}.ts"], [node("esbuild"), f"{source}.ts", *bundle, banner]]
    return Generator(name, package, [generate], made, ["node", f"made/{source}.mjs"], prepare)


ORVAL = """module.exports = {
  fetch: { input: "openapi.yaml", output: { target: "orval/client.ts", client: "fetch" } },
  zod: { input: "openapi.yaml", output: { target: "orval/schemas.ts", client: "zod" } },
};
"""


def openapi_generator(language: str, folder: str, *options: str) -> Command:
    # The check of the specification is left to the linters; the tool's own knows OpenAPI 3.1 in part.
    return ["java", "-jar", JAR, "generate", "-i", "openapi.yaml", "-g", language, "-o", folder, *options]


def go(folder: Path) -> None:
    program("main.go")(folder)
    (folder / "go.mod").write_text(
        "module mas\n\ngo 1.23\n\nrequire gopkg.in/validator.v2 v2.0.1\n\n"
        "replace gopkg.in/validator.v2 => ./validator\n",
        encoding="utf-8",
    )
    (folder / "validator").mkdir()
    shutil.copy(PROGRAMS / "validator.go", folder / "validator")
    (folder / "validator" / "go.mod").write_text("module gopkg.in/validator.v2\n\ngo 1.23\n", encoding="utf-8")


MODELS = ["--input-file-type=openapi", "--use-annotated", "--formatters=builtin"]
MODELS += ["--output-model-type=pydantic_v2.BaseModel"]
JAVAC = "javac -nowarn -d made -cp \"$0\" $(find client/src/main -name '*.java') Generated.java Call.java"
GENERATORS = (
    typescript(
        "openapi-typescript, openapi-fetch",
        "openapi-typescript",
        [node("openapi-typescript"), "openapi.yaml", "-o", "schema.d.ts"],
        "openapi_fetch",
    ),
    typescript(
        "@hey-api/openapi-ts",
        "@hey-api/openapi-ts",
        [node("openapi-ts"), "-i", "openapi.yaml", "-o", "hey", "-c", "@hey-api/client-fetch"],
        "hey_api",
    ),
    typescript(
        "orval, fetch", "orval", [node("orval"), "--config", "orval.config.cjs", "--project", "fetch"], "orval_fetch"
    ),
    typescript("orval, zod", "orval", [node("orval"), "--config", "orval.config.cjs", "--project", "zod"], "orval_zod"),
    typescript(
        "openapi-generator, typescript-fetch",
        "openapi-generator-cli",
        openapi_generator("typescript-fetch", "typescript-fetch", "--additional-properties=importFileExtension=.js"),
        "typescript_fetch",
    ),
    typescript(
        "openapi-generator, typescript-axios",
        "openapi-generator-cli",
        openapi_generator("typescript-axios", "typescript-axios", "--additional-properties=importFileExtension=.js"),
        "typescript_axios",
    ),
    Generator(
        "openapi-generator, python",
        "openapi-generator-cli",
        [openapi_generator("python", ".")],
        [[BIN / "mypy", "openapi_client"], [BIN / "mypy", "openapi_generator.py"]],
        [BIN / "python", "openapi_generator.py"],
        program("openapi_generator.py"),
    ),
    Generator(
        "openapi-generator, java",
        "openapi-generator-cli",
        [openapi_generator("java", "client", "--library", "native", "--additional-properties=openApiNullable=false")],
        [["bash", "-c", JAVAC, JAR]],
        ["java", "-cp", f"made:{JAR}", "Call"],
        program("Call.java", "Generated.java"),
    ),
    Generator(
        "openapi-generator, go",
        "openapi-generator-cli",
        [
            openapi_generator(
                "go", "client", "--additional-properties=withGoMod=false,packageName=client,enumClassPrefix=true"
            )
        ],
        [[BIN / "go", "vet", "./client", "."]],
        [BIN / "go", "run", "."],
        go,
    ),
    Generator(
        "openapi-python-client",
        "openapi-python-client",
        [
            [
                BIN / "openapi-python-client",
                "generate",
                "--path",
                "openapi.yaml",
                "--output-path",
                "mas_client",
                "--meta",
                "none",
            ]
        ],
        # Its fixed part, client.py, is not clean under mypy whatever the contract says; models and operations are.
        [[BIN / "mypy", "--follow-imports=silent", "mas_client/models", "mas_client/api", "openapi_python_client.py"]],
        [BIN / "python", "openapi_python_client.py"],
        program("openapi_python_client.py"),
    ),
    Generator(
        "datamodel-code-generator",
        "datamodel-code-generator",
        [[BIN / "datamodel-codegen", "--input", "openapi.yaml", "--output", "mas_models.py", *MODELS]],
        [[BIN / "mypy", "datamodel_code_generator.py"]],
        [BIN / "python", "datamodel_code_generator.py"],
        program("datamodel_code_generator.py"),
    ),
)


class Failed(Exception):
    """A step failed; ``args`` hold its name and what the tool said."""


def made(generator: Generator, folder: Path, address: str) -> Any:
    """Return what the client of ``generator`` read of the service at ``address``; raises Failed."""
    shutil.copy(PATH, folder / "openapi.yaml")
    generator.prepare(folder)
    for command in generator.generate:
        run("generates", command, folder)
    for command in generator.compile:
        run("compiles", command, folder)
    return json.loads(run("calls", [*generator.call, address], folder).splitlines()[-1])


def run(step: str, command: Command, folder: Path) -> str:
    environment = os.environ | {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1",  # a run of seconds is over before the second compiler pays
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
    }
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, timeout=240, check=False)
    if done.returncode:
        raise Failed(step, (done.stdout + done.stderr).decode(errors="replace")[-3000:])
    return done.stdout.decode()


def version(generator: Generator) -> str:
    """Return the version that the lock files pin."""
    manifest = json.loads((TOOLS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    if generator.package in manifest:
        return str(manifest[generator.package])
    pins = (TOOLS / "requirements.txt").read_text(encoding="utf-8")
    return pins.partition(f"{generator.package}==")[2].split()[0]


def cells(generator: Generator, address: str) -> list[str]:
    """Return yes or no for each step."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            read = made(generator, Path(folder), address)
        except Failed as failure:
            print(f"{generator.name} {failure.args[0]}: no\n{failure.args[1]}", file=sys.stderr)
            done = STEPS.index(failure.args[0])
            return ["yes"] * done + ["no"] * (len(STEPS) - done)
    return ["yes"] * 3 + ["yes" if read[key] == value else "no" for key, value in EXPECTED.items()]


def main() -> None:
    chosen = [generator for generator in GENERATORS if not sys.argv[1:] or generator.name in sys.argv[1:]]
    print(f"| tool | version | {' | '.join(STEPS)} |\n|{'---|' * 7}")
    with tempfile.TemporaryDirectory() as folder, Live(Path(folder), SERVICE) as live:
        for generator in chosen:
            found = cells(generator, f"http://127.0.0.1:{live.port}")
            print(f"| {generator.name} | {version(generator)} | {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    main()
