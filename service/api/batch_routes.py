"""POST /v1/assessments/batch: NDJSON in, NDJSON out."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType

from service.api.batch import VIEWS, Batch
from service.api.request.address import view_asked_for
from service.api.request.formulary import read_drug
from service.server.messages.media_types import accepts, refuse_unless_utf8
from service.server.observing import exchange
from service.server.serving import limits

NDJSON = "application/x-ndjson"
TAKEN = tuple(f"application/{prefix}{name}" for name in ("ndjson", "jsonl", "jsonlines") for prefix in ("x-", ""))
"""Names under which lines of JSON are sent; none is registered."""
LONGEST_LINE = "BATCH_MAX_LINE_BYTES"
blueprint = Blueprint("batch", __name__, url_prefix="/v1")


@blueprint.post("/assessments/batch")
@limits.unlimited  # a batch is limited line by line
def post_batch() -> Response:
    """Assess a panel per line, answering while the lines arrive."""
    view = view_asked_for()
    if request.mimetype not in TAKEN:
        raise UnsupportedMediaType(f"Send one JSON object per line as {NDJSON}.")
    refuse_unless_utf8()
    if not accepts(NDJSON, *TAKEN):
        raise NotAcceptable(f"The answer is {NDJSON}.")
    batch = Batch(VIEWS[view], exchange.current().request_id, current_app.config[LONGEST_LINE], read_drug())
    return Response(batch.answers(request.stream), content_type=NDJSON, headers={"X-Accel-Buffering": "no"})
