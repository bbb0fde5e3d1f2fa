# make            what can be made
# Every target sets up what it needs first (see tools/setup): Python 3.11 or newer and git are enough to begin with.

BIN := .venv/bin
export PYTHON
# Without compiled modules every process that a test starts would compile the whole program first.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test test-agents lint bench detect-report

help:  ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

setup:  ## make .venv, and install tmux if it is missing and no password is needed
	@tools/setup dev

run:  ## rehearse a small team of practice agents, in a private tmux, from start to done
	@tools/setup run
	$(BIN)/amp-fsm rehearse configs/practice.yaml

lint: setup  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint  ## lint, then every test
	@tools/setup agents
	$(BIN)/pytest --ignore tests/agents
	$(BIN)/pytest tests/agents -n 3 --dist loadgroup

test-agents: setup  ## test with every real agent program that can run without an account (installs them: about 3 GB)
	@tools/setup all-agents
	AMP_FSM_AGENTS=all $(BIN)/pytest tests/agents -n 3 --dist loadgroup

bench: setup  ## measure, and print the tables of docs/performance.md
	@$(BIN)/python -m tests.benchmarks

detect-report: setup  ## read every captured screen, and write docs/detection.md
	@$(BIN)/python -m tests.screens
