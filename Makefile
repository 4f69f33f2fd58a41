# Every action of the project. `make` alone lists them.
# The first one installs from requirements/*.txt (locked, with hashes) into .venv; a second start skips that.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8080
BROKER ?= postgres
DATA ?= $(if $(filter kafka,$(BROKER)),var-kafka,var)
CITY_ORDERS ?= 300
CASES ?= tests/scenarios/cases
ARGS ?=
TEST_PROCESSES ?= 2
AGAINST_DOCUMENT := tests/contracts/api/test_against_document.py
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

PY := .venv/bin/python
RUNTIME := .make/runtime
DEV := .make/dev
TIMEBANK := $(PY) -m services.operator --data $(DATA)

.PHONY: help
help: ## List what make can do
	@echo "Targets (variables: PORT=$(PORT) DATA=$(DATA) BROKER=$(BROKER) CITY_ORDERS=$(CITY_ORDERS)):"
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' \
		| awk -F'\t' '{printf "  %-16s %s\n", $$1, $$2}'

# --- run ---------------------------------------------------------------------------------------------------------

.PHONY: run demo status reset city
run: $(RUNTIME) ## Start the whole platform (BROKER=kafka: on a real Apache Kafka); Ctrl-C stops it
	@$(PY) -m services.embedded run --data $(DATA) --port $(PORT) --broker $(BROKER) --city-orders $(CITY_ORDERS) $(ARGS)

demo: $(RUNTIME) ## Drive the main flow through the public API, on a running platform or one it starts
	@$(TIMEBANK) demo --port $(PORT) --broker $(BROKER) --city-orders $(CITY_ORDERS) $(ARGS)

status: $(RUNTIME) ## Say what runs and how it is
	@$(TIMEBANK) status $(ARGS)

reset: $(RUNTIME) ## Empty a running platform that was started with --manual-clock
	@$(PY) -m services.embedded reset --data $(DATA)

# --- operate -----------------------------------------------------------------------------------------------------

.PHONY: verify reconcile events timebank
verify: $(RUNTIME) ## Prove that the ledger was not tampered with
	@$(TIMEBANK) verify $(ARGS)

reconcile: $(RUNTIME) ## Compare what the services believe about each other
	@$(TIMEBANK) reconcile $(ARGS)

events: $(RUNTIME) ## List what waits or is dead in the inboxes and outboxes
	@$(TIMEBANK) events list $(ARGS)

timebank: $(RUNTIME) ## Run the operator's command: make timebank ARGS="events --help"
	@$(TIMEBANK) $(ARGS)

# --- test --------------------------------------------------------------------------------------------------------

.PHONY: test unit scenarios scenarios-on-kafka lint proto proto-check messages events-doc kafka-users rules-doc rights-doc golden monitoring
test: $(DEV) ## Run every test that needs no browser: units, stores, contracts on both brokers, scenarios, end to end
	@$(PY) -m pytest -n $(TEST_PROCESSES) --dist loadscope --no-loadscope-reorder --durations=25 \
		-m "not browser and not manifests" --ignore=$(AGAINST_DOCUMENT) $(ARGS)

.PHONY: test-manifests pooler browser test-browser screenshots
test-manifests: $(DEV) ## Start every role as the manifests say, play the main flow, roll each (five minutes, a quiet machine)
	@CI=true $(PY) -m pytest -p no:randomly -m manifests tests/distributed $(ARGS)

pooler: ## Install PgBouncer, by apt-get (as root, on Debian): without it `make test` leaves its tests out, and says so
	@test -x /usr/sbin/pgbouncer || { apt-get update -qq && apt-get install -y -qq pgbouncer; }

browser: ## Install Chromium and fonts for Chinese, by apt-get (as root, on Debian)
	@test -x /usr/bin/chromium && fc-list :lang=zh | grep -q . || \
		{ apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk; }

test-browser: $(DEV) ## Drive the pages in Chromium: the journey of each person, axe on every page
	@$(PY) -m pytest -p no:randomly -m browser tests/web $(ARGS)

screenshots: $(DEV) ## Write docs/screens: each page on a phone and at a desk
	@$(PY) -m tests.web.screenshots docs/screens

unit: $(DEV) ## Run the tests that start no platform
	@$(PY) -m pytest libs services tests/architecture tests/support $(ARGS)

scenarios: $(DEV) ## Run the domain scenarios of a folder: make scenarios CASES=<folder>
	@$(PY) -m tests.scenarios $(CASES) $(ARGS)

scenarios-on-kafka: $(DEV) ## Run the flow stories on Apache Kafka (ALL_SCENARIOS_ON_KAFKA=1: every story)
	@$(PY) -m pytest -n $(TEST_PROCESSES) tests/scenarios -k on_kafka $(ARGS)

lint: $(DEV) ## Check format, rules, types, layers, spelling, YAML, contracts, images
	@$(PY) -m tests.architecture.lint

proto: $(DEV) ## Generate libs/contracts from proto/, and the typed policy from the parameter list
	@$(PY) -m libs.contracts.generate
	@$(PY) -m libs.programme.generate_policy

messages: $(DEV) ## Write what the code says to people into the catalogues of translations
	@$(PY) -m tests.architecture.messages

events-doc: $(DEV) ## Write docs/events.md from the contracts and the consumers
	@$(PY) -m tests.contracts.events.catalogue

kafka-users: $(DEV) ## Write k8s/operators/kafka-users.yaml: who may do what on Kafka, by the contracts and the consumers
	@$(PY) -m services.operator kafka acls > k8s/operators/kafka-users.yaml

rules-doc: $(DEV) ## Write what documents take from the code: links to rules and stories, parameters, services, the log
	@$(PY) -m tests.architecture.generated_documents
	@$(PY) -m tests.architecture.logged

rights-doc: $(DEV) ## Write docs/rights.md from the databases as the migrations leave them
	@$(PY) -m tests.architecture.rights

.PHONY: sbom
sbom: $(DEV) ## Write build/sbom.json: every package that is deployed, with hashes and licence (CycloneDX)
	@$(PY) -m tests.supply.sbom

monitoring: $(DEV) ## Write rules for Prometheus's operator and dashboards for Grafana from their sources
	@$(PY) -m tests.monitoring.generate

golden: $(DEV) ## Add golden bytes of events that have none of their present form yet
	@$(PY) -m tests.contracts.events.golden

proto-check: $(DEV) ## Fail when libs/contracts is not what proto/ gives, or a contract broke
	@$(PY) -m libs.contracts.check

.PHONY: api examples clients
api: $(DEV) ## Write which problem codes each operation may answer with, for the API document
	@WRITE_API=1 $(PY) -m pytest -q tests/contracts/api/test_problem_codes.py

examples: $(DEV) ## Play every story and record a request and an answer of each operation, for the API document
	@$(PY) -m tests.contracts.api.recording $(ARGS)

clients: $(DEV) ## Generate clients from a running platform's API document: make clients ARGS="openapi.json build/clients"
	@$(PY) -m tests.clients.build $(ARGS)

.PHONY: schemathesis
schemathesis: $(DEV) ## Try every operation, as each role and at every boundary, against the API document
	@CI=true $(PY) -m pytest -n $(TEST_PROCESSES) $(AGAINST_DOCUMENT) $(ARGS)

.PHONY: faults
faults: $(DEV) ## Kill, pause and cut off parts under load, on both brokers: make faults ARGS="--rounds 1 --seeds 20 --commands 300"
	@$(PY) -m tests.faults $(ARGS)

# --- measure -----------------------------------------------------------------------------------------------------

.PHONY: bench bench-start bench-events
bench: $(DEV) ## Measure the ledger
	@$(PY) -m tests.load.bench_ledger $(ARGS)

.PHONY: bench-large
bench-large: $(DEV) ## Measure the ledger at 10 million rows and a million wallets
	@$(PY) -m tests.load.bench_ledger --large --only reading $(ARGS)

.PHONY: bench-scale
bench-scale: $(DEV) ## Fill a million persons and two million orders by COPY; measure each read beside those of 10,000
	@$(PY) -m tests.scale.bench $(ARGS)

.PHONY: bench-orders bench-planning
bench-orders: $(DEV) ## Measure orders at 200,000 orders and 10,000 volunteers beside a nearly empty database
	@$(PY) -m tests.load.bench_orders $(ARGS)

bench-planning: $(DEV) ## Measure a day's plan beside a greedy one, over 10 seeds
	@$(PY) -m tests.planning.measure $(ARGS)

bench-start: $(RUNTIME) ## Measure a second start, and the memory of the whole platform after the demo flow
	@$(PY) -m tests.load.bench_start $(ARGS)

bench-events: $(DEV) ## Measure events from commit to effect
	@$(PY) -m tests.load.bench_events $(ARGS)

.PHONY: bench-pages
bench-pages: $(DEV) ## Measure each page: bytes, time, and the API calls under it
	@$(PY) -m tests.web.bench_pages

.PHONY: bench-fraud
bench-fraud: $(DEV) ## Measure how much of planted fraud flags and hints find; writes the table of docs/fraud.md
	@$(PY) -m tests.fraud $(ARGS)

.PHONY: measures
measures: $(DEV) ## Measure the code of commits: make measures ARGS="f77a8f5 HEAD"
	@$(PY) -m tests.architecture.measures $(ARGS)

.PHONY: slow-clients
slow-clients: $(DEV) ## Measure what slow clients do to others on a running platform: make slow-clients ARGS="--seconds 60"
	@$(PY) -m tests.attacks.slow_clients --url http://127.0.0.1:$(PORT) $(ARGS)

# --- set-up ------------------------------------------------------------------------------------------------------

.PHONY: install clean
install: $(RUNTIME) ## Install what running needs

clean: ## Remove the virtual environment and caches (never the data folder)
	@rm -rf .venv .make build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

INSTALL_LOG := .make/install.log

define CREATE_VENV
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1 || echo none)." >&2; \
		echo "Install it, or name it: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; fi
	@if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$("$(PYTHON)" --version 2>&1 || echo none)." >&2; exit 1; fi
	@if ! $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "[1/3] creating .venv with $$($(PYTHON) --version)"; rm -rf .venv; \
		$(PYTHON) -m venv .venv || { echo "python -m venv failed: install your system's python3-venv package." >&2; \
		rm -rf .venv; exit 1; }; fi
endef

# What the installer says is kept in a file, and shown only when it fails.
define INSTALL
	@mkdir -p .make
	@$(PY) -m pip install --require-hashes --no-deps --disable-pip-version-check --no-input --progress-bar off -r $< \
		> $(INSTALL_LOG) 2>&1 || { status=$$?; cat $(INSTALL_LOG) >&2; \
		echo "Installing failed; the above is kept in $(INSTALL_LOG)." >&2; exit $$status; }
	@touch $@
endef

$(RUNTIME): requirements/runtime.txt
	$(CREATE_VENV)
	@echo "[2/3] installing $$(grep -c '==' $<) packages, once, each checked against its hash ($(INSTALL_LOG))"
	$(INSTALL)
	@echo "[3/3] installed"

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "installing the tools of tests and checks, $$(grep -c '==' $<) packages in all ($(INSTALL_LOG))"
	$(INSTALL)
