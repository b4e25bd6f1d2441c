"""The published contract: the joined files, the schemas that come from the data, and every example with its answer."""

from __future__ import annotations

from tools.contract.examples import place
from tools.contract.layout import written
from tools.contract.sources import joined
from tools.contract.vocabulary import schemas


def published() -> str:
    """Return openapi.yaml as it should be; raises ValueError if a name is given twice."""
    contract = joined()
    made = schemas()
    if twice := made.keys() & contract["components"]["schemas"].keys():
        raise ValueError(f"written by hand and made from the data: {', '.join(sorted(twice))}")
    contract["components"]["schemas"] |= made
    place(contract)
    return written(contract)
