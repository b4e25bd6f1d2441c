"""The queries that CDS clients are asked to send along."""

from service.ehr.terminology.code_file import load_codes

TEMPLATES = load_codes().templates


def asked(key: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in TEMPLATES[key].partition("?")[2].split("&"))


def test_conditions_of_every_clinical_status_that_counts_are_asked_for() -> None:
    assert asked("conditions")["clinical-status"] == "active,recurrence,relapse,remission"


def test_medications_are_asked_for_as_orders() -> None:
    assert (asked("medications")["intent"], "stopped" in asked("medications")["status"]) == ("order", True)


def test_no_code_is_asked_for_that_would_be_refused() -> None:
    codes = asked("labs")["code"].split(",")
    assert "4537-7" in codes
    for refused in ("18184-2", "43402-7", "4539-3", "14634-0", "24373-3", "16859-1", "3257-3", "30451-9", "768-2"):
        assert refused not in codes
