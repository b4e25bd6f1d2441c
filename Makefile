# Every task of the project. `make run` and `make test` need only Python 3.11+, make and a C library.
PYTHON ?= python3
PORT ?= 8080
HOST ?= 127.0.0.1
VENV := .venv
unexport PYTHONDONTWRITEBYTECODE  # else each of the many processes that tests start compiles everything anew
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test lint types format generate bench bench-check growth promises soak lock clean quick golden image browser screenshots chart container chart-docs package sbom image-sbom

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is `$(PYTHON) --version 2>&1`. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -n "`$(BIN)/pip --version 2>/dev/null`" || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); }
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-dev.txt
	touch $@

setup: $(VENV)/.dev ## create .venv with everything the tests need

FREE = import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((sys.argv[1], int(sys.argv[2])))
run: $(VENV)/.run ## serve on PORT (default 8080) of HOST (default 127.0.0.1; 0.0.0.0 for all) in the foreground
	@$(BIN)/python -c '$(FREE)' $(HOST) $(PORT) 2>/dev/null || { \
	  echo "Port $(PORT) of $(HOST) is taken, or may not be used. Choose another: make run PORT=9000"; exit 1; }
	@echo "Open http://$(if $(filter 0.0.0.0,$(HOST)),localhost,$(HOST)):$(PORT)/ - Ctrl-C stops the service"
	@exec env PORT=$(PORT) $(BIN)/gunicorn -c python:service.server.serving.gunicorn_conf -b $(HOST):$(PORT) service.wsgi:app

test: setup ## every test but those that build a container; with CI=true also branch coverage and four times the examples
	$(BIN)/pytest $(if $(CI),--cov) --ignore=tests/deploy/container

quick: setup ## the tests of the medicine and of single modules, in a quarter of a minute
	$(BIN)/pytest -p no:schemathesis -m "not slow" tests/unit tests/spec

golden: setup ## write down the digest of every answer anew, where an answer was changed on purpose
	$(BIN)/python -m tests.golden

lint: setup ## ruff, import-linter, and whether what is generated is current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tools.generate --check

types: setup ## mypy --strict
	$(BIN)/mypy

format: setup ## rewrite the layout of the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: setup ## write openapi.yaml from its files, and the parts of README.md that come from the data
	$(BIN)/python -m tools.generate

bench: setup ## what a panel costs, beside a bare echo in the same run; BESIDE=tree compares with the service of another tree
	$(BIN)/python -m bench
	$(if $(BESIDE),$(BIN)/python -m bench --beside $(BESIDE))

bench-check: setup ## fail if a panel takes 20 % more instructions than bench/baseline.json says (needs valgrind)
	$(BIN)/python -m bench --instructions

growth: setup ## processor time of every member that grows, of every way in, up to 1 MB (a quarter of an hour)
	$(BIN)/python -m tests.contract.growth

promises: setup ## how soon probes and panels are answered beside every attack, and the most memory (on a quiet machine)
	$(BIN)/python -m tests.contract.server

SECONDS ?= 600
soak: setup ## full load for SECONDS (default 600): memory flat, no error, counters right
	$(BIN)/python -m tests.support.soak $(SECONDS)

lock: ## pin the newest allowed versions, with hashes (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade -q pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade -q pyproject.toml --extra otel --extra arrow --extra report --group dev -c requirements.txt -o requirements-dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade -q pyproject.toml --extra otel -c requirements-dev.txt -o requirements-otel.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade -q pyproject.toml --extra arrow -c requirements-dev.txt -o requirements-arrow.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade -q pyproject.toml --extra report -c requirements-dev.txt -o requirements-report.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade -q --group pyproject.toml:browser -c requirements-dev.txt -o requirements-browser.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade -q --group chart -c requirements-dev.txt -o requirements-chart.txt

IMAGE ?= mas-risk-service
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' service/__init__.py)
comma := ,
RUNNER ?= $(firstword $(shell command -v docker podman) docker)
BUILDER ?= $(firstword $(shell command -v docker buildah podman) docker)

image: ## build the image IMAGE:version (docker, buildah or podman; PYTHON_IMAGE chooses the base, name:tag@sha256:... pins it; REQUIREMENTS=requirements-otel.txt adds traces; README has proxies)
	$(BUILDER) build $(if $(filter %podman %buildah,$(BUILDER)),--format docker) $(if $(PYTHON_IMAGE),--build-arg PYTHON_IMAGE=$(PYTHON_IMAGE)) --build-arg VERSION=$(VERSION) \
	  $(if $(findstring @,$(PYTHON_IMAGE)),--build-arg BASE_DIGEST=$(lastword $(subst @, ,$(PYTHON_IMAGE)))) \
	  $(foreach name,HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL,$(if $($(name)),--build-arg $(name)=$($(name)))) $(if $(CA_FILE),--secret id=ca$(comma)src=$(CA_FILE)) \
	  $(if $(SOURCE),--build-arg SOURCE=$(SOURCE)) --build-arg REVISION=$$(git rev-parse HEAD) --build-arg CREATED=$$(git log -1 --format=%cI) $(IMAGE_FLAGS) $(if $(REQUIREMENTS),--build-arg REQUIREMENTS=$(REQUIREMENTS)) -t $(IMAGE):$(VERSION) .

$(VENV)/.browser: requirements-browser.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-browser.txt
	touch $@

browser: $(VENV)/.browser ## test the page in the system's Chromium (.ci/browser installs it)
	$(BIN)/pytest tests/web

screenshots: $(VENV)/.browser ## write docs/screenshots/*.png from the running service
	$(BIN)/python -m tests.web.browser.screenshots

$(VENV)/.chart: requirements-chart.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-chart.txt
	touch $@

chart: $(VENV)/.chart ## render, validate and test the chart
	$(BIN)/pytest tests/deploy/chart

container: $(VENV)/.chart ## build the image and run it, the chart's pod and a Prometheus (.ci/container-tools first)
	$(BIN)/pytest -n 0 -s tests/deploy/container

chart-docs: ## write the table of values in helm/README.md
	$(PYTHON) .ci/chart_docs.py

package: $(VENV)/.chart ## pack the chart into build/; KEY and KEYRING sign it (helm verify)
	$(BIN)/python .ci/chart_package.py build $(if $(KEY),"$(KEY)" $(KEYRING) $(PASSPHRASE_FILE))

sbom: $(VENV)/.chart ## write build/sbom.cdx.json: the image's Python packages, their licences and what needs what
	rm -rf build/runtime && $(PYTHON) -m venv --without-pip build/runtime
	$(BIN)/pip --python build/runtime/bin/python install --quiet --require-hashes --no-deps -r requirements.txt
	sed 's/^dynamic = .*/version = "$(VERSION)"/' pyproject.toml > build/pyproject.toml
	$(BIN)/cyclonedx-py environment build/runtime/bin/python --pyproject build/pyproject.toml --mc-type application \
	  --output-reproducible --of JSON -o build/sbom.cdx.json
	$(BIN)/python .ci/carried_sbom.py build/sbom.cdx.json build/runtime/lib/python3*/site-packages/flask_swagger_ui/dist

image-sbom: sbom ## the same with the packages of the system in the image IMAGE:version
	$(RUNNER) run --rm --network none --entrypoint /bin/cat $(IMAGE):$(VERSION) /var/lib/dpkg/status > build/dpkg-status
	$(RUNNER) run --rm --network none --entrypoint /bin/cat $(IMAGE):$(VERSION) /etc/os-release > build/os-release
	$(BIN)/python .ci/system_sbom.py build/sbom.cdx.json build/dpkg-status build/os-release

clean: ## remove what the targets made
	rm -rf $(VENV) .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache build
