# `make run` opens the dashboard, `make test` proves it. Both need Python 3.11 or newer and make, nothing else.
# Settings: PORT=8501, PYTHON=/path/to/python3.11, PYTEST_ARGS="-k mart", JICENG_LAKE=… (see docs/operations.md).

PORT ?= 8501
PYTEST_ARGS ?= -n 2 --dist loadfile
IN = .venv/bin/

.PHONY: help run demo test lint format bench lock dictionary clean

help:
	@echo "make run         the dashboard on 127.0.0.1:$(PORT); the first time it makes a demonstration city"
	@echo "make test        every test, browser included"
	@echo "make lint        style, types and the arrows between the rooms"
	@echo "make format      lay the code out"
	@echo "make bench       measure speed (takes long; prints one JSON line a measurement)"
	@echo "make lock        pin what pyproject.toml names, and everything under it"
	@echo "make dictionary  write docs/data-dictionary.md and docs/uploads.md from their definitions"
	@echo "make clean       remove the environment and caches; never the data"

run: .venv/runtime.stamp
	@$(IN)python -m scripts.prepare_lake
	@exec $(IN)streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT) --server.showEmailPrompt false

test: .venv/development.stamp
	@sh scripts/browser.sh
	$(IN)python -m pytest $(PYTEST_ARGS)

lint: .venv/development.stamp
	$(IN)ruff check .
	$(IN)ruff format --check .
	$(IN)mypy
	$(IN)lint-imports --no-logo

format: .venv/development.stamp
	$(IN)ruff check --fix .
	$(IN)ruff format .

bench: .venv/development.stamp
	@for script in startup pages ingest snapshot no_change; do $(IN)python -m benchmarks.$$script || exit 1; done

lock: .venv/development.stamp
	$(IN)python scripts/lock.py

dictionary: .venv/runtime.stamp
	$(IN)python -m scripts.data_dictionary
	$(IN)python -m scripts.upload_layouts

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/runtime.stamp: requirements.txt
	@PYTHON="$(PYTHON)" sh scripts/environment.sh requirements.txt
	@touch $@

.venv/development.stamp: requirements-dev.txt requirements.txt
	@PYTHON="$(PYTHON)" sh scripts/environment.sh requirements-dev.txt
	@touch $@ .venv/runtime.stamp
