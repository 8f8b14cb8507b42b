# Everything that a person types. Needs GNU make and Python 3.11 or newer; `make help` lists the commands.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
# What was installed, and for which folder: a virtual environment does not survive a move of its checkout.
STAMP := $(VENV)/installed-for
MOVED := $(if $(filter-out $(CURDIR),$(file <$(STAMP))),moved)
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --no-input
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11

# Tried in this order; the first that is new enough makes the virtual environment.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python

.PHONY: help demo up test check format lock bench clean always

help: ## Shows this list.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

demo: $(STAMP) ## Takes one agreement from the form to the signature, on the real engine.
	@$(BIN)/sla demo

up: $(STAMP) ## Runs the whole stack on this machine until Ctrl-C.
	@$(BIN)/sla up

# Half of the tests wait for servers: two at a time take little more than half of the time, also on two cores. Files stay
# together, for their tests share a server.
test: $(STAMP) ## Runs every test.
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMP) ## Format, lint, types, import contracts, and every test: what CI runs.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

format: $(STAMP) ## Formats the code and mends what the linter can.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## Measures a life against a bare workflow, and the arithmetic against bare NumPy.
	$(BIN)/python -m benchmarks.lifecycle
	@$(PIP) --no-build-isolation -e '.[bench]'
	$(BIN)/python -m benchmarks.compliance

lock: $(STAMP) ## Writes the lock files; `make lock UPGRADE=--upgrade` takes newer versions.
	$(UV_COMPILE) $(UPGRADE) --extra laptop --extra dev --extra image pyproject.toml -o requirements.lock
	$(UV_COMPILE) --extra image -c requirements.lock pyproject.toml -o requirements-image.lock

clean: ## Removes what can be made again; never the data in var/.
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml $(if $(MOVED),always)
	@set -e; $(if $(MOVED),,! $(BIN)/python -m pip --version >/dev/null 2>&1 || exit 0;) \
	for name in $(PYTHON); do \
		if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	done; \
	if test -z "$$found"; then \
		echo 'Python 3.11 or newer is needed; on Debian: apt-get install python3 python3-venv' >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	$$found -m venv --clear $(VENV)
	@echo 'Installing into $(VENV) (half a minute the first time)'
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@printf '%s' '$(CURDIR)' > $@
