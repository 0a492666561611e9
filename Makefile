# Everything one does with this project; `make` alone lists it.
# Variables: PORT and DATA_DIR (make run), ARGS (make test ARGS="tests/papers -k upvote"), PYTHON (make run PYTHON=python3.12).

PYTHON ?= python3
PY := .venv/bin/python
# What is installed is named by what should be: a changed list is installed again, an interrupted installation too.
INSTALLED := .venv/installed-$(shell cat constraints.txt pyproject.toml | cksum | cut -d ' ' -f 1)
AXE_VERSION := 4.14.1
AXE_SHA256 := 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
export AXE_CORE := $(CURDIR)/.cache/axe/node_modules/axe-core/axe.min.js
# For checks that read the settings and open no connection.
NOWHERE := DATABASE_URL=postgresql:///unused REDIS_URL=redis://127.0.0.1:1/0

.DEFAULT_GOAL := help
.PHONY: help install run test test-long check bench screenshots lock browser

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

install: $(INSTALLED) ## Make .venv with everything in it

run: $(INSTALLED) ## Start the whole site (PORT=8000 DATA_DIR=.data)
	@exec $(PY) -m config.run

test: $(INSTALLED) browser ## Run every test, the browser's too (ARGS=… goes to pytest)
	$(PY) -m pytest --durations=20 $(ARGS)

test-long: export LONG := 1
test-long: test ## Run the same tests with large counts

check: $(INSTALLED) ## Lint, format, types, migrations, import arrows, deploy check
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(NOWHERE) DATA_DIR=.cache/check $(PY) -m mypy
	DATA_DIR=.cache/check $(PY) manage.py makemigrations --check --dry-run
	@$(NOWHERE) DATA_DIR=.cache/check DEMO=0 DEBUG=0 SITE_URL=https://papers.example.org BEHIND_PROXY=1 \
		SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m pytest -q tests/test_arrows.py

bench: $(INSTALLED) ## Run the benchmarks, each prints one table
	@for file in bench/[a-z]*.py; do DATA_DIR=.cache/bench $(PY) -m config.embedded $(PY) $$file || exit 1; done

screenshots: $(INSTALLED) browser ## Photograph the demo for the documentation
	DATA_DIR=.cache/screenshots $(PY) docs/screenshots.py

lock: $(INSTALLED) ## Make constraints.txt anew from pyproject.toml (ARGS=--upgrade for newer versions)
	$(PY) -m piptools compile --quiet --extra dev --extra embedded --all-build-deps --generate-hashes --allow-unsafe \
		--strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(ARGS) \
		--output-file constraints.txt pyproject.toml
	@{ echo '# Every package of the site, its tests and its build, by version and content; "make lock" makes this file anew.'; \
		cat constraints.txt; } > constraints.new && mv constraints.new constraints.txt

$(INSTALLED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv (or name yours: make PYTHON=python3.12)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
		{ echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv; the first time takes a minute or two …"
	@ls .venv/installed-* > /dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@rm -f .venv/installed-*
	@$(PY) -m pip install --disable-pip-version-check --require-hashes -r constraints.txt
	@PYTHONWARNINGS=ignore $(PY) -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Installs a Debian package when its command is missing and we may; otherwise says what to type.
need = command -v $(1) > /dev/null || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(2); } || \
	{ echo "The browser tests need $(1): apt-get install $(2)"; exit 1; }

browser: $(AXE_CORE)
	@$(call need,chromium,chromium fonts-liberation fonts-stix)

$(AXE_CORE):
	@$(call need,npm,npm)
	@npm install --silent --prefix .cache/axe --no-save --no-package-lock --ignore-scripts axe-core@$(AXE_VERSION) || \
		{ echo "axe-core $(AXE_VERSION), which looks for barriers in our pages, could not be fetched from the npm registry."; exit 1; }
	@echo "$(AXE_SHA256)  $@" | sha256sum --check --quiet || { rm -f $@; exit 1; }
