"""From one ORU^R01 to a Panel: the same choice of results as for any other record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service.ehr.hl7v2.message import Message
from service.ehr.hl7v2.orders import orders_of, unread_of_orders
from service.ehr.hl7v2.patient import DRUGS, Patient, condition_in, drugs_in, one_patient
from service.ehr.hl7v2.results import read_results
from service.ehr.hl7v2.times import zone_of
from service.ehr.issues import Issue, issue
from service.ehr.record.newest_result import choose
from service.ehr.record.record import Record, Told, record_of
from service.ehr.results.person import age_reading
from service.ehr.results.result_times import ResultTimes
from service.ehr.terminology.code_map import CodeMap

SENT_AT, CONTINUES = 7, 14
READ = ("PID", "OBR", "OBX", "NTE", "SPM", "DG1", "ORC", *DRUGS)
WITHOUT_RESULTS = (
    *("SFT", "UAC", "ARV", "PD1", "NK1", "PV1", "PV2", "ROL", "PRT", "AL1", "IAM", "GT1", "IN1", "IN2", "IN3"),
    *("TQ1", "TQ2", "CTD", "FT1", "CTI", "RXR", "SAC", "PDA", "DB1", "ACC"),
)
CONTINUED = "DSC"
KINDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class MessageRecord(Record):
    """The record of a message: also whose it is."""

    patient: Patient


def read_record(message: Message, codes: CodeMap, look_back: timedelta | None = None) -> MessageRecord:
    """Return the record in a message; raises BadMessage if it holds more than one patient."""
    patient = one_patient(message.segments)
    times, zone = ResultTimes(patient.person), zone_of(message.header.text(SENT_AT))
    orders = orders_of(message.segments, codes, zone)
    read = read_results(orders, codes, times, zone)
    read.read_needed()
    chosen = choose(read.results, look_back=look_back)
    condition, of_condition = condition_in(message.segments, codes)
    drugs, of_drugs = drugs_in(message.segments, codes)
    age = age_reading(patient.person, chosen.newest)
    of_age = [issue("age_unknown", "PID[1].7")] if age is None and patient != Patient() else []
    told = Told(
        age,
        condition=condition,
        medications=drugs,
        unread=[*read.unread, *unread_of_orders(orders, times)],
        issues=read.issues,
        further=[*_left_out(message), *of_condition, *of_drugs, *of_age],
    )
    found = record_of(chosen, told, codes, look_back)
    return MessageRecord(found.panel, found.moment, found.basis, found.issues, patient)


def _left_out(message: Message) -> list[Issue]:
    """Return what is to be said of segments that are not read, and of a message that another one goes on with."""
    places: dict[str, list[str]] = {}
    for segment in message.segments:
        if segment.name not in READ and segment.name not in WITHOUT_RESULTS:
            places.setdefault(segment.name, []).append(segment.where)
    issues = []
    if CONTINUED in places or message.header.text(CONTINUES):
        told = "The message goes on in another one, which was not sent: absent results may exist."
        issues.append(issue("incomplete", *(places.pop(CONTINUED, []) or ["MSH[1].14"])[:1], text=told))
    return issues + [
        issue("not_read", *places[name][:KINDS_SHOWN], text=f"Segments of type {name} are not read.")
        for name in sorted(places)[:KINDS_SHOWN]
    ]
