# `make demo` and `make test` need Python ≥ 3.11, make and a package index; they set up the rest.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
# Where pip has been told to look for wheels, uv looks too; elsewhere uv picks the torch for this machine.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
# Otherwise every command would compile anew whatever it imports.
unexport PYTHONDONTWRITEBYTECODE
BENCH ?= full
TORCH := $(if $(UV_FIND_LINKS),,--torch-backend=auto)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow lint format bench native constraints library docs notebooks pictures site clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready  ## build .venv with everything in it

.venv/.ready: pyproject.toml constraints.txt
	@test -x $(UV) || { $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet uv; }
	@$(UV) pip install --quiet --python $(BIN)/python $(TORCH) --constraints constraints.txt \
		--editable '.[embedded]' --group test
	@touch $@

demo: setup  ## ingest the sample library, ask, summarize, show the timings
	@$(BIN)/python -m quoth.cli demo

test: setup lint  ## check style and types, run all tests but the slow ones
	@$(BIN)/python -m pytest -n 2 --dist loadfile

test-slow: setup  ## the long runs as well
	@$(BIN)/python -m pytest -m "not live"

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: setup  ## format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: setup bench/.venv/.ready  ## measure beside the peers, save the table (BENCH=quick: 10 minutes)
	@$(BIN)/python bench/table.py --size $(BENCH)

bench/.venv/.ready: bench/requirements.txt | .venv/.ready
	@$(UV) venv --quiet --clear --python $(BIN)/python bench/.venv
	@$(UV) pip install --quiet --python bench/.venv/bin/python $(TORCH) --link-mode copy --compile-bytecode \
		-r bench/requirements.txt  # nltk refuses files with more than one link
	@touch $@

native: setup  ## compile llama-cpp-python for this very processor (minutes)
	@$(UV) pip install --python $(BIN)/python --constraints constraints.txt --editable '.[llama-cpp-python]'

constraints: ## resolve the versions anew
	@$(UV) pip compile pyproject.toml --all-extras --group test --quiet --upgrade --no-annotate \
		--no-header --no-emit-find-links --no-emit-index-url --output-file constraints.txt
	@sed -i 's/+cpu$$//' constraints.txt

library: setup  ## write the sample library again from its texts
	@$(BIN)/python data/make_library.py

docs: setup  ## write the references of settings and commands from the program
	@$(BIN)/python docs/reference.py

notebooks: setup  ## run the notebooks, write them as pages of docs/, keep them without outputs
	@$(BIN)/python docs/notebooks.py
	@$(BIN)/python docs/notebooks.py --strip

pictures: setup  ## draw the pictures of the README from what the program prints
	@$(BIN)/python docs/pictures.py

site: setup docs  ## build the documentation as a site in site/
	@$(BIN)/zensical build --strict --clean

clean:  ## remove what was built
	@rm -rf .venv bench/.venv .cache build dist site .mypy_cache .ruff_cache .pytest_cache
