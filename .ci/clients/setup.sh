#!/usr/bin/env bash
# Installs the validators, clients and generators of others that tests marked "clients" use, into .clients/ (not committed).
# They are kept apart from the service's own packages: they pin others, and none of them is needed to run it.
set -euo pipefail
cd "$(dirname "$0")/../.."

install() {  # from: a folder with the lock files; to: where the tools go
  local from=$1 to=$2
  mkdir -p "$to"
  if ! cmp -s "$from/requirements.txt" "$to/requirements.txt"; then
    "${PYTHON:-python3}" -m venv "$to/venv"
    "$to/venv/bin/pip" install --quiet --require-hashes --no-deps -r "$from/requirements.txt"
    cp "$from/requirements.txt" "$to/requirements.txt"
  fi
  if ! cmp -s "$from/package-lock.json" "$to/installed-lock.json"; then
    cp "$from/package.json" "$from/package-lock.json" "$to/"
    (cd "$to" && npm ci --silent --no-audit --no-fund --ignore-scripts)
    cp "$from/package-lock.json" "$to/installed-lock.json"
  fi
}

command -v javac >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends openjdk-17-jdk-headless; }
install .ci/clients .clients
install .ci/clients/generators .clients/generators
cp .ci/clients/generators/*.yaml .clients/generators/
