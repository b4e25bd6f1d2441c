"""The drugs that count or cannot be told, from the codes and words that a record has for each.

In doubt a drug counts: one that may suppress fever and ferritin must never let a panel look reassuring. What names and
codes mean is decided where every way in decides it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.clinical.measurement.limits import LONGEST_NAME, MOST_DRUG_NAMES
from service.clinical.therapies.drug_names import Doubt, DrugReading
from service.ehr.issues import Issue, issue
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.code_systems import ATC, RXNORM, system_name

UNREADABLE = ""
"""The name of a drug that nothing names: what it is cannot be told."""
_UNTOLD = DrugReading(doubt=Doubt.UNCLEAR)


class DrugLookup:
    """What the names and codes of one record's drugs mean: each name is read once, and of too many the rest is untold.

    ``beyond`` says whether there were more than ``MOST_DRUG_NAMES``.
    """

    def __init__(self, codes: CodeMap) -> None:
        self.codes = codes
        self.beyond = False
        self._known: dict[str, DrugReading] = {}

    def read(self, words: str) -> DrugReading | None:
        """Return what a name means, None if it is beyond those that are read."""
        found = self._known.get(words)
        if found is None and len(self._known) < MOST_DRUG_NAMES:
            found = self._known[words] = self.codes.formulary.read(words)
        self.beyond = self.beyond or found is None
        return found

    def issues(self) -> list[Issue]:
        """Return the issue that says that there were too many names, none if there were not."""
        said = f"There are more than {MOST_DRUG_NAMES} different names of drugs; the others count as unclear."
        return [issue("too_many", text=said)] if self.beyond else []


@dataclass(slots=True)
class SaidOfDrug:
    """What the codes and words for one drug were read as, in the order in which they stand."""

    readings: list[tuple[str, DrugReading]] = field(default_factory=list)
    groups: list[tuple[str, DrugReading]] = field(default_factory=list)

    @property
    def generics(self) -> dict[str, None]:
        """The generic names of the drugs that matter."""
        return dict.fromkeys(drug.name for _, reading in self.readings for _, drug in reading.drugs)

    @property
    def says_anything(self) -> bool:
        """Whether there is any word or code."""
        return bool(self.readings or self.groups)

    @property
    def is_told(self) -> bool:
        """Whether something says which drug this is; a group of the ATC alone does not."""
        return any(reading.is_told for _, reading in self.readings)

    def add_code(self, system: str, code: str, lookup: DrugLookup) -> None:
        """Read a code: of RxNorm, of the ATC, of a site, or without a system."""
        name, read = system_name(system), lookup.codes.formulary
        if (name, code) in lookup.codes.drugs:
            self.readings.append((code, read.read(lookup.codes.drugs[name, code])))
        elif name == RXNORM and (found := read.read_rxnorm(code)).is_told:
            self.readings.append((code, found))
        elif name == ATC:
            found = read.read_atc(code)
            (self.readings if found.doubt is None else self.groups).append((code, found))
        elif not name:
            self._add(code, lookup)

    def add_words(self, spoken: Iterable[str], lookup: DrugLookup) -> None:
        """Read words for the drug."""
        for words in filter(None, spoken):
            self._add(words, lookup)

    def _add(self, words: str, lookup: DrugLookup) -> None:
        reading = lookup.read(words)
        is_named = reading is not None and len(words) <= LONGEST_NAME
        self.readings.append((words if is_named else UNREADABLE, reading or _UNTOLD))

    def names(self) -> list[str]:
        """Return one name for each drug that counts or is in doubt; each is read as what it stands for."""
        generics = self.generics
        named = [*generics]
        acting = {key for _, reading in self.readings for key, _ in reading.drugs}
        counted = self.readings if self.is_told else [*self.readings, *self.groups]
        for said, reading in counted:
            is_partly_told = reading.is_told and reading.doubt and not reading.classes and not reading.near
            if is_partly_told or set(reading.classes) - acting or set(reading.near) - generics.keys():
                named.append(said)
        if named or self.is_told:
            return named
        unknown = (said for said, reading in self.readings if reading.doubt is Doubt.NOT_KNOWN)
        return [next(unknown, UNREADABLE)]
