# Everything a developer or a newcomer runs. `make help` lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PEERS  ?= .peers
CORE   := hatch_build.py $(wildcard diffing/core/*.c diffing/core/*.h)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast test-failed test-faults test-peer check lint types imports bench fuzz lock schema clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv and install the locked dependencies (leaves .venv/bin/golddigger)

# A Debian python3 without python3-venv has no ensurepip: virtualenv's zipapp is not needed, a clear sentence is.
$(READY): locks/develop.txt pyproject.toml $(CORE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Golddigger needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/develop.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## start Golddigger with a sample repository and print the page's address
	$(BIN)/golddigger demo

test: $(READY) ## run every test (peers and browsers that are missing are named and skipped)
	$(BIN)/pytest -n auto --dist worksteal

test-fast: $(READY) ## run the tests of the inner loop, under a minute
	$(BIN)/pytest -n auto --dist worksteal -m "not slow"

test-failed: $(READY) ## run again, one at a time, the tests that failed the last time
	$(BIN)/pytest --last-failed --last-failed-no-failures none

test-faults: $(READY) ## kill, restart and cut off whatever there is, and see that nothing is lost (takes minutes)
	$(BIN)/python -m tests.faults

check: lint types imports test ## lint, types, import rules and every test

lint: $(READY) ## ruff and hadolint: style and common mistakes
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/hadolint Dockerfile

types: $(READY) ## mypy --strict
	$(BIN)/mypy

imports: $(READY) ## import-linter: the house's walls
	$(BIN)/lint-imports

bench: $(READY) ## measure comparing side by side with its peers (npm brings them), as ratios; takes minutes
	@command -v npm >/dev/null && sh tests/bench/install.sh $(PEERS) || echo "npm is missing, so the peers are."
	GOLDDIGGER_TEST_NPM=$(PEERS) $(BIN)/python -m tests.bench $(PARTS)

FUZZ_SECONDS ?= 600
fuzz: $(READY) ## fuzz the core and the comparing for FUZZ_SECONDS=600 in all (needs clang)
	$(BIN)/python -m tests.fuzz $(FUZZ_SECONDS)

schema: $(READY) ## write the JSON Schemas in docs/ anew
	$(BIN)/golddigger schema config > docs/golddigger.schema.json
	$(BIN)/golddigger schema compare > docs/compare.schema.json

lock: ## renew the lock files (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --upgrade -q -o locks/runtime.txt
	uv pip compile pyproject.toml --all-extras --group develop --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --upgrade -q -o locks/develop.txt
	uv pip compile locks/wheel.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --upgrade -q -o locks/wheel.txt
	uv pip compile locks/fuzz.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --upgrade -q -o locks/fuzz.txt

clean: ## remove what the other targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist build diffing/_core*.so .peers
