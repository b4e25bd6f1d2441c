#!/usr/bin/env bash
# Installs PySpark, with the packages of the command and of Arrow beside it, into .spark/ (not committed).
# It is kept apart from the service's own packages: it is half a gigabyte, and only one test needs it.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p .spark
if ! cat requirements-arrow.txt .ci/spark/requirements.txt | cmp -s - .spark/requirements.txt; then
  "${PYTHON:-python3}" -m venv .spark/venv
  .spark/venv/bin/pip install --quiet --require-hashes --no-deps -r requirements-arrow.txt
  .spark/venv/bin/pip install --quiet --require-hashes --no-deps -r .ci/spark/requirements.txt
  cat requirements-arrow.txt .ci/spark/requirements.txt > .spark/requirements.txt
fi
command -v java >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends openjdk-17-jre-headless; }
