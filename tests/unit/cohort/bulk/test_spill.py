"""The folder of the data of patients, and the order of records on disk."""

import signal
import stat
from pathlib import Path

import pytest

from service.cohort.bulk import spill
from service.cohort.bulk.spill import Record, Sorter, Workspace, key_of, read_key, write_run, written


def test_the_folder_is_for_its_owner_alone_and_goes_with_all_it_holds(tmp_path: Path) -> None:
    with Workspace(str(tmp_path)) as folder:
        run = write_run(folder, [b"a\n"])
        assert run is not None
        assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(run.stat().st_mode)) == (0o700, 0o600)
    assert [*tmp_path.iterdir()] == []


def test_a_signal_that_comes_while_the_folder_is_made_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = spill.tempfile.mkdtemp

    def slow(*arguments: str, **named: str) -> str:
        signal.raise_signal(signal.SIGINT)  # to this thread: others of the test process hold nothing back
        return str(make(*arguments, **named))

    monkeypatch.setattr(spill.tempfile, "mkdtemp", slow)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever other tests have left
    with pytest.raises(KeyboardInterrupt), Workspace(str(tmp_path)):
        pass
    signal.signal(signal.SIGINT, before)
    assert [*tmp_path.iterdir()] == []


def test_records_of_one_patient_stand_together_in_the_order_of_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill, "RUNS_AT_ONCE", 2)
    keys = ["Patient/a", "Patient/a-b", "Patient/a\tb", "Patient/a\nb", "Patient/é", 'Patient/"\\', "Patient/ab"]
    sorter = Sorter(tmp_path)
    for number in range(5):
        sorter.add(write_run(tmp_path, [written(Record(key, spill.place_text(0, number), b"{}")) for key in keys]))
    records = [*sorter.records()]
    found = [read_key(key_of(record)) for record in records]
    assert (sorted({*found}), len(found)) == (sorted(keys), 5 * len(keys))
    assert [found.count(key) for key in dict.fromkeys(found)] == [5] * len(keys)
    assert found == [key for key in dict.fromkeys(found) for _ in range(5)]
    assert [record.split(b"\t")[1] for record in records[:5]] == [f"{0:06}{number:012}".encode() for number in range(5)]
    assert sorter.size == sum(map(len, records))
    assert len(sorter.runs) < 5


def test_no_records_are_no_run(tmp_path: Path) -> None:
    assert write_run(tmp_path, []) is None
