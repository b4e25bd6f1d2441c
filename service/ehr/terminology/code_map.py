"""The map of codes: what the codes and words of a record mean here. What stands in it is data, see codes.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from service.ehr.fhir.issues import Unusable
from service.ehr.terminology.code_systems import LOINC, SNOMED, system_name
from service.ehr.terminology.no_value import NoValue

WHOLE_CODES = (SNOMED,)  # its codes have no meaning in their beginnings
_WORD = re.compile(r"[ァ-ヶー]+|[^\W\d_ァ-ヶー]+")  # Japanese writes on without a blank behind a name in katakana


@dataclass(frozen=True, slots=True)
class ResultCode:
    """What one laboratory code stands for; with ``refuse`` it looks right and must not be used."""

    observation: str
    basis: str = ""
    unit: str = ""
    note: str = ""
    finding: str = ""
    refuse: str = ""


@dataclass(frozen=True)
class CodeMap:
    """Every code that is understood: results and drugs by system and code, conditions by system and beginning.

    Specimens that are not blood stand by system and code, and by code alone under the system "".
    """

    results: Mapping[tuple[str, str], ResultCode]
    conditions: Mapping[tuple[str, str], str]
    drugs: Mapping[tuple[str, str], str]
    drug_names: Mapping[str, str]
    words: Mapping[str, str]
    off_scale: Mapping[str, str]
    no_value: NoValue
    other_specimens: frozenset[tuple[str, str]]
    specimen_words: frozenset[str]
    prefetch: Mapping[str, str]

    def meaning(self, coded: Sequence[tuple[str, str]]) -> ResultCode | None:
        """Return what the systems and codes of a result stand for, None if none is known; raises Unusable."""
        known: list[ResultCode] = []
        for system, code in coded:
            one = self.results.get((system_name(system), code))
            if one:
                known.append(one)
        for one in known:
            if one.refuse:
                raise Unusable("code_refused", one.refuse)
        return _one_of(known) if len(known) > 1 else known[0] if known else None

    def condition(self, system: str, code: str) -> str:
        """Return the condition that a diagnosis stands for, by its longest known beginning; "" if none."""
        plain = code.strip().upper().replace(".", "")
        for length in range(len(plain), 0, -1):
            found = self.conditions.get((system, plain[:length]))
            if found and (system not in WHOLE_CODES or length == len(plain)):
                return found
        return ""

    def word(self, text: str) -> str:
        """Return the HL7 v3 code that a result in words stands for; "" if none."""
        return self.words.get(text.strip().casefold(), "")

    def says_no_value(self, text: str) -> bool:
        """Return whether a text says that there is no result: not done, specimen not usable, still to come."""
        return self.no_value.is_said(text)

    def says_other_specimen(self, said: str) -> bool:
        """Return whether a specimen that is called so is not blood."""
        return any(word in self.specimen_words for word in words_in(said))

    @cached_property
    def templates(self) -> Mapping[str, str]:
        """The prefetch templates with the codes of this map put in."""
        lab = [key for key, one in self.results.items() if one.observation != "temperature" and not one.refuse]
        warm = [key for key, one in self.results.items() if one.observation == "temperature" and not one.refuse]
        codes = {"labs": _tokens(lab), "temperature": _tokens(warm)}
        return {key: text.replace("{codes}", codes.get(key, "")) for key, text in self.prefetch.items()}


def words_in(text: str) -> list[str]:
    """Return the words of a text, as those of the map are compared."""
    return _WORD.findall(text.casefold())


def _one_of(known: list[ResultCode]) -> ResultCode:
    """Return of several codes of one test the one that says most; raises Unusable if they are of two."""
    if len({one.observation for one in known}) > 1:
        raise Unusable("code_ambiguous")
    return max(known, key=lambda one: (one.basis, one.unit, one.finding, one.note))


def _tokens(keys: Iterable[tuple[str, str]]) -> str:
    return ",".join(code if system == LOINC else f"{system}|{code}" for system, code in keys)
