"""Each kind of problem has a type and a title of its own, whoever says it."""

import pytest

from service.server.messages.problem_kinds import KINDS, MALFORMED_JSON, problem_document


@pytest.mark.parametrize("status", KINDS)
def test_each_status_has_its_own_type_and_title(status: int) -> None:
    kind = KINDS[status]
    assert problem_document(status, "Why.", "id-1") == {
        "type": f"/docs#problem-{kind.slug}",
        "title": kind.title,
        "status": status,
        "detail": "Why.",
        "request_id": "id-1",
        "errors": [],
    }
    others = [MALFORMED_JSON, *(problem for other, problem in KINDS.items() if other != status)]
    assert kind.slug not in [problem.slug for problem in others]
    assert kind.title not in [problem.title for problem in others]


@pytest.mark.parametrize(("status", "slug"), [(418, "bad-request"), (409, "bad-request"), (502, "internal")])
def test_any_other_status_shares_that_of_its_kind(status: int, slug: str) -> None:
    assert problem_document(status, "", "")["type"] == f"/docs#problem-{slug}"


def test_a_kind_may_be_told_where_the_status_does_not_tell_it() -> None:
    assert problem_document(400, "", "", MALFORMED_JSON)["type"] == "/docs#problem-malformed-json"
