"""The command as a person runs it: on a file, on a pipe, on tables as spreadsheets save them."""

import csv
import io
import os
import shlex
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.cohort import command, processes, work
from service.cohort.command import UNKNOWN_IS_NOT_NORMAL, main
from service.cohort.conversions import INCOMPLETE, Unanswered, to_csv

TABLE = "id,ferritin[ug/L],platelets[10*9/L],fever,condition\nA,905,116,true,sjia\nB,5.4.3,116,true,sjia\nC,>10000,L,,sjia\n"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(table: str | bytes, *options: str) -> tuple[int, list[dict[str, str]], str]:
        path = tmp_path / "panels.csv"
        path.write_bytes(table if isinstance(table, bytes) else table.encode())
        code = main([str(path), *options])
        told = capsys.readouterr()
        return code, list(csv.DictReader(io.StringIO(told.out))), told.err

    return call


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_row_has_its_result_in_order(run: Any, workers: str) -> None:
    head, rows = TABLE.split("\n", 1)
    code, results, told = run(f"{head}\n{rows * 450}", "--workers", workers)
    assert (code, told) == (0, f"1350 rows, 450 refused; the column problems says why. {UNKNOWN_IS_NOT_NORMAL}\n")
    assert [result["row"] for result in results] == [str(number) for number in range(1, 1351)]
    assert [(result["id"], result["status"]) for result in results] == [("A", "200"), ("B", "422"), ("C", "200")] * 450
    assert "invalid_quantity" in results[1]["problems"]


@pytest.mark.parametrize(
    "table",
    [
        b"\xef\xbb\xbfferritin[ug/L],fever\n905,true\n",
        b"ferritin[ug/L];fever\r\n905;true\r\n",
        b"ferritin[ug/L]\tfever\n\n905\ttrue\n\t\n",
        b'"ferritin[ug/L]","fever"\n"905","true"',
        b'"ferritin\n[ug/L]";"fever"\n905;true\n',
    ],
)
def test_a_table_as_spreadsheets_save_it(run: Any, table: bytes) -> None:
    code, (result,), told = run(table, "--workers", "1")
    assert (code, result["status"], told) == (0, "200", f"1 row, 0 refused. {UNKNOWN_IS_NOT_NORMAL}\n")


def test_a_bad_number_an_open_quotation_mark_and_a_stray_cell_spoil_their_own_row(run: Any) -> None:
    table = b"ferritin[ug/L],fever\n9x5,true\n5,4,true\n905,true\n" + b'"' + b"x" * 200_000 + b'"\n905,true\n'
    _, results, _ = run(table, "--workers", "1")
    assert [result["status"] for result in results[:3]] == ["422", "400", "200"]
    assert "more cells than the header" in results[1]["problems"]
    assert "400" in [result["status"] for result in results[3:]]
    assert "quotation mark" in "".join(result["problems"] for result in results[3:])


@pytest.mark.parametrize(
    ("quoted", "statuses"),
    [
        (b'A,905,"note\nB,905,\nC,905,"x"\n', ["400", "400", "400", "200"]),  # closed again by another row's
        (b'A,905,"note\nB,905,\n', ["400", "400", "400"]),  # open to the end
        (b'A,905,"note" \nB,905,\n', ["400", "200", "200"]),
        (b'A,905,"two\nlines"\nB,905,5\'10"\n', ["200", "200", "200"]),
    ],
)
def test_no_row_is_lost_between_stray_quotation_marks(run: Any, quoted: bytes, statuses: list[str]) -> None:
    code, results, _ = run(
        b"id,ferritin[ug/L],note\n" + quoted + b"D,905,\n", "--workers", "1", "--ignore-columns", "note"
    )
    assert (code, [result["status"] for result in results]) == (0, statuses)
    assert {result["id"] for result in results if result["status"] == "200"} <= {"A", "B", "D"}
    assert all("quotation mark" in result["problems"] for result in results if result["status"] == "400")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_results_are_utf_8_whatever_the_locale(encoding: str) -> None:
    table = "id,ferritin[ug/L]\n\u042e,905\n\xfc,905\n".encode()
    command = [sys.executable, "-m", "service.cohort", "--workers", "1"]
    done = subprocess.run(
        command, input=table, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    assert [row["id"] for row in csv.DictReader(io.StringIO(done.stdout.decode()))] == ["\u042e", "\xfc"]


def test_what_is_odd_about_the_header_is_told_once(run: Any) -> None:
    _, results, told = run("ferritin,ward,fever\n905,116,true\n905 ug/L,116,true\n", "--workers", "1")
    assert [result["status"] for result in results] == ["422", "200"]
    assert told.count("has no unit") == told.count("Column 2 'ward' is no input and is left out.") == 1


def test_decimal_commas_are_refused_or_read_as_announced(run: Any) -> None:
    table = "fibrinogen[g/L];fever\n2,1;true\n"
    assert [row["status"] for row in run(table, "--workers", "1")[1]] == ["422"]
    assert [row["status"] for row in run(table, "--workers", "1", "--decimal-comma")[1]] == ["200"]


def test_thousands_are_refused_unless_a_decimal_comma_was_announced(run: Any) -> None:
    table = "ferritin[ug/L];fever\n{};true\n"
    for options in ([], ["--decimal-comma"]):
        _, (result,), _ = run(table.format("12.500"), "--workers", "1", *options)
        assert "does it set thousands apart?" in result["problems"]
    assert [row["status"] for row in run(table.format("12,500"), "--workers", "1", "--decimal-comma")[1]] == ["200"]


def test_a_bad_value_may_be_left_out(run: Any) -> None:
    _, (result,), _ = run("ferritin[ug/L],crp[mg/L]\n905,5.4.3\n", "--on-invalid", "omit", "--workers", "1")
    assert result["status"] == "200"
    assert "Left out" in result["problems"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        ("ferritin[ug/L]\n".encode("utf-16-le"), "not UTF-8"),
        ("temperature[\u00b0C]\n39\n".encode("latin-1"), "not UTF-8"),
        (b"\x1f\x8b\x08\x00\x00", "unpack it"),
        (b'"ferritin[ug/L]\n905\n', "quotation mark is open"),
        (b"ferritin[ug/L]" + b"x" * 200_000, "far too long"),
        (b"ward,bed\n1,2\n", "no observation and no finding"),
    ],
)
def test_a_table_that_cannot_be_used(run: Any, table: bytes, words: str) -> None:
    code, results, told = run(table)
    assert (code, results) == (2, [])
    assert words in told


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/nowhere/panels.csv"]) == 2
    assert "FileNotFoundError" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["0", "two"])
def test_the_number_of_workers_is_checked(workers: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["x.csv", "--workers", workers])
    assert "above 0" in capsys.readouterr().err


def test_an_interrupt_ends_it_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "assess_rows", interrupt)
    path = tmp_path / "panels.csv"
    path.write_text(TABLE)
    assert main([str(path)]) == 130


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_lost_worker_process_ends_it_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(work, "_assess_chunk", _die)
    path = tmp_path / "panels.csv"
    path.write_text(TABLE)
    assert main([str(path), "--workers", "2"]) == 1
    assert "worker process was ended" in capsys.readouterr().err


def test_workers_leave_an_interrupt_to_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    left: dict[int, object] = {}
    monkeypatch.setattr(signal, "signal", left.__setitem__)
    held = signal.pthread_sigmask(signal.SIG_BLOCK, processes.ENDINGS)
    processes.leave_signals()
    assert left == {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: signal.SIG_DFL}
    assert signal.pthread_sigmask(signal.SIG_SETMASK, held).isdisjoint(processes.ENDINGS)


def test_a_signal_to_end_waits_while_worker_processes_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the hooks that Python runs around a fork the exception it raises would be lost."""
    masks = []
    submit = ProcessPoolExecutor.submit

    def watched(*arguments: Any) -> Any:
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        return submit(*arguments)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", watched)
    path = tmp_path / "panels.csv"
    path.write_text(TABLE)
    assert main([str(path), "--workers", "2"]) == 0
    assert len(masks) == 1
    assert masks[0].issuperset(processes.ENDINGS)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()).isdisjoint(processes.ENDINGS)


def test_told_to_end_it_leaves_no_process_behind(tmp_path: Path) -> None:
    path = tmp_path / "panels.csv"
    path.write_text(TABLE + "A,905,116,true,sjia\n" * 20_000)
    command = [sys.executable, "-m", "service.cohort", str(path), "--workers", "2"]
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, start_new_session=True) as running:
        assert running.stdout is not None
        running.stdout.read(1)
        running.terminate()
        _, told = running.communicate(timeout=30)
        assert (running.returncode, told) == (130, b"")
        with pytest.raises(ProcessLookupError):
            os.killpg(running.pid, 0)


def piped(*arguments: str, sent: bytes) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "service.cohort", *arguments], input=sent, capture_output=True, check=True
    )
    return done.stdout


def test_the_two_conversions_around_a_batch_give_what_the_command_gives(client: FlaskClient) -> None:
    table = (TABLE + "D,1,2,3,4,5,6\n").encode()
    lines = piped("to-ndjson", sent=table)
    answers = client.post("/v1/assessments/batch", data=lines, content_type="application/x-ndjson").data
    through_service = list(csv.DictReader(io.StringIO(piped("to-csv", sent=answers).decode())))
    here = list(csv.DictReader(io.StringIO(piped("--workers", "1", sent=table).decode())))
    for row, other in zip(here, through_service, strict=True):
        assert row["status"] == other["status"]
    assert [row | {"id": ""} for row in here[:3]] == through_service[:3]  # of the fourth the service sees no JSON


def test_rows_that_cannot_become_lines_are_told(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "panels.csv"
    path.write_text("id,ferritin[ug/L]\nA,905\n" + "B,9,05\n" * 30)
    assert main(["to-ndjson", str(path)]) == 0
    lines, told = (stream.splitlines() for stream in capfd.readouterr())
    assert [line[:1] for line in lines] == ["{"] + ["#"] * 30
    assert told[0].startswith("Row 2: The row has more cells than the header")
    assert (told[19][:7], told[20:]) == ("Row 21:", ["Further rows cannot be read."])


def test_lines_that_are_no_answers_are_told_as_such() -> None:
    lines = (
        b'{"title":"x","detail":"The body is not usable."}',
        b'{"index":1,\n\n[1]',
        b'{"index":"x","status":200,"assessment":{}}',
        b'{"index":4,"status":200,"assessment":{}}',
    )
    sent = b"\n".join(lines)
    command = [sys.executable, "-m", "service.cohort", "to-csv"]
    done = subprocess.run(command, input=sent, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"{INCOMPLETE}\n".encode())
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert [(row["row"], row["problems"]) for row in rows] == [
        ("1", "The body is not usable."),
        ("2", "This line is not an answer of the batch."),
        *((str(number), "This line is not an answer of the batch.") for number in (3, 4, 5)),
    ]


def test_a_batch_of_which_nothing_came_back_is_a_failure() -> None:
    table = to_csv([b"\n"])
    assert next(table).startswith("row,id,")
    with pytest.raises(Unanswered, match="No line came"):
        next(table)


def test_a_reader_who_has_had_enough_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "panels.csv"
    path.write_text(TABLE + "A,905,116,true,sjia\n" * 3000)
    run = f"{shlex.join([sys.executable, '-m', 'service.cohort', 'to-ndjson', str(path)])} | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", run], capture_output=True, check=True, text=True)
    assert (done.stderr, done.stdout.count("\n")) == ("", 1)


def test_importing_the_package_runs_nothing() -> None:
    assert import_module("service.cohort.__main__").main is main


INTAKE = {
    "02": "id,ferritin[ug/L],platelets[10*9/L],ast[U/L],fibrinogen[g/L],triglycerides[mmol/L],fever,condition,{}\n"
    "a,120,300,25,4.2,0.7,yes,sjia,{}\n",
    "12": "id,ferritin[ug/L],fever\nM\xfcller,12500,yes\nM\xf6ller,905,yes\n",
}


@pytest.mark.parametrize("column", ["meds", "Drugs", "Medikation", "current medications", "Medication (name)"])
def test_a_drug_column_by_another_name_counts(run: Any, column: str) -> None:
    code, (result,), told = run(INTAKE["02"].format(column, "tocilizumab"), "--workers", "1")
    assert (code, result["category"]) == (0, "indeterminate")
    assert f"Column 9 '{column}' is read as medications." in told


@pytest.mark.parametrize("column", ["treatment", "therapy", "biologic", "Behandlung", "on tocilizumab", "drug2 dose"])
def test_a_column_that_may_hold_drugs_stops_the_run_unless_it_is_left_out_by_name(run: Any, column: str) -> None:
    table = INTAKE["02"].format(column, "tocilizumab")
    code, results, told = run(table, "--workers", "1")
    assert (code, results) == (2, [])
    assert f"Column 9 '{column}' is not known here." in told
    code, results, told = run(table, "--workers", "1", "--ignore-columns", column)
    assert (code, [result["status"] for result in results]) == (0, ["200"])
    assert f"Column 9 '{column}' is left out, as asked." in told


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_column_that_is_kept_stands_behind_the_results(run: Any, workers: str) -> None:
    table = "id,MAS,ferritin[ug/L],fever,remark\nA,yes,905,true,=1\nB,no,5.4.3,true,\nC,no,905,true,x,y\n"
    code, results, told = run(table, "--workers", workers, "--keep-columns", "MAS,remark", "--keep-columns", "fever")
    assert code == 0
    assert [(row["MAS"], row["remark"], row["fever"], row["status"]) for row in results] == [
        ("yes", "'=1", "true", "200"),
        ("no", "", "true", "422"),
        ("", "", "", "400"),
    ]
    assert "Column 2 'MAS' is kept in the results, and is no input." in told
    assert "Column 4 'fever' is kept in the results, and is also read as an input." in told
    assert "left out" not in told


def test_a_column_cannot_be_kept_without_its_name_or_under_one_of_the_results(run: Any) -> None:
    assert "No column is called 'Mass', as --keep-columns says." in run(TABLE, "--keep-columns", "Mass")[2]
    code, results, told = run(TABLE, "--workers", "1", "--keep-columns", "id")
    assert (code, results) == (2, [])
    assert "have a column 'id' of their own" in told


def test_two_patients_never_become_one_by_their_encoding(run: Any) -> None:
    table = INTAKE["12"].encode("cp1252")
    code, results, told = run(table, "--workers", "1")
    assert (code, results) == (2, [])
    assert "Line 2 is not UTF-8 text" in told
    assert "--encoding cp1252" in told
    code, results, _ = run(table, "--workers", "1", "--encoding", "cp1252")
    assert (code, [result["id"] for result in results]) == (0, ["M\xfcller", "M\xf6ller"])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_times_without_an_offset_are_told_once(run: Any, workers: str) -> None:
    rows = "a,2023-02-01 08:30:00,905,yes\nb,2023-02-01T08:30:00,905,yes\nc,1/2/2023,905,yes\nd,44958,905,yes\n"
    code, results, told = run("id,collected_at,ferritin[ug/L],fever\n" + rows * 200, "--workers", workers)
    assert (code, [result["status"] for result in results[:4]]) == (0, ["200", "200", "422", "422"])
    assert told.count("Times without an offset are read as those of UTC (--timezone).") == 1
    assert "the day could be taken for the month" in results[2]["problems"]
    assert "a spreadsheet counts days" in results[3]["problems"]
    _, _, told = run("id,collected_at,fever\na,2023-02-01 08:30,yes\n", "--workers", "1", "--timezone", "Asia/Tokyo")
    assert "those of Asia/Tokyo" in told


@pytest.mark.parametrize(
    ("option", "value"),
    [("--timezone", "Mars/Olympus"), ("--timezone", "../x"), ("--encoding", "rot13"), ("--encoding", "klingon")],
)
def test_an_option_that_means_nothing_is_refused(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["x.csv", option, value])
    assert stopped.value.code == 2
    assert option in capsys.readouterr().err


def test_what_is_wrong_with_a_word_is_told_in_the_words_of_a_table(run: Any) -> None:
    table = "ferritin[ug/L],fever\nND,yes\n905,perhaps\n5.4.3,yes\n"
    _, results, _ = run(table, "--workers", "1")
    assert "may mean 'not measured' or 'below the limit of detection'" in results[0]["problems"]
    assert "One of these words is needed here: yes, no," in results[1]["problems"]
    assert "Not read as a quantity" in results[2]["problems"]
    _, results, _ = run(table, "--workers", "1", "--on-invalid", "omit")
    assert [result["status"] for result in results] == ["200"] * 3
    assert "may mean 'not measured'" in results[0]["problems"]
    assert "One of these words is needed here" in results[1]["problems"]


def test_the_summary_shows_why_an_unlikely_answer_does_not_reassure(run: Any) -> None:
    head, row = INTAKE["02"].format("medications", "").split("\n", 1)
    _, (result,), _ = run(f"{head}\n{row.replace(',120,', ',,')}", "--workers", "1")
    assert "Ferritin was not measured, and without it this does not reassure." in result["summary"]


def test_rows_as_lines_count_in_the_zone_and_tell_it_once(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "panels.csv"
    path.write_text("collected_at,fever\n" + "2023-02-01 08:30,yes\n" * 3)
    assert main(["to-ndjson", str(path), "--timezone", "Europe/Berlin"]) == 0
    sent, told = capfd.readouterr()
    assert sent.count('"collected_at":"2023-02-01T08:30:00+01:00"') == 3
    assert told == "Times without an offset are read as those of Europe/Berlin (--timezone).\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_and_a_file_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "panels.csv"
    path.write_text(TABLE)
    for screen, is_shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", screen)
        assert main([str(path), "--workers", "1"]) == 0
        assert ("100%" in screen.getvalue()) is is_shown
        assert screen.getvalue().endswith(f"3 rows, 1 refused; the column problems says why. {UNKNOWN_IS_NOT_NORMAL}\n")


@pytest.mark.parametrize(
    ("table", "statuses", "told"),
    [
        ("id,ferritin[ug/L],fever\na,.,yes\nb,#N/A,yes\nc,<NA>,yes\nd,?,yes\ne,#DIV/0!,yes\n", ["200"] * 5, ""),
        ("sep=;\nid;ferritin[ug/L];fever\na;905;yes\n", ["200"], ""),
        (
            "Registry of 2026\n\nid,ferritin[ug/L],fever\na,905,yes\nTotal,905,\n",
            ["200", "400"],
            "a title, passed over",
        ),
        ("id,ferritin[ug/L],fever\na,905,1.0\nb,905,0.0\nc,905,present\nd,905,WAHR\n", ["200"] * 4, ""),
        ("id,Ferritin (ug/L),fever\na,12500,yes\n", ["200"], "is read as ferritin[ug/L]"),
        ("id,ferritin,platelets,fever\n,ug/L,10*9/L,\na,12500,95,yes\n", ["200"], "is read as the units"),
        ("id,platelets[10*9/L],fever\na,116 10*9/L,yes\nb,116 G/L,yes\n", ["200", "200"], ""),
        ("id,ferritin[ug/L],fever\na,12500 H,yes\nb,12500*,yes\nc,12500(R),yes\n", ["422"] * 3, "3 refused"),
        ("id,fever,\na,yes,\nb,yes,tocilizumab\n", ["200", "400"], ""),
    ],
)
def test_tables_from_the_field(run: Any, table: str, statuses: list[str], told: str) -> None:
    code, results, said = run(table, "--workers", "1")
    assert (code, [result["status"] for result in results]) == (0, statuses)
    assert told in said
