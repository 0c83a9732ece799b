# Each target makes what it needs. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin

# Absolute, because notebooks run in their own folder. By the shell, because make's own
# functions cut a folder's name at its spaces.
override export LENET_DATA := $(if $(LENET_DATA),$(shell cd "$(LENET_DATA)" 2>/dev/null && pwd || echo "$(LENET_DATA)"))

.DEFAULT_GOAL := help

# One test a core, but no more than four at once, which browsers and trainings would not notice.
WORKERS := --numprocesses logical --maxprocesses 4

.PHONY: help setup install report notebooks site lab quick test torture lint benchmark study lock audit clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: .venv/built ## build .venv with the pinned packages; TORCH=cpu without NVIDIA's libraries

# A virtual environment knows its folder's name: in a clone that was moved it is built anew, as it
# is for another torch. TORCH=cpu (or cu126, …: what uv calls a backend) is remembered.
BUILT := $(shell cat .venv/built 2>/dev/null)
TORCH ?= $(firstword $(BUILT) pinned)
ifneq ($(BUILT),$(TORCH) $(shell pwd))
.PHONY: .venv/built
endif
PINS := cat requirements.txt
ifneq ($(TORCH),pinned)
PINS := grep -vE '^(cuda-|nvidia-|triton==)' requirements.txt
BACKEND := --torch-backend=$(TORCH)
endif

# Into the environment of a Python: uv, which needs seconds where pip would take minutes, the pinned
# closure, and this folder.
define install-with
	$(1) -m pip install --quiet --disable-pip-version-check "$$(grep -E '^uv==' requirements.txt | cut -d' ' -f1)"
	$(PINS) | $(1) -m uv pip install --quiet --compile-bytecode --python "$$(command -v $(1))" $(BACKEND) -r -
	$(1) -m uv pip install --quiet --python "$$(command -v $(1))" --no-deps --editable .
endef

.venv/built: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv --clear .venv
	$(call install-with,$(BIN)/python)
	@echo "$(TORCH) $$(pwd)" > $@

install: ## the same into the environment of PYTHON=..., as Binder needs it
	$(call install-with,$(PYTHON))

report: setup ## train and evaluate, execute copies of the notebooks, make both PDFs in build/
	$(BIN)/python run.py
	$(BIN)/lenet execute notebooks --output build/notebooks --figures build/figures
	$(BIN)/lenet report build/notebooks --output build/report.pdf
	$(BIN)/lenet report build/notebooks --full --output build/report-full.pdf

notebooks: setup ## execute the notebooks in place and draw figures/ anew
	$(BIN)/lenet execute notebooks --figures figures

site: setup ## the web edition, build/site/index.html, with a sheet that LeNet reads as you draw
	rm -rf build/site
	$(BIN)/python web/build.py --output build/site

lab: setup ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

quick: setup ## the tests of a minute: no notebooks, browser, cluster or long training
	$(BIN)/python -m pytest $(WORKERS) tests -m "not (browser or cluster or slow)"

test: setup lint ## check style, types and imports, then run every test and print the coverage
	$(BIN)/python -m pytest $(WORKERS) --cov=lenet_lib

torture: setup ## break it in every way, in full counts, and write results/torture.csv (long)
	LENET_TORTURE=1 $(BIN)/python -m pytest tests/torture

lint: setup ## check style, types and which folder imports which
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy
	$(BIN)/mypy conftest.py # apart, for tests/ has a module of this name

benchmark: setup ## remake the table of speed in results/ and in the README
	$(BIN)/python benchmarks/time_to_accuracy.py
	$(BIN)/python scripts/readme_table.py

SIZES := 100 300 1000 3000 10000
STEPS := reference one-cycle affine elastic
VARIANTS := fast sprint $(STEPS) $(STEPS:%=%-recalibrated) long averaged gentle best robust
ABLATIONS := MLP LeNetNoBatchNorm LeNetDropout LeNetSigmoid LeNetTanh LeNetQuarter LeNet1x1

study: setup ## remake the tables of notebook 05: hours, but runs that a table has are kept
	$(BIN)/lenet study $(VARIANTS:%=--recipe %) --seeds 10 --weights build/study
	$(BIN)/lenet study --recipe lenet5 --seeds 5
	$(BIN)/lenet study --recipe one-cycle --network LeNet5 --seeds 2
	$(BIN)/lenet study --recipe one-cycle --recipe elastic-recalibrated $(SIZES:%=--train-images %) --seeds 3 --out results/sample-size.csv
	set -e; for network in $(ABLATIONS); do $(BIN)/lenet study --recipe one-cycle --network $$network --seeds 10 --out results/ablations.csv; done
	$(BIN)/python scripts/peeking.py
	$(BIN)/python scripts/robustness.py reference best robust

lock: setup ## pin what pyproject.toml asks for; UPGRADE=1 also takes newer versions
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras $(if $(UPGRADE),--upgrade) --custom-compile-command "make lock" --output-file requirements.txt pyproject.toml
	$(BIN)/python scripts/licences.py

# --strict: a pin that the advisories do not know fails, since nobody has looked at it.
audit: setup ## look for known vulnerabilities of the pinned packages (needs the network)
	$(BIN)/uv tool run pip-audit --strict --no-deps --disable-pip --requirement requirements.txt

clean: ## remove what the other targets made, but for runs/ and data/
	rm -rf .venv build .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
