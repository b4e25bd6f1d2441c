# Two stages from one base: the packages are installed in the first, the second holds only what runs.
# Any base with `python3` (3.11 or newer, with venv) will do; the default is the Python that the tests run on.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
# PIP_INDEX_URL names a site's own mirror; the secret `ca`, where there is one, holds the authorities that sign for it or for a
# proxy. Neither they nor the proxy (HTTPS_PROXY, which builders know by themselves) are left in the image.
ARG PIP_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# requirements-otel.txt holds the same and what sends traces (MAS_TRACES_URL).
ARG REQUIREMENTS=requirements.txt
COPY ${REQUIREMENTS} /build/requirements.txt
# The installer lives in a venv of its own, so that the one that ships has no pip; wheels only, so no compiler is needed.
RUN --mount=type=secret,id=ca,required=false \
    python3 -m venv /build/installer \
 && python3 -m venv --without-pip /app/venv \
 && if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; else export PIP_CERT=/etc/ssl/certs/ca-certificates.crt; fi \
 && /build/installer/bin/pip --python /app/venv/bin/python3 install --require-hashes --no-deps --only-binary :all: --no-compile \
    -r /build/requirements.txt \
 && rm -f /app/venv/lib/python3*/site-packages/flask_swagger_ui/dist/swagger-ui.js \
          /app/venv/lib/python3*/site-packages/flask_swagger_ui/dist/swagger-ui-standalone-preset.js \
 && /app/venv/bin/python3 -m compileall -q --invalidation-mode unchecked-hash /app/venv
COPY openapi.yaml /app/
COPY service /app/service
# Hash-based bytecode: valid whatever the file times, so nothing is written or compiled at start. Readable by the user that
# runs it, whatever the rights were where it was checked out.
RUN /app/venv/bin/python3 -m compileall -q --invalidation-mode unchecked-hash /app/service \
 && chmod -R u=rwX,go=rX /app/service /app/openapi.yaml

FROM ${PYTHON_IMAGE}
ARG PYTHON_IMAGE
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=unknown
ARG BASE_DIGEST=unknown
ARG REQUIREMENTS=requirements.txt
LABEL org.opencontainers.image.title="mas-risk-service" \
      org.opencontainers.image.description="Scores a lab panel for macrophage activation syndrome" \
      org.opencontainers.image.authors="MAS risk service maintainers" \
      org.opencontainers.image.vendor="MAS risk service maintainers" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.url="${SOURCE}" \
      org.opencontainers.image.documentation="${SOURCE}" \
      org.opencontainers.image.ref.name="${VERSION}" \
      mas.requirements="${REQUIREMENTS}" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}" \
      org.opencontainers.image.base.digest="${BASE_DIGEST}"
# Some bases carry pip for their own use; nothing here needs it once the venv is made.
RUN python3 -m pip uninstall --yes --quiet pip setuptools wheel 2>/dev/null || true; rm -rf /usr/share/python-wheels /usr/local/lib/python3*/ensurepip
# The packages are a layer of their own: a new version of the service leaves it as it is.
COPY --from=build /app/venv /app/venv
COPY --from=build /app/openapi.yaml /app/
COPY --from=build /app/service /app/service
ENV PATH=/app/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORT=8080
WORKDIR /app
USER 65532:65532
# The build fails here if the application, its criteria or the server's settings do not load.
RUN ["gunicorn", "--check-config", "-c", "python:service.server.serving.gunicorn_conf", "service.wsgi:app"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["python3", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 8080), timeout=2); c.request('GET', '/livez'); sys.exit(c.getresponse().status != 200)"]
CMD ["gunicorn", "-c", "python:service.server.serving.gunicorn_conf", "service.wsgi:app"]
