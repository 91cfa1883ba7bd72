# Targets: run, report, test, test-fast, lint, bench, viz, notebook, clean. Each sets up what it needs in .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export KEDRO_DISABLE_TELEMETRY := 1
# What tests need; with pretrained (PyTorch), those of a model from elsewhere do not skip.
EXTRAS ?= dev,live,sec,viz
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Two processes of one thread each: folds and seeds side by side.
WORKERS := --runner rnn_trading.runners.ExecutorRunner --runner-params kind=processes,workers=2

# Two workers; tests that look at one run of a pipeline go to one of them. A worker that dies ends the tests as failed:
# pytest-xdist 3.8 would begin another, and with groups wait for it without end.
TEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder --max-worker-restart 0

.PHONY: run report test test-fast lint bench viz notebook clean help
help:
	@sed -n 's/^# //p' Makefile | head -1

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else f"rnn-trading needs Python 3.11 or newer, found {v[0]}.{v[1]}. Try: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing rnn-trading and its pinned dependencies into $(VENV) (two to four minutes, once)"
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(INSTALL) --editable '.[$(EXTRAS)]'
	@touch $@

run: $(VENV)/.run
	$(BIN)/kedro run --env quick --pipelines stacked_lstm --params run=quick $(WORKERS)

report: $(VENV)/.run
	$(BIN)/python -m rnn_trading.report

test: test-fast
	$(TEST) -m trains

test-fast: $(VENV)/.dev
	$(TEST) -m "not trains"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/lint_size.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/windows.py
	$(BIN)/python benchmarks/panel_memory.py
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/fits.py
	$(BIN)/python benchmarks/free_run.py
	$(BIN)/python benchmarks/text.py
	$(BIN)/python benchmarks/filings.py
	$(BIN)/python benchmarks/peers.py
	$(BIN)/python benchmarks/workers.py
	$(BIN)/python benchmarks/old_and_new.py

viz: $(VENV)/.dev
	$(BIN)/kedro viz run --pipeline stacked_lstm

notebook: $(VENV)/.run
	$(INSTALL) --editable '.[notebook,viz]'
	$(BIN)/kedro jupyter lab

clean:
	rm -rf $(VENV) build .pytest_cache .ruff_cache .mypy_cache .hypothesis .viz
	find src tests benchmarks -name __pycache__ -type d -exec rm -rf {} +
	find src -name '*.egg-info' -type d -exec rm -rf {} +
