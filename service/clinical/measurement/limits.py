"""How long what a caller sends may be: looked at before any work on it, for some of that work is more than linear."""

LONGEST_UNIT = 48
"""Characters of a unit; Unicode normalisation of a long one would keep the whole process busy."""
LONGEST_QUANTITY = 80
"""Characters of a result in one text: comparator, number and unit."""
LONGEST_NAME = 200
"""Characters of a name: a drug, a test, a diagnosis."""
MOST_DRUG_NAMES = 1000
"""Different names of drugs in one record; a word that may be a misspelling takes a third of a millisecond."""
