"""One panel of a course with its assessment, and the treatments given before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.clinical.assessment.assess import Assessment
from service.clinical.assessment.treatments import generic_name
from service.clinical.measurement.reading import Reading
from service.clinical.panel.moment import Moment, read_moment
from service.clinical.panel.panel import Medication, Panel


@dataclass(frozen=True, slots=True)
class Treatment:
    """One dose of one drug: its name as sent and when it was given.

    ``key`` is the name by which doses are counted together, whether sent as a name or as a code.
    """

    name: str
    given_at: Moment
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", generic_name(self.name))


@dataclass(frozen=True, slots=True)
class Dose:
    """The last dose of a drug before a panel, and how many there had been by then."""

    medication: Medication
    number: int

    @property
    def name(self) -> str:
        """The name of the drug as sent with this dose."""
        return self.medication.name


@dataclass(frozen=True, slots=True)
class Visit:
    """One panel: when, what it comes to, each drug given before it (the latest last), the ids of classes that act."""

    moment: Moment
    assessment: Assessment
    doses: tuple[Dose, ...]
    therapies: tuple[str, ...]

    @property
    def panel(self) -> Panel:
        """The panel, with the treatments among its medications."""
        return self.assessment.panel

    @property
    def is_onset_category(self) -> bool:
        """True where the category is one of the two that count as MAS."""
        return self.assessment.classification.category in ("likely", "probable")

    def time_of(self, reading: Reading) -> Moment:
        """Return the time of one result of the panel: its own if it has one, else that of the panel."""
        return read_moment(reading.collected_at) if reading.collected_at else self.moment
