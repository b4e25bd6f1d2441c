"""The drugs that this site reads: those of the shipped list, and the names that it adds."""

from __future__ import annotations

from flask import Flask, current_app

from service.clinical.assessment.treatments import Read
from service.clinical.therapies.drug_names import FORMULARY, Formulary

_KEY = "mas.formulary"


def install(app: Flask, formulary: Formulary) -> None:
    """Let every request of an application read the names of a list."""
    app.extensions[_KEY] = formulary


def read_drug() -> Read:
    """Return what tells the meaning of a name in the application that is serving."""
    formulary: Formulary = current_app.extensions.get(_KEY, FORMULARY)
    return formulary.read
