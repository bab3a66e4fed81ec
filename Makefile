# `make` alone lists what there is. The two that matter: `make demo` and `make test`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
STACK := $(BIN)/python infra/local/stack.py
TEST_STACK := $(STACK) exec --fast --var var/test --
STAMP = .venv/.$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1).stamp
ARGS ?=

.PHONY: help .venv demo code test check t messages

help: ## this list
	@awk -F ':.*## ' '/^[a-z%.-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv: ## install what is locked, into .venv (again only when the lock changes)
	@test -f $(STAMP) || $(MAKE) --no-print-directory install

.PHONY: install
install:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Isoloir needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo missing). Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib || true # on all processors; pip would take one
	@rm -f .venv/.*.stamp && touch $(STAMP)

$(BIN)/python:
	@$(MAKE) --no-print-directory .venv

t: | $(BIN)/python ## some tests, with the servers up: make t ARGS="tests/crm -x"
	@$(TEST_STACK) $(BIN)/pytest $(ARGS)

demo: .venv ## the whole product with a demo campaign, on http://isoloir.localhost:8000 (PORT=… OUTBOX_PORT=… CELLS=fr-1,de-1)
	@exec $(STACK) demo

code: ## the code that the demo's console asks for after the password
	@$(BIN)/python infra/local/code.py

test: .venv ## everything that must hold: lint, types, translations, tests, journeys in a browser
	@$(BIN)/python infra/local/verify.py

check: .venv ## the half of it that takes seconds
	@$(BIN)/python infra/local/verify.py --quick

.PHONY: lock
lock: | $(BIN)/python ## compile requirements.lock and the image's from pyproject.toml: versions and hashes only, what is locked stays
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11.0 --generate-hashes --no-header --no-emit-index-url --quiet -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --group image --constraint requirements.lock --python-version 3.11.0 --generate-hashes --no-header --no-emit-index-url --quiet -o requirements.image.lock

messages: | $(BIN)/python ## collect the words to translate and compile the catalogs
	@$(BIN)/python manage.py messages $(ARGS)

bench-%: .venv ## a benchmark: bench-provision, bench-tenancy, bench-import ROWS=100000, bench-people (KEEP=1: with what is there)
	@test -f infra/bench/$(subst -,_,$*).py || { echo "There is no benchmark $*: see infra/bench/"; exit 1; }
	@test -n "$(KEEP)" || rm -rf var/bench/$*
	@ROWS="$(ROWS)" $(STACK) exec --var var/bench/$* -- $(BIN)/python infra/bench/$(subst -,_,$*).py
