# `make demo` and `make test` need Python ≥ 3.11, make and a package index; they set up the rest.
PYTHON ?= python3
BIN := .venv/bin
# uv from the PATH, else one of our own, outside .venv.
UV := $(or $(shell command -v uv),.cache/uv/bin/uv)
# Where pip has been told to look for wheels, uv looks too; elsewhere uv picks the torch for this machine.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
# Otherwise every command would compile again whatever it imports.
unexport PYTHONDONTWRITEBYTECODE
BENCH ?= full
TORCH := $(if $(UV_FIND_LINKS),,--torch-backend=auto)
# Each step says what it fetches (`make sizes` measures it), and how long it took.
STEP := @sh tools/step.sh
INSTALL = $(UV) pip install --python $(BIN)/python --constraints constraints.txt
SETUP = env PATH="$(dir $(UV)):$$PATH" $(BIN)/python -m quoth.cli setup
MODELS = $(STEP) 'The embedded models, 176 MB' $(SETUP)

.DEFAULT_GOAL := help
.PHONY: FORCE help light setup demo test lint types tests test-slow test-ollama format bench native constraints sizes \
	library docs notebooks walk pictures screenshots site clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

light: .venv/.light  ## build .venv with what the embedded models and the page need

setup: .venv/.all  ## build .venv with every extra that does not compile, and the tools for development

.cache/uv/bin/uv:
	$(STEP) 'uv, which installs packages, 25 MB' sh -c '$(PYTHON) -m venv --clear .cache/uv && \
		.cache/uv/bin/python -m pip install --quiet uv'

# The stamp is written last and says which Python made the environment, and where: one that was
# interrupted, moved, or made by another Python is made again.
.venv/.made: FORCE
	@made="$$($(PYTHON) -c 'import sys; print(sys.version)') $(CURDIR)"; \
	if [ "$$(cat $@ 2>/dev/null)" != "$$made" ]; then \
		$(PYTHON) -m venv --clear .venv && echo "$$made" > $@; \
	fi

.venv/.light: .venv/.made pyproject.toml constraints.txt overrides.txt | $(UV)
	$(STEP) 'Packages of the light core, 153 MB' \
		$(INSTALL) --overrides overrides.txt --editable '.[serve]'
	$(MODELS)
	@touch $@

.venv/.all: .venv/.made pyproject.toml constraints.txt | $(UV)
	$(STEP) 'Packages of all extras, the tests and the documentation, 887 MB with torch for the CPU' \
		$(INSTALL) $(TORCH) --editable '.[all]' --group dev --group docs
	$(MODELS)
	@touch $@ .venv/.light

demo: .venv/.light  ## ingest the sample library, ask, summarize, show the timings
	@$(BIN)/python -m quoth.cli demo

test: lint types tests  ## check style and types, run all tests but the slow ones

lint: setup  ## check the style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup  ## check the types
	@$(BIN)/mypy && $(BIN)/mypy --package tools

# Now and then a program ended unheard that a process with thousands of tests behind it had
# started, in a terminal or by multiprocessing; why was not found.
FRESH := $(addprefix tests/,faults cli/test_chat.py cli/test_hostile_words.py cli/test_real_terminal.py test_first_hour.py)

tests: setup  ## run all tests but the slow ones
	@command -v chromium > /dev/null || echo "The tests of the page need Chromium: apt-get install chromium"
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(addprefix --ignore=,$(FRESH) tests/web)
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(FRESH)
	@# Playwright leaves an event loop running, in which no other test may be.
	@$(BIN)/python -m pytest tests/web

test-slow: setup  ## run the slow tests as well
	@$(BIN)/python -m pytest -m "not live"

test-ollama: setup  ## check a real Ollama, at OLLAMA_HOST or its usual address
	@$(BIN)/python -m pytest tests/conformance -m live --conformance-table

format: setup  ## format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: setup bench/.venv/.ready  ## measure beside the peers, save the table (BENCH=quick: 10 minutes)
	@$(BIN)/python -m bench.table --size $(BENCH)

bench/.venv/.ready: bench/requirements.txt | .venv/.all
	@$(UV) venv --quiet --clear --python $(BIN)/python bench/.venv
	@$(UV) pip install --quiet --python bench/.venv/bin/python $(TORCH) --link-mode copy --compile-bytecode \
		-r bench/requirements.txt  # nltk refuses files with more than one link
	@touch $@

native: setup  ## compile llama-cpp-python for this very processor (minutes)
	$(STEP) 'llama-cpp-python, which is compiled' $(INSTALL) --editable '.[llama-cpp-python]'

constraints: | $(UV)  ## resolve the versions again, for every system and each Python from 3.11.0 on
	@echo 'torch==2.13.0' | $(UV) pip compile pyproject.toml -c - --all-extras --group dev \
		--group docs --universal --python-version 3.11.0 --quiet --upgrade --no-annotate \
		--no-header --no-emit-find-links --no-emit-index-url --output-file constraints.txt
	@sed -i -E -e 's/[+]cpu//' -e '/^(quoth|nvidia-|cuda-|triton)/d' constraints.txt

sizes: setup  ## measure how much a set-up fetches on this machine
	@$(BIN)/python -m tools.sizes

library: setup  ## write the sample library again from its texts
	@$(BIN)/python -m tools.library

docs: setup  ## write the references of settings, commands and Python names from the program
	@$(BIN)/python -m tools.reference
	@$(BIN)/python -m tools.api

notebooks: setup  ## run the notebooks, write them as pages of docs/, keep them without outputs
	@$(BIN)/python -m tools.notebooks
	@$(BIN)/python -m tools.notebooks --strip

screenshots: setup  ## take the pictures of the page, in the Chromium of the system
	@$(BIN)/python -m tools.screenshots

walk: setup  ## write down the first hour: a clone is set up in a fresh home, and walked
	@$(BIN)/python -m tools.walk --clone docs/first-hour.md

pictures: setup  ## draw the pictures of the README from what the program prints
	@$(BIN)/python -m tools.pictures

site: setup docs  ## build the documentation as a site in site/
	@$(BIN)/zensical build --strict --clean

clean:  ## remove what was built
	@rm -rf .venv bench/.venv .cache build dist site .mypy_cache .ruff_cache .pytest_cache
