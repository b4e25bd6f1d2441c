"""Which OBX counts: its status, its time, its order, its specimen, and what of the rest may be newer."""

import pytest

from service.ehr.hl7v2.message import read_message
from service.ehr.hl7v2.record import read_record
from tests.support.messages import EARLIER, HEADER, NOON, OLD_FERRITIN, TIME, message, obr, obx
from tests.unit.ehr.hl7v2.reading import CODES, ferritin, keys, read

NEWER = "12500"


@pytest.mark.parametrize(
    ("status", "value", "read_as", "key"),
    [
        ("F", NEWER, "12500 ng/mL", "superseded"),
        ("C", NEWER, "12500 ng/mL", "superseded"),
        ("A", NEWER, "12500 ng/mL", "superseded"),
        ("f", NEWER, "12500 ng/mL", "superseded"),
        ("", NEWER, "12500 ng/mL", "superseded"),
        ("P", NEWER, "120 ng/mL", "not_final"),
        ("I", "", "120 ng/mL", "not_final"),
        ("S", NEWER, "120 ng/mL", "not_final"),
        ("R", NEWER, "120 ng/mL", "not_final"),
        ("U", "", "120 ng/mL", "not_final"),
        ("?", NEWER, "120 ng/mL", "not_final"),
        ("X", "", "120 ng/mL", "no_result"),
        ("X", "HEMOLYZED", "120 ng/mL", "no_result"),
        ("X", "pending", "120 ng/mL", "elsewhere"),
        ("X", NEWER, "120 ng/mL", "not_final"),
        ("N", "", "120 ng/mL", "no_value"),
        ("O", "", "120 ng/mL", "no_value"),
        ("D", NEWER, "120 ng/mL", "status"),
        ("W", NEWER, "120 ng/mL", "status"),
    ],
)
def test_each_status(status: str, value: str, read_as: str, key: str) -> None:
    newer = obx(value, "ng/mL", at11=status)
    assert ferritin(OLD_FERRITIN, newer) == read_as
    assert key in keys(OLD_FERRITIN, newer)


def test_the_status_of_the_order_counts_for_results_without_one() -> None:
    assert "not_final" in keys(obr(at25="P"), obx("120", "ng/mL", at11=""))
    assert ferritin(obr(at25="P"), obx("120", "ng/mL", at11="")) == ""


def test_a_result_that_the_message_takes_back_is_not_used() -> None:
    assert ferritin(obx("120", "ng/mL"), obx("120", "ng/mL", at11="W")) == ""
    assert "withdrawn" in keys(obx("120", "ng/mL"), obx("120", "ng/mL", at11="D"))
    assert ferritin(obx("12500", "ng/mL", at11="C"), obx("120", "ng/mL", at11="W")) == "12500 ng/mL"
    assert ferritin(obx("120", "ng/mL", at4="1"), obx("9", "ng/mL", at4="2", at11="W")) == "120 ng/mL"


def test_of_one_moment_the_correction_counts() -> None:
    assert ferritin(obx("120", "ng/mL"), obx("12500", "ng/mL", at11="C")) == "12500 ng/mL"
    assert ferritin(obx("120", "ng/mL", at19=NOON), obx("90", "ng/mL", at19=TIME)) == "120 ng/mL"


@pytest.mark.parametrize(
    ("own", "begun", "ended", "specimen", "moment"),
    [
        ("20261122074500+0100", "", "", "", "2026-11-22T07:45:00+01:00"),
        ("20261122074500.1234-0500", "", "", "", "2026-11-22T07:45:00.1234-05:00"),
        ("202611220745Z", "", "", "", ""),
        ("202611220745+0000", "", "", "", "2026-11-22T07:45:00+00:00"),
        ("2026112207", "", "", "", "2026-11-22"),
        ("20261122", "", "", "", "2026-11-22"),
        ("20261122074500", "", "", "", "2026-11-22"),
        ("2026-11-22T07:45:00Z", "", "", "", "2026-11-22T07:45:00Z"),
        ("20261122074500+0100^S", "", "", "", "2026-11-22T07:45:00+01:00"),
        ("", "20261122074500+0100", "", "", "2026-11-22T07:45:00+01:00"),
        ("", "20261122074500+0100", "20261122080000+0100", "", "2026-11-22T08:00:00+01:00"),
        ("", "", "", "20261122074500+0100", "2026-11-22T07:45:00+01:00"),
        ("20261340", "20261122074500+0100", "", "", "2026-11-22T07:45:00+01:00"),
        ("99991231", "20261122074500+0100", "", "", "2026-11-22T07:45:00+01:00"),
        ("", "", "", "", ""),
        ("20130101", "", "", "", ""),
        ("1" * 80, "", "", "", ""),
    ],
)
def test_the_time_of_a_result(own: str, begun: str, ended: str, specimen: str, moment: str) -> None:
    order = obr(at7=begun, at8=ended)
    found = read(order, obx("120", "ng/mL", at14=own), f"SPM|1|||BLD|||||||||||||{specimen}")
    assert found.moment.text == moment


def test_the_offset_of_the_header_holds_for_times_without_one() -> None:
    header = HEADER.replace("20261122080500", "20261122080500-0500")
    assert read(obx("120", "ng/mL"), header=header).moment.text == "2026-11-22T07:45:00-05:00"


@pytest.mark.parametrize("time", ["99991231", "19700101000000+0000", "20130101", "nonsense"])
def test_a_time_that_cannot_be_right_is_told_and_supersedes_nothing(time: str) -> None:
    said = keys(OLD_FERRITIN, obx("12500", "ng/mL", at14=time))
    assert {"time_invalid", "time_doubtful"} & set(said)
    assert ferritin(OLD_FERRITIN, obx("12500", "ng/mL", at14=time)) == "120 to 12500 ng/mL"


def test_a_result_issued_before_it_was_taken_is_of_no_time() -> None:
    issued = obr(at22="20261120000000+0000")
    assert "time_doubtful" in keys(issued, obx("120", "ng/mL", at14="20261122074500+0000"))


@pytest.mark.parametrize(
    "code",
    [
        "2276-4^Ferritin^LN",
        "FER^Ferritin^L^2276-4^Ferritin^LN",
        "2276-4^Ferritin^LOINC",
        "FER^Ferritin^L^X^Y^L^^^^2276-4^Ferritin^LN",
        "LN:2276-4",
    ],
)
def test_a_code_of_loinc_is_read_wherever_it_stands(code: str) -> None:
    assert ferritin(obx("120", "ng/mL", code)) == "120 ng/mL"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("FER^Ferritin^L", "newer_not_read"),
        ("FER^S-Ferritin^99LAB", "newer_not_read"),
        ("^Ferritin", "newer_not_read"),
        ("2276-4^Ferritin", "newer_not_read"),
        ("", "newer_unnamed"),
        ("17", "newer_unnamed"),
        ("24373-3^Ferritin^LN", "newer_refused"),
        ("2276-4^Ferritin^LN^777-3^Platelets^LN", "newer_refused"),
    ],
)
def test_a_newer_result_that_is_not_read_keeps_the_record_from_reassuring(code: str, key: str) -> None:
    found = read(OLD_FERRITIN, obx("12500", "ng/mL", code))
    assert found.panel.readings["ferritin"].reported == "120 ng/mL"
    assert not found.may_reassure
    assert key in {told.key for told in found.issues} or code.startswith("2276-4^Ferritin^LN")


def test_a_result_of_another_test_is_no_doubt() -> None:
    assert "code_not_mapped" in keys(OLD_FERRITIN, obx("4.1", "mmol/L", "K^Potassium^L"))
    assert read(OLD_FERRITIN, obx("4.1", "mmol/L", "K^Potassium^L")).may_reassure
    assert read(OLD_FERRITIN, obx("", "", "X^Y^L", at8="")).may_reassure
    assert read(OLD_FERRITIN, obx("12500", "ng/mL", "FER^Ferritin^L", at11="W")).may_reassure


@pytest.mark.parametrize(
    "specimen",
    [
        ["SPM|1|||CSF^Cerebral spinal fluid^HL70487"],
        ["SPM|1|||^Liquor"],
        ["SPM|1|||CSF"],
        ["SPM|1|||BLD", "SPM|2|||UR^Urine^HL70487"],
    ],
)
def test_a_result_of_another_specimen_is_not_used(specimen: list[str]) -> None:
    assert "specimen" in keys(obx("120", "ng/mL"), *specimen)
    assert ferritin(obx("120", "ng/mL"), *specimen) == ""


@pytest.mark.parametrize("source", ["CSF", "CSF&Cerebral spinal fluid&HL70070", "^^Urine", "UR&Urine&HL70070^random"])
def test_a_specimen_of_old_messages_is_read(source: str) -> None:
    assert ferritin(obr(at15=source), obx("120", "ng/mL")) == ""
    assert ferritin(obr(at15="BLD&Blood&HL70070"), obx("120", "ng/mL"), "SPM|1|||SER^Serum^HL70487") == "120 ng/mL"


@pytest.mark.parametrize(
    ("status", "key"), [("P", "report_not_final"), ("I", "report_not_final"), ("A", "report_not_final")]
)
def test_an_order_that_is_not_final_may_hold_more(status: str, key: str) -> None:
    assert key in keys(OLD_FERRITIN, obr(at25=status), obx("120", "ng/mL"))


def test_an_order_without_results_may_hold_more_unless_it_is_of_another_kind() -> None:
    held = [obr(), OLD_FERRITIN]
    assert "report_without_results" in keys(*held, obr("L1^Labor^L", at7=NOON))
    assert keys(*held, obr("L1^Labor^L", at25="X", at7=NOON)) == keys(*held)
    assert keys(*held, obr("XR^Chest X-ray^L", at24="RAD", at7=NOON)) == keys(*held)
    older = keys(*held, obr("L1^Labor^L", at7="20261101000000"))
    assert "report_without_results" in older  # other tests may be in it


def test_results_before_any_order_are_read() -> None:
    def whole(*segments: str) -> str:
        return message(*segments).replace(f"{obr()}\r", "")

    read_as = read_record(read_message(whole("NTE|1||5", obx("120", "ng/mL")).encode()), CODES)
    assert read_as.panel.readings["ferritin"].reported == "120 ng/mL"
    unknown = read_record(read_message(whole(obx("5", "ng/mL", "FER^Ferritin^L")).encode()), CODES)
    assert "newer_not_read" in {told.key for told in unknown.issues}


def test_results_of_an_image_are_no_tests_of_blood() -> None:
    image = [obr("XR^Chest X-ray^L", at24="RAD"), obx("see image", "", "FER^Ferritin^L", kind="TX")]
    assert read(OLD_FERRITIN, *image).may_reassure


def test_segments_that_are_not_read_are_told() -> None:
    assert "not_read" in keys(OLD_FERRITIN, "ZFE|1|12500")
    assert "not_read" not in keys(OLD_FERRITIN, "PV1|1|I", "ORC|RE", "NTE|1||text")


def test_a_message_that_goes_on_in_another_may_lack_results() -> None:
    assert "incomplete" in keys(OLD_FERRITIN, "DSC|abc")
    assert "incomplete" in keys(OLD_FERRITIN, header=f"{HEADER}||abc")


def test_results_far_apart_are_stale() -> None:
    assert ferritin(obx("120", "ng/mL", at14=EARLIER)) == "120 ng/mL"
