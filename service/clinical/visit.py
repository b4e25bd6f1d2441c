"""One panel of a course with its assessment, and the treatments given before it."""

from __future__ import annotations

from dataclasses import dataclass

from service.clinical.assess import Assessment
from service.clinical.moment import Moment
from service.clinical.panel import Panel
from service.clinical.therapy import active_therapies


@dataclass(frozen=True, slots=True)
class Treatment:
    """One dose of one drug: its name as sent and when it was given."""

    name: str
    given_at: Moment

    @property
    def key(self) -> str:
        """The name by which doses are counted together."""
        return self.name.strip().casefold()


@dataclass(frozen=True, slots=True)
class Dose:
    """The last dose of a drug before a panel, and how many there had been by then."""

    name: str
    number: int
    last: Moment


@dataclass(frozen=True, slots=True)
class Visit:
    """One panel: when, what it comes to, and each drug given before it, the latest last."""

    moment: Moment
    assessment: Assessment
    doses: tuple[Dose, ...]

    @property
    def panel(self) -> Panel:
        """The panel, with the treatments among its medications."""
        return self.assessment.panel

    @property
    def is_onset_category(self) -> bool:
        """Whether the category is one of the two that count as MAS."""
        return self.assessment.classification.category in ("likely", "probable")

    def therapies(self) -> tuple[str, ...]:
        """Return the ids of the classes of drugs that act at the time of the panel."""
        return tuple(one.id for one in active_therapies(self.panel))
