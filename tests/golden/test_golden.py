"""No answer changes unless somebody means it: ``make golden`` writes the digests anew, and the change shows in review."""

from tests.golden.digests import digest, found, written_down


def test_every_answer_is_the_one_that_was_written_down() -> None:
    held = written_down()
    now = {name: digest(answer) for name, answer in found().items()}
    changed = [name for name in {**held, **now} if held.get(name) != now.get(name)]
    assert changed == [], "if the change is meant: make golden"
