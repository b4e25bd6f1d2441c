"""Imports run one way, the medicine stands alone, and every package that is imported is declared."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SERVICE = ROOT / "service"
MODULES = sorted(SERVICE.rglob("*.py"))
MEDICINE = [module for module in MODULES if SERVICE / "clinical" in module.parents]
BROUGHT_BY = {"werkzeug": "flask", "jinja2": "flask", "urllib3": "requests", "cryptography": "jwt"}
"""Packages that a declared one stands on and shows in its own interface."""
MOST_MODULES = 10
INSTALLED = packages_distributions()


def imports(path: Path) -> Iterator[str]:
    """Yield the full names of what a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by dots"
            yield str(node.module)


def distributions(name: str) -> set[str]:
    top = name.partition(".")[0]
    return {normal(package) for package in INSTALLED.get(BROUGHT_BY.get(top, top), [])}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lint_imports(config: Path) -> str:
    """Run import-linter as its own process: it disables the loggers of the one it runs in."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", config]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True).stdout


def test_the_contracts_of_the_project_hold() -> None:
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    assert f"Contracts: {len(contracts)} kept, 0 broken." in lint_imports(ROOT / "pyproject.toml")


def test_no_folder_holds_more_modules_than_a_reader_takes_in() -> None:
    modules = Counter(module.parent for module in MODULES if module.name != "__init__.py")
    assert {folder.name: many for folder, many in modules.items() if many > MOST_MODULES} == {}


def test_what_codes_mean_and_which_result_counts_is_told_without_fhir() -> None:
    packages = [SERVICE / "ehr" / name for name in ("record", "results", "terminology")]
    below = [SERVICE / "ehr" / "issues.py", *(module for folder in packages for module in folder.glob("*.py"))]
    assert len(below) > 10
    assert [name for module in below for name in imports(module) if ".fhir" in name or ".cds_hooks" in name] == []


def test_a_contract_that_does_not_hold_is_noticed(tmp_path: Path) -> None:
    """The other way round the layers must fail: the check above can."""
    wrong = tmp_path / "reversed.toml"
    wrong.write_text(
        '[tool.importlinter]\nroot_package = "service"\n[[tool.importlinter.contracts]]\nname = "reversed"\n'
        'type = "layers"\nlayers = ["service.clinical", "service.api"]\n',
        encoding="utf-8",
    )
    assert "Contracts: 0 kept, 1 broken." in lint_imports(wrong)


@pytest.mark.parametrize("path", MEDICINE, ids=lambda path: path.stem)
def test_the_medicine_needs_the_standard_library_alone(path: Path) -> None:
    strange = [
        name
        for name in imports(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("service.clinical")
    ]
    assert strange == []


def test_the_server_knows_nothing_of_the_rest() -> None:
    found = {name for path in MODULES if SERVICE / "server" in path.parents for name in imports(path)}
    assert [name for name in found if name.startswith("service.") and not name.startswith("service.server")] == []


def test_every_package_that_is_imported_is_declared() -> None:
    project = PYPROJECT["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    declared = {normal(re.split(r"[\[<>=~! ;]", requirement, maxsplit=1)[0]) for requirement in wanted}
    foreign = {
        name
        for path in MODULES
        for name in imports(path)
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "service", "_typeshed"}
    }
    assert {name: distributions(name) for name in foreign if not distributions(name) & declared} == {}


def test_what_sends_traces_is_imported_in_one_place() -> None:
    """It is an extra: without it everything else must start."""
    users = {path.stem for path in MODULES if any(name.startswith("opentelemetry") for name in imports(path))}
    assert users == {"traces"}


def test_arrow_is_imported_by_what_its_users_import_and_by_nothing_else() -> None:
    """It is an extra too: the command and the service never need it."""
    readers = {path for path in MODULES if any(name.partition(".")[0] == "pyarrow" for name in imports(path))}
    assert readers == {SERVICE / "cohort" / "arrow.py", SERVICE / "cohort" / "intake" / "arrow.py"}
    names = {"service.cohort.arrow", "service.cohort.intake.arrow"}
    assert {path for path in MODULES if names & set(imports(path))} == {SERVICE / "cohort" / "arrow.py"}


def test_what_the_report_reckons_with_is_imported_in_its_folder_alone() -> None:
    """It is an extra too: without it every other command must run."""
    extra = {"numpy", "scipy"}
    users = {path.parent for path in MODULES if extra & {name.partition(".")[0] for name in imports(path)}}
    report = SERVICE / "cohort" / "report"
    assert users == {report, report / "figures"}
