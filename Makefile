# Everything a person types. Each target sets up what it needs.
# Names without spaces and no absolute paths in targets: the checkout itself may lie in a path with spaces.

SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
DEMO ?= 1
SCALE ?= 1
python := .venv/bin/python
export PORT DEMO

.DEFAULT_GOAL := help
.PHONY: help run test check lint format types migrations deploy-check languages messages lock bench demo clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: .venv/run.stamp ## Set everything up and serve it (PORT=8000, DEMO=0 for an empty start)
	@exec $(python) manage.py up --with-parent $$PPID

# Side by side, each process with servers of its own; one after the other on servers that somebody named.
test: .venv/dev.stamp ## Run the whole test suite
	@$(python) -m pytest $(if $(DATABASE_URL)$(REDIS_URL),,--numprocesses auto --maxprocesses 4 --dist loadfile)

check: lint types migrations deploy-check languages test ## Everything that must hold before a change lands

lint: .venv/dev.stamp ## Style of code and templates
	@$(python) -m ruff check . && $(python) -m ruff format --check .

format: .venv/dev.stamp ## Put code into the house style
	@$(python) -m ruff check --fix . ; $(python) -m ruff format .

types: .venv/dev.stamp ## Types, strictly
	@$(python) -m mypy

migrations: .venv/dev.stamp ## No model change without its migration
	@$(python) manage.py makemigrations --check --dry-run

deploy-check: .venv/dev.stamp ## Settings that are safe in production
	@SITE_URL=https://example.org $(python) manage.py check --deploy --fail-level WARNING

languages: .venv/dev.stamp ## Translations complete and fresh
	@$(python) manage.py check --deploy --tag translation --fail-level ERROR

messages: .venv/dev.stamp ## Collect new strings into locale/ (needs gettext)
	@$(python) manage.py collect_messages

lock: .venv/dev.stamp ## Make the lock files again from requirements/*.in
	@for name in base embedded dev; do \
	  $(python) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-annotate --output-file requirements/$$name.lock requirements/$$name.in || exit 1; \
	done

bench: .venv/dev.stamp ## Measure, as ratios inside one run (SCALE=..., ONLY="w5 w7")
	@SCALE=$(SCALE) ONLY="$(ONLY)" $(python) -m bench

demo: .venv/run.stamp ## Begin again with a new demonstration world
	@exec $(python) manage.py up --with-parent $$PPID --begin-again

clean: ## Remove what was made: environment, data, caches. Asks first
	@if [ -e var/up.lock ] && ! flock -n var/up.lock true; then echo "It is running: stop it first."; exit 1; fi
	@read -r -p "Remove .venv and var, with all data in them? Type yes: " answer; \
	[ "$$answer" = yes ] || { echo "Nothing was removed."; exit 0; }; \
	data="$$($(python) -c 'from hrplatform import embedded; print(embedded.elsewhere())' 2>/dev/null)"; \
	case "$$data" in /var/lib/hrplatform-*) rm -rf "$$data";; esac; \
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@PYTHON="$(PYTHON)" bin/make-environment

.venv/run.stamp: requirements/embedded.lock | .venv/bin/python
	@if [ -e .venv/dev.stamp ] && [ .venv/dev.stamp -nt requirements/dev.lock ]; then touch $@; else \
	  echo "Installing what is needed to run (once, a minute or so) ..." && \
	  $(python) -m pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@; fi

.venv/dev.stamp: requirements/dev.lock | .venv/bin/python
	@echo "Installing what is needed to test (once, a minute or so) ..." && \
	$(python) -m pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@
