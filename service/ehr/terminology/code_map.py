"""The map of codes: what the codes and words of a record mean here. What stands in it is data, see codes.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from service.clinical.measurement.no_result import Absence, NoResult, strongest
from service.clinical.therapies.drug_list import THERAPIES
from service.clinical.therapies.drug_names import FORMULARY, Formulary
from service.clinical.therapies.names_in_text import NamesInText
from service.ehr.issues import Unusable
from service.ehr.terminology.code_systems import LOINC, LONGEST_CODE, SNOMED, code_key, is_loinc, system_name
from service.ehr.terminology.naming import UNNAMED, Named, Naming

SHORTEST_HEADING = 5
WHOLE_CODES = (SNOMED,)  # its codes have no meaning in their beginnings
_WORD = re.compile(r"[ァ-ヶー]+|[^\W\d_ァ-ヶー]+")  # Japanese writes on without a blank behind a name in katakana


@dataclass(frozen=True, slots=True)
class ResultCode:
    """What one laboratory code stands for; with ``refuse`` it looks right and must not be used.

    ``is_other`` is said of a refused code that can never be the test itself, such as a percentage beside a count.
    """

    observation: str
    basis: str = ""
    unit: str = ""
    note: str = ""
    finding: str = ""
    refuse: str = ""
    is_other: bool = False


@dataclass(frozen=True)
class CodeMap:
    """Every code that is understood: results and drugs by system and code, conditions by system and beginning.

    ``beginnings`` are results by system and by how their codes begin; the whole code counts before any of them.
    Specimens that are not blood stand by system and code, and by code alone under the system "".
    """

    results: Mapping[tuple[str, str], ResultCode]
    beginnings: Mapping[tuple[str, str], ResultCode]
    conditions: Mapping[tuple[str, str], str]
    drugs: Mapping[tuple[str, str], str]
    brands: Mapping[str, str]
    words: Mapping[str, str]
    off_scale: Mapping[str, str]
    no_result: NoResult
    no_result_codes: Mapping[tuple[str, str], Absence]
    other_specimens: frozenset[tuple[str, str]]
    specimen_words: frozenset[str]
    other_reports: Mapping[str, str]
    headings: Mapping[str, str]
    naming: Naming
    prefetch: Mapping[str, str]

    def known(self, coded: Sequence[tuple[str, str]]) -> list[ResultCode]:
        """Return what each of some systems and codes stands for, as far as it is known; refused ones are among them."""
        found: list[ResultCode] = []
        for system, code in coded:
            key = code_key(system, code)
            meaning = self.results.get(key) or (self._by_beginning(*key) if self.beginnings else None)
            if meaning:
                found.append(meaning)
        return found

    def _by_beginning(self, system: str, code: str) -> ResultCode | None:
        """Return what the longest known beginning of a code stands for."""
        for length in range(min(len(code), self._longest_beginning), 0, -1):
            found = self.beginnings.get((system, code[:length]))
            if found:
                return found
        return None

    @cached_property
    def _longest_beginning(self) -> int:
        return max((len(start) for _, start in self.beginnings), default=0)

    def named(self, coded: Sequence[tuple[str, str]], names: Sequence[str]) -> Named:
        """Return which tests a result that is not understood may be of, by its codes and what it is called.

        A code that LOINC has given tells that it is none of those in the map, unless a name says otherwise. A code
        without its system may be one of LOINC, and a local code may itself be a name.
        """
        if any(map(self.says_other_specimen, names)):
            return Named(frozenset(), is_told=True)
        said = self.naming.named(names)
        keys = [code_key(system, code) for system, code in coded]
        by_code = self.naming.named(code for system, code in keys if system != LOINC) if coded else UNNAMED
        without_system = ((LOINC, code) for system, code in keys if not system)
        bare = {self.results[key].observation for key in without_system if key in self.results}
        is_given = any(system == LOINC and is_loinc(code) for system, code in keys)
        return Named(said.tests | by_code.tests | bare, is_told=said.is_told or is_given)

    def condition(self, system: str, code: str) -> str:
        """Return the condition that a diagnosis stands for, by its longest known beginning; "" if none."""
        if len(code) > LONGEST_CODE:
            return ""
        plain = code.strip().upper().replace(".", "")
        for length in range(len(plain), 0, -1):
            found = self.conditions.get((system, plain[:length]))
            if found and (system not in WHOLE_CODES or length == len(plain)):
                return found
        return ""

    def word(self, text: str) -> str:
        """Return the HL7 v3 code that a result in words stands for; "" if none."""
        return self.words.get(text.strip().casefold(), "")

    def is_other_report(self, codes: Iterable[str], names: Iterable[str]) -> bool:
        """Return whether a report with these categories, which is called so, is of another kind than blood."""
        said = (word for name in names for word in words_in(name))
        if any(self.other_reports.get(word) == "words" for word in said):
            return True
        return any(code.casefold() in self.other_reports for code in codes)

    def heading(self, codes: Iterable[str], names: Iterable[str]) -> str:
        """Return what a list, a section or a document with these codes and names is about; "" if it is not known."""
        found = next((self.headings[code] for code in codes if code in self.headings), "")
        return found or next((about for name in names for word in words_in(name) if (about := self._about(word))), "")

    def _about(self, word: str) -> str:
        """Return what a word is about, by itself or by how it begins."""
        beginnings = (word[:length] for length in range(len(word), 0, -1))
        return next(
            (self.headings[start] for start in beginnings if start in self.headings and _is_own(start, word)), ""
        )

    def absence(self, texts: Iterable[str]) -> Absence | None:
        """Return what texts in place of a result say of it; None if one of them may be a result, or there is none."""
        return strongest(map(self.no_result.said, texts))

    def absence_by_code(self, system: str, code: str) -> Absence | None:
        """Return what a code in place of a result says of it; None if it says anything else."""
        return self.no_result_codes.get((system_name(system), code.casefold()))

    def says_other_specimen(self, said: str) -> bool:
        """Return whether a specimen that is called so is not blood."""
        return any(word in self.specimen_words for word in words_in(said))

    @cached_property
    def formulary(self) -> Formulary:
        """The list of drugs, with the names that this site adds."""
        return FORMULARY.with_brands(self.brands)

    @cached_property
    def blockers(self) -> NamesInText:
        """The drugs that block IL-6, as any text may name them, with the names that this site adds."""
        return NamesInText(THERAPIES["il6_blockade"], self.brands)

    @cached_property
    def templates(self) -> Mapping[str, str]:
        """The prefetch templates with the codes of this map put in."""
        lab = [
            key for key, meaning in self.results.items() if meaning.observation != "temperature" and not meaning.refuse
        ]
        warm = [
            key for key, meaning in self.results.items() if meaning.observation == "temperature" and not meaning.refuse
        ]
        codes = {"labs": _tokens(lab), "temperature": _tokens(warm)}
        return {key: text.replace("{codes}", codes.get(key, "")) for key, text in self.prefetch.items()}


class Lookup:
    """What the codes and names of one record mean: each is looked up once, however many results have it."""

    def __init__(self, codes: CodeMap) -> None:
        self.codes = codes
        self._known: dict[tuple[tuple[str, str], ...], list[ResultCode]] = {}
        self._named: dict[tuple[tuple[tuple[str, str], ...], tuple[str, ...]], Named] = {}

    def known(self, coded: Sequence[tuple[str, str]]) -> list[ResultCode]:
        """Return what ``CodeMap.known`` does."""
        key = tuple(coded)
        if key not in self._known:
            self._known[key] = self.codes.known(coded)
        return self._known[key]

    def meaning(self, coded: Sequence[tuple[str, str]]) -> ResultCode | None:
        """Return what the systems and codes of a result stand for, None if none is known; raises Unusable."""
        known = self.known(coded)
        for meaning in known:
            if meaning.refuse:
                raise Unusable("code_refused", meaning.refuse)
        return _one_of(known) if len(known) > 1 else known[0] if known else None

    def named(self, coded: Sequence[tuple[str, str]], names: Sequence[str]) -> Named:
        """Return what ``CodeMap.named`` does."""
        key = tuple(coded), tuple(dict.fromkeys(filter(None, names)))
        if key not in self._named:
            self._named[key] = self.codes.named(*key)
        return self._named[key]


def words_in(text: str) -> list[str]:
    """Return the words of a text, as those of the map are compared."""
    return _WORD.findall(text.casefold())


def _is_own(start: str, word: str) -> bool:
    """Return whether a beginning of a word says what the word means: the whole does, and a long one."""
    return start == word or len(start) >= SHORTEST_HEADING or not start.isascii()


def _one_of(known: list[ResultCode]) -> ResultCode:
    """Return of several codes of one test the one that says most; raises Unusable if they are of two."""
    if len({meaning.observation for meaning in known}) > 1:
        raise Unusable("code_ambiguous")
    return max(known, key=lambda meaning: (meaning.basis, meaning.unit, meaning.finding, meaning.note))


def _tokens(keys: Iterable[tuple[str, str]]) -> str:
    return ",".join(code if system == LOINC else f"{system}|{code}" for system, code in keys)
