"""Every code that a warning about a value or a drug can have, with its meaning in general words."""

from __future__ import annotations

from service.clinical.assessment.warnings import SIZES
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.therapies.drug_names import Doubt

MEANINGS: dict[str, str] = {
    "unusual_value": "A value lies outside the usual range of its test; the unit may be wrong.",
    "approximate_factor": "A value was converted by an approximate factor.",
    "interpretation_without_range": "A result is a word without a reference range; it counts as implied only.",
    "interpretation_not_usable": "A result is a word that proves nothing here; it counts as unknown.",
    **{
        f"{key}_mass_units": f"A unit of {analyte.label} has no fixed factor to the unit of the limits; it is unknown."
        for key, analyte in ANALYTES.items()
        if not all(unit.comparable for unit in analyte.table.units.values())
    },
    "fasting_unknown": "HLH-2004 means fasting triglycerides; it is not known whether this sample was fasting.",
    "not_fasting": "HLH-2004 means fasting triglycerides; this sample was not.",
    "boundary_unit_conflict": "Tables in mg/dL and in mmol/L disagree this close to the limit of triglycerides.",
    "fever_conflict": "Fever as recorded and the temperature disagree.",
    **{f"{finding}_conflict": f"{finding.capitalize()} and the measured size disagree." for finding in SIZES},
    "marrow_unknown": "It is not known whether haemophagocytosis was seen in the bone marrow aspirate.",
    "time_span": "The results span more than 7 days; the criteria mean results of one time.",
    "later_than_panel": "A result is more than a day later than its panel.",
    Doubt.UNCLEAR.value: "It cannot be told which drug is meant; nothing is unlikely beside it.",
    Doubt.NOT_KNOWN.value: "The name of a drug is not known; it counts as one that changes nothing.",
}
