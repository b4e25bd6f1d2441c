"""POST /v1/assessments/batch: NDJSON in, NDJSON out."""

from __future__ import annotations

import sys

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType

from service.api.batch import VIEWS, Batch
from service.api.errors import request_id
from service.api.problems import InvalidRequest
from service.api.sentences import one_of

NDJSON = "application/x-ndjson"
TAKEN = (NDJSON, "application/jsonl", "application/ndjson")
LONGEST_LINE = "BATCH_MAX_LINE_BYTES"
blueprint = Blueprint("batch", __name__, url_prefix="/v1")


@blueprint.post("/assessments/batch")
def post_batch() -> Response:
    """Assess a panel per line, answering while the lines arrive."""
    view = request.args.get("view", "full")
    if view not in VIEWS:
        raise InvalidRequest([one_of(("view",), VIEWS)])
    if request.mimetype not in TAKEN or request.content_encoding not in (None, "", "identity"):
        raise UnsupportedMediaType(f"Send one JSON object per line as {NDJSON}, not compressed.")
    accepted = request.accept_mimetypes
    if accepted and not any(accepted[one] > 0 for one in TAKEN):
        raise NotAcceptable(f"The answer is {NDJSON}.")
    request.max_content_length = sys.maxsize  # a batch is limited line by line; None would mean the general limit
    batch = Batch(VIEWS[view], request_id(), current_app.config[LONGEST_LINE])
    return Response(batch.answers(request.stream), content_type=NDJSON, headers={"X-Accel-Buffering": "no"})
