"""The report as a person asks for it: from panels to a page, and every way in which it cannot be made."""

from __future__ import annotations

import builtins
import csv
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.cohort.command import main
from service.cohort.report import command
from tests.support.cohort_results import REFUSED, SIXTEEN, table_of

PANELS = Path(__file__).resolve().parents[3] / "docs" / "examples" / "panels.csv"

LABELLED = "collected_at,ferritin[ug/L],platelets[10*9/L],ast[U/L],triglycerides[mg/dL],fibrinogen[g/L],fever,condition,=had MAS"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.csv"
    path.write_text(table_of([*SIXTEEN, REFUSED | {"MAS": "1"}], "MAS"), encoding="utf-8")
    return path


def test_a_report_on_a_file(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = results.with_name("report.html")
    assert main(["report", str(results), "--label", "MAS", "-o", str(page)]) == 0
    assert "5 of 6" in page.read_text(encoding="utf-8")
    assert capsys.readouterr() == ("", "17 rows, 1 refused, 0 that are no results.\n")


def test_from_panels_to_a_page_through_pipes() -> None:
    run = [sys.executable, "-m", "service.cohort"]
    found = subprocess.run([*run, "--workers", "1", str(PANELS)], capture_output=True, check=True).stdout
    done = subprocess.run([*run, "report"], input=found, capture_output=True, check=True)
    text = done.stdout.decode()
    assert text.startswith("<!doctype html>")
    assert "4 rows of 4 patients were assessed; none was refused." in text
    assert text.count(" of all 4") == 0
    rows = list(csv.DictReader(io.StringIO(found.decode())))
    assert [row["category"] for row in rows] == ["probable", "indeterminate", "unlikely", "possible"]
    assert "MAS is likely or probable in 1 row (25\xa0%), and unlikely in 1 row (25\xa0%)." in text


def test_a_label_that_is_kept_reaches_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    panels = tmp_path / "panels.csv"
    rows = ["2023-02-01,>10000,90,150,400,1.0,yes,sjia,MAS", "2023-02-01,100,400,20,80,5.0,no,sjia,no MAS"]
    panels.write_text("\n".join([LABELLED, *rows * 3]) + "\n")
    assert main([str(panels), "--workers", "1", "--keep-columns", "=had MAS"]) == 0
    results = panels.with_name("results.csv")
    results.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["report", str(results), "--label", "=had MAS"]) == 0
    assert "3 cases: 3 likely or probable, 0 not, 0 open." in capsys.readouterr().out


def test_rows_whose_label_is_none_are_told_by_their_number_and_not_by_their_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.csv"
    path.write_text(table_of([{"MAS": "1"}, *({"MAS": f"Anna {number}"} for number in range(12))], "MAS"))
    assert main(["report", str(path), "--label", "MAS", "-o", str(tmp_path / "x.html")]) == 0
    told = capsys.readouterr().err
    assert "The label of row 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and further ones is neither yes nor no" in told
    assert "Anna" not in told
    path.write_text(table_of([{"MAS": "maybe"}], "MAS"))
    assert main(["report", str(path), "--label", "MAS", "-o", str(tmp_path / "x.html")]) == 0
    assert "The label of row 1 is neither" in capsys.readouterr().err


def test_small_cells_are_withheld_if_asked(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(results), "--label", "MAS", "--small-cells", "5"]) == 0
    assert "stands as &lt;5" in capsys.readouterr().out
    for least in ("4", "1001", "five", "²"):
        with pytest.raises(SystemExit):
            main(["report", str(results), "--small-cells", least])
        assert "a whole number from 5 to 1000 is needed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--label", "Mass"], "No column is called 'Mass', as --label says. Columns beside the results are: 'MAS'."),
        (["-o", "results.csv"], "give -o another name"),
        (["-o", "no/such/folder.html"], "FileNotFoundError"),
        (["--encoding", "utf-16"], "not utf-16 text"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(
    results: Path, options: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(results.parent)
    before = results.read_text()
    assert main(["report", "results.csv", *options]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert told in error
    assert results.read_text() == before


def test_an_encoding_that_is_not_known_is_refused(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["report", str(results), "--encoding", "klingon"])
    assert "not known" in capsys.readouterr().err


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "/nowhere/results.csv"]) == 2
    assert "FileNotFoundError" in capsys.readouterr().err


@pytest.mark.parametrize("package", command.EXTRA)
def test_without_its_packages_it_says_what_to_install(
    package: str, results: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [
        name for name in sys.modules if name.startswith("service.cohort.report.") and name != command.__name__
    ]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def without(name: str, *arguments: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["report", str(results)]) == 2
    assert capsys.readouterr().err == f"{command.NEEDS}\n"


def test_another_module_that_is_missing_is_no_matter_of_the_extra(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError(name="service.cohort.report.pages")

    monkeypatch.setattr(command, "import_module", broken)
    with pytest.raises(ModuleNotFoundError):
        main(["report", str(results)])


def test_the_command_starts_without_the_packages_of_the_report() -> None:
    """They are an extra: every other command must work in an image that has none of them."""
    check = "import sys, service.cohort.command; sys.exit({'numpy', 'scipy'} & {*sys.modules} and 1 or 0)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    assert main(["report", str(results), "-o", str(results.with_name("report.html"))]) == 0
    assert "100%" in screen.getvalue()
