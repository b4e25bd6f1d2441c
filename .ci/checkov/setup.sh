#!/usr/bin/env bash
# Installs checkov, the scanner that looks over the rendered chart, into .checkov/ (not committed).
# It is kept apart from the service's own packages: it pins a hundred others.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p .checkov
if ! cmp -s .ci/checkov/requirements.txt .checkov/requirements.txt; then
  "${PYTHON:-python3}" -m venv .checkov/venv
  .checkov/venv/bin/pip install --quiet --require-hashes --no-deps -r .ci/checkov/requirements.txt
  cp .ci/checkov/requirements.txt .checkov/requirements.txt
fi
