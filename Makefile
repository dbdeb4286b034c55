# Songhe. `make run` starts it on this machine, `make test` runs everything that can go wrong.
SHELL := /bin/bash
PYTHON ?= python3
CITY ?= qingtongxia
SCALE ?= 1
PORT ?= 8000
WORKERS ?= auto
export CITY SCALE PORT DATABASE_URL SONGHE_VAR

.DEFAULT_GOAL := help
.PHONY: help run test test-long check bench bench-reading reset format environment test-environment assets lock

help: ## these lines
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: environment assets ## build the demo city if it is not there, and serve it on 127.0.0.1:8000 (CITY=, SCALE=, PORT=, DATABASE_URL=)
	@exec .venv/bin/songhe up

test: test-environment assets ## everything: engines, database, pages in a real browser
	@tools/install_test_needs.sh
	@.venv/bin/python -m pytest -n $(WORKERS)

test-long: test-environment ## state machines of grants and money with new plays (PLAYS=1000 of each), for a night
	@SONGHE_LONG_TESTS=$(or $(PLAYS),1000) .venv/bin/python -m pytest -n 0 tests/contexts/payments/test_any_order.py tests/contexts/payments/test_years.py tests/contexts/entitlements/test_grant_machine.py

check: test-environment ## format, lint, types, borders, sizes, migrations, OpenAPI, packs
	@.venv/bin/python tools/check.py

bench: test-environment ## our engine beside openfisca-core on this machine
	@.venv/bin/python -m benchmarks

bench-reading: test-environment ## how well plan documents are read, beside hand labels (PLANS= and GOLD= name their folders)
	@.venv/bin/python -m benchmarks.reading $(if $(PLANS),--plans $(PLANS)) $(if $(GOLD),--gold $(GOLD))

reset: environment ## stop and forget the demo city: its database, files and snapshots (asks first; YES=1 does not ask)
	@.venv/bin/songhe reset $(if $(YES),--yes)

format: test-environment ## put the code into its form
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

environment:
	@$(PYTHON) tools/environment.py run

test-environment:
	@$(PYTHON) tools/environment.py all

assets: environment
	@.venv/bin/python tools/build_assets.py

lock: test-environment ## resolve the lock files anew from pyproject.toml (needs uv)
	@tools/lock.sh
