# One command for each task; CI calls the same ones. `make` alone lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# Compiled once, not at each start of a process.
unexport PYTHONDONTWRITEBYTECODE

# The first Python on the path that is new enough; `make PYTHON=/path/to/python3.11 setup` chooses another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3 python3.13 python3.12 python; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)

BIN := .venv/bin
READY := .venv/.ready
WORKERS ?= 3
# What takes long is named at the end of each run.
SLOWEST := --durations=15 --durations-min=3
# The tests that reach every branch of domain and policy; measuring that slows all others down for nothing.
COVERED := tests/domain tests/policy tests/shops tests/tickets/clocks
# Headers, sign-in, who may open which address, and forms over flows that have tests of their own on both databases
# do not hang on the database; pages that ask it something of their own do.
FORMS := settings rules bench connections evidence packs welcome refusing play service stops erasure instructions \
	automation assignment handover adaptation articles beside buyer alone disputes drafting replies
ALIKE := tests/config tests/pages/test_isolation.py $(foreach form,$(FORMS),$(wildcard tests/pages/test_$(form)*.py))
# What asks no database, and is not looked through for tests that do.
CORE := tests/domain tests/policy tests/house tests/browser
CATALOGUES := $(wildcard src/aftersale/locale/*/LC_MESSAGES/*.po)

.PHONY: help setup demo demo-stop test check format bench clean lock texts docs screens pack-pages

help:  ## List the commands
	@grep -hE '^[a-z-]+%?:.*## ' $(MAKEFILE_LIST) | sed 's/%/NAME/' | awk -F ':.*## ' '{ printf "make %-12s %s\n", $$1, $$2 }'

setup: $(READY)  ## Install everything into .venv; does nothing when nothing changed
	@:

# pip takes only what the lock names by hash; the package itself is built from this folder without fetching.
$(READY): requirements.lock pyproject.toml package-lock.json hatch_build.py $(CATALOGUES)
	@test -n "$(PYTHON)" || { echo "Aftersale needs Python 3.11 or later. Install it, or name it: make PYTHON=/path/to/python3.11 setup" >&2; exit 1; }
	@echo "Setting up .venv (once, about a minute) ..."
	@command -v npm >/dev/null || { echo "Aftersale needs Node 20 or later with npm for the files of its pages" >&2; exit 1; }
	@npm ci --loglevel=error >/dev/null
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip --disable-pip-version-check -qq install --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip --disable-pip-version-check -qq install --no-deps --no-build-isolation -e .
	@touch $@

# The day of the story begins at half past eight, on the clock of the sandbox that the demo is connected to.
MORNING = $$(TZ=Asia/Shanghai date +%Y-%m-%dT08:30:00+08:00)

# Asks nothing; a desk that is open already, with the program as it is now, is only pointed at.
demo: setup  ## Judge a generated export, fill a desk with it, and open it in the background
	@$(BIN)/python -m aftersale.config.demo_serve --look </dev/null || { \
		$(BIN)/python -m aftersale.config.demo && \
		AFTERSALE_HOME=demo/desk $(BIN)/aftersale demo --at $(MORNING) && \
		$(BIN)/python -m aftersale.config.demo_serve; } </dev/null

demo-stop:  ## Close the desk that `make demo` opened
	@test ! -x $(BIN)/python || $(BIN)/python -m aftersale.config.demo_serve --stop

# AFTERSALE_TEST_DATABASE_URL names a PostgreSQL on which the tests of the desk run once more.
# A browser has a run of its own: where Playwright is, Django believes to be in an event loop, and waiting for pages
# beside all other tests is waiting for them.
test: setup  ## Run the tests; domain and policy must be covered branch by branch
	@$(BIN)/python -m pytest -n $(WORKERS) $(COVERED) --cov --cov-report=term
	@$(BIN)/python -m pytest -n $(WORKERS) $(SLOWEST) --dist worksteal --ignore=tests/browser $(addprefix --ignore=,$(COVERED))
	@if command -v chromium >/dev/null; then $(BIN)/python -m pytest -n $(WORKERS) $(SLOWEST) --dist loadfile tests/browser; \
	else echo "Pages: not tested in a browser, there is no chromium"; fi
	@if [ -n "$$AFTERSALE_TEST_DATABASE_URL" ]; then \
		AFTERSALE_TESTS_ON=postgresql $(BIN)/python -m pytest -n $(WORKERS) $(SLOWEST) --dist worksteal -m "django_db or server" \
			$(addprefix --ignore=,$(CORE) $(ALIKE)); \
	else echo "PostgreSQL: not tested, AFTERSALE_TEST_DATABASE_URL is not set"; fi

check: setup  ## Lint, types, layers, dependencies, documents
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/deptry src
	@$(BIN)/python docs/render.py --check
	@$(BIN)/python -m pytest -q tests/house --ignore=tests/house/test_bench_smoke.py

format: setup  ## Let ruff format and mend what it can
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix-only .

docs: setup  ## Write the generated documents again
	@$(BIN)/python docs/render.py

screens: setup  ## Take pictures of the main pages of the demo into screens/ (needs Chromium)
	@$(BIN)/python docs/screens.py

pack-pages: setup  ## Draw the pages of a pack into screens/: make pack-pages PACK=file.zip, or those of a sample
	@PYTHONPATH=. $(BIN)/python docs/pack_pages.py $(PACK)

texts: setup  ## Bring the message catalogues up to date with the source
	@$(BIN)/python docs/catalogue.py

bench: setup  ## Run every workload and print the table
	@$(BIN)/python -m bench

bench-%: setup  ## Run one workload, such as bench-w1a
	@$(BIN)/python -m bench $*

lock:  ## Choose the pinned versions again (needs uv on the path)
	@uv --quiet --no-config pip compile pyproject.toml --all-extras --group dev --group bench --group package \
		--universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" -o requirements.lock

clean: demo-stop  ## Remove .venv and everything that was made
	@rm -rf .venv node_modules src/aftersale/web/static/vendor build dist demo screens .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find src tests docs bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	@find src -name '*.mo' -delete
