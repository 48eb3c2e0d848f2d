# `make` alone says what there is. Every target that needs the course's packages sets them up first, which
# takes a moment when nothing has changed. Works with GNU make 3.81 and newer.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin

.PHONY: help setup lab grade test build check-build lint lock clean
.DEFAULT_GOAL := help

help: ## say what there is
	@echo 'make TARGET [ARGS="..."]'
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  \1|\2/' | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

setup: ## install everything into .venv, once
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "There is no $(PYTHON) here: install Python 3.11, 3.12 or 3.13 and run the same command again." >&2; exit 1; }
	@$(PYTHON) helpers/install.py

lab: setup ## open the course in JupyterLab           (ARGS="--port 9000 --no-browser")
	@$(BIN)/course lab $(ARGS)

grade: setup ## grade an example class of twelve       (ARGS="--lesson 9")
	@$(BIN)/python tests/example_class.py $(ARGS)

test: setup ## run every test                           (ARGS="-k forward")
	@$(BIN)/python -m pytest $(ARGS)

build: setup ## make the notebooks from solutions/*/*.py (ARGS="05_forward_loop")
	@$(BIN)/course build $(ARGS)

check-build: setup ## fail if a notebook is out of step with its source
	@$(BIN)/course build --check $(ARGS)

lint: setup ## check code and notebooks with ruff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

lock: setup ## pin what pyproject.toml asks for       (ARGS="--upgrade")
	$(BIN)/uv pip compile pyproject.toml --extra cluster --group dev --universal --generate-hashes --no-header \
	  --python-version 3.11 --fork-strategy fewest -o requirements.lock $(ARGS)

clean: ## remove .venv and caches; notebooks and grades stay
	rm -rf .venv .jupyter .pytest_cache .ruff_cache tests/artefacts
	find helpers tests solutions notebooks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} + 2>/dev/null || true
