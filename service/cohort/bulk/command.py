"""``python -m service.cohort from-fhir FOLDER > results.csv``: the patients of a FHIR export, without a server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from service.cohort.bulk.export import Export, Limits, UnusableExport
from service.cohort.bulk.judgement import Manner
from service.cohort.bulk.run import Run, told
from service.cohort.bulk.spill import PREFIX
from service.cohort.command_line import code_map, formed
from service.cohort.endings import code_of
from service.cohort.safe_text import visible
from service.server.setting_forms import web_address, whole
from service.server.settings import Settings

NOT_ALL_READ = 3
LONGEST_LOOK_BACK = 3650
MOST = 1 << 36


def from_fhir(arguments: Sequence[str]) -> int:
    """Judge the patients of an export; return the exit code (``endings.code_of``), 3 if lines were not read."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.resume and not options.output:
        parser.error("--resume needs --output: standard output cannot be gone on with")
    lost = 0

    def work() -> None:
        nonlocal lost
        export = Export(options.folder, Limits(options.most_line_bytes, options.most_unpacked_times))
        manner = _manner(options, export.names)
        run = Run(export, manner, options.output, options.resume, options.spill, options.workers, _bar)
        totals, mark = run.do()
        for remark in told(export, totals, mark):
            sys.stderr.write(f"{visible(remark)}\n")
        lost = totals.lost

    return code_of(work, UnusableExport) or (NOT_ALL_READ if lost else 0)


def _manner(options: argparse.Namespace, names: list[str]) -> Manner:
    return Manner(
        names,
        latest=options.latest,
        as_fhir=options.format == "ndjson",
        diagnoses_always=options.diagnoses == "always",
        code_map=options.code_map,
        fhir_canonical=options.fhir_canonical,
        look_back=timedelta(days=options.look_back_days) if options.look_back_days else None,
        most_patient_bytes=options.most_patient_bytes,
    )


def _bar(label: str, length: int) -> Any:
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.cohort from-fhir",
        description="Judge every patient of a FHIR Bulk Data export: a folder of .ndjson or .ndjson.gz files, read as "
        "POST /fhir/$evaluate-mas reads a record. Each day of results has a row that holds what was known at its end.",
        epilog="While it runs, a folder named " + PREFIX + "... of mode 0700 holds the data of the patients; it is "
        "removed at the end, at Ctrl-C and at SIGTERM, but not at SIGKILL. Exit codes: 0 all was read; 3 all results "
        "are written, but lines were not read (they are named on standard error); 2 the folder or an option cannot be "
        "used; 1 a worker process was lost; 130 interrupted.",
    )
    parser.add_argument("folder", type=Path, help="the folder of the export; folders inside are not looked into")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument(
        "--format", choices=("csv", "ndjson"), default="csv", help="ndjson: a RiskAssessment a line; default: csv"
    )
    parser.add_argument("--latest", action="store_true", help="one row per patient, of all that the export holds")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the FILE of a run that was ended, instead of beginning anew"
    )
    parser.add_argument(
        "--workers",
        type=formed(whole(1, MOST)),
        default=len(os.sched_getaffinity(0)),
        help="processes; default: every core",
    )
    parser.add_argument(
        "--diagnoses",
        choices=("recorded", "always"),
        default="recorded",
        help="whether a diagnosis counts from the day on which it was recorded (default), or on every day",
    )
    parser.add_argument(
        "--look-back-days",
        type=formed(whole(0, LONGEST_LOOK_BACK)),
        default=os.environ.get("MAS_EHR_LOOK_BACK_DAYS", "30"),
        metavar="DAYS",
        help="days before the newest result after which an older one counts as unknown; 0: no limit; "
        "default: MAS_EHR_LOOK_BACK_DAYS, or 30",
    )
    parser.add_argument(
        "--code-map",
        type=code_map,
        default=os.environ.get("MAS_CODE_MAP_FILE", ""),
        metavar="FILE",
        help="a site's file of codes; default: MAS_CODE_MAP_FILE",
    )
    parser.add_argument(
        "--fhir-canonical",
        type=formed(web_address()),
        default=os.environ.get("MAS_FHIR_CANONICAL") or Settings().fhir_canonical,
        metavar="URL",
        help="beginning of the addresses of the codes in RiskAssessments; default: MAS_FHIR_CANONICAL",
    )
    parser.add_argument(
        "--spill", metavar="FOLDER", help="where the working folder is made; it takes the unpacked size of the export"
    )
    limits = Limits()
    parser.add_argument(
        "--most-line-bytes",
        type=formed(whole(1, MOST)),
        default=limits.line_bytes,
        metavar="N",
        help=f"longest line that is read; default: {limits.line_bytes}",
    )
    parser.add_argument(
        "--most-patient-bytes",
        type=formed(whole(1, MOST)),
        default=1 << 26,
        metavar="N",
        help=f"most bytes of one patient, who is refused beyond; default: {1 << 26}",
    )
    parser.add_argument(
        "--most-unpacked-times",
        type=formed(whole(1, MOST)),
        default=limits.unpacked_times,
        metavar="N",
        help=f"to how many times its size a packed file may unpack; default: {limits.unpacked_times}",
    )
    return parser
