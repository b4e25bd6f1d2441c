"""Growth is measured on the service as it is served: what traces it for coverage would be measured with it."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def untraced() -> Iterator[None]:
    trace = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(trace)
