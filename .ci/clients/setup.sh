#!/usr/bin/env bash
# Installs the validators and clients of others that tests marked "clients" use, into .clients/ (not committed).
# They are kept apart from the service's own packages: they pin others, and none of them is needed to run it.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=.ci/clients
mkdir -p .clients
if ! cmp -s "$here/requirements.txt" .clients/requirements.txt; then
  "${PYTHON:-python3}" -m venv .clients/venv
  .clients/venv/bin/pip install --quiet --require-hashes --no-deps -r "$here/requirements.txt"
  cp "$here/requirements.txt" .clients/requirements.txt
fi
if ! cmp -s "$here/package-lock.json" .clients/installed-lock.json; then
  cp "$here/package.json" "$here/package-lock.json" .clients/
  (cd .clients && npm ci --silent --no-audit --no-fund --ignore-scripts)
  cp "$here/package-lock.json" .clients/installed-lock.json
fi
