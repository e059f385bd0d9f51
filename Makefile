# Everything a developer or a first-time user types. Needs Python ≥ 3.11 and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEV := .venv/.dev
BROWSER ?=

.PHONY: help run up test test-sqlite test-browser test-postgres lint format bench bench-bulk clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: $(RUNTIME) ## portal with live demo stations on http://127.0.0.1:8000
	@DEMO=$${DEMO:-1} $(BIN)/python manage.py serve

up: $(RUNTIME) ## production-like: the Procfile's processes on DATABASE_URL and REDIS_URL
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/honcho start

test: lint ## static checks and the whole test suite, on SQLite and PostgreSQL
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-postgres test-sqlite test-browser

test-sqlite: $(DEV)
	TEST_DATABASE=sqlite $(BIN)/python -m pytest -m "not e2e"

test-browser: $(DEV)
	TEST_DATABASE=sqlite $(BIN)/python -m pytest -m e2e

test-postgres: $(DEV)
	TEST_DATABASE=postgres $(BIN)/python -m pytest -m "not e2e and not once"

lint: $(DEV) ## formatting, lint, import rules, types, missing migrations, station models
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	DATA_DIR=.venv/lint $(BIN)/python manage.py makemigrations --check --dry-run
	DATA_DIR=.venv/lint $(BIN)/python manage.py check_catalogue

format: $(DEV) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV) ## benchmarks against a bare server, printed as ratios
	$(BIN)/python -m benchmarks.run

bench-bulk: $(DEV) ## one bulk operation over 1,000 stations, and the pages meanwhile
	$(BIN)/python -m benchmarks.bulk

clean: ## forget the demo data and the environment
	rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python has no venv module. On Debian and Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }

$(RUNTIME): pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing what the portal needs into .venv (about a minute, once) ..."
	@$(BIN)/python .ci/requirements.py > .venv/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r .venv/runtime.txt
	@touch $@

$(DEV): $(RUNTIME)
	@echo "Installing what tests and checks need into .venv ..."
	@$(BIN)/python .ci/requirements.py dev > .venv/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r .venv/dev.txt
	@touch $@
