# Splendid. `make` alone says what there is.

SHELL := bash
PY := .venv/bin/python
HOSTS ?=
VMS ?=
PEER ?=
ARGS ?=
# One more than there are processors, 4 at most: what runs on real hosts mostly waits.
WORKERS ?= $(shell n=$$(nproc); echo $$((n < 3 ? n + 1 : 4)))

.DEFAULT_GOAL := help
.PHONY: help setup run test soak check format bench bench-fleet bench-load bench-snapshots lab tour translations clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Installs what running needs (system packages if root, Python's packages into .venv)
	@packaging/setup.sh run

run: setup ## Opens the console on the demo fleet and the local libvirt; with no screen, makes the tour
ifeq ($(DISPLAY)$(WAYLAND_DISPLAY),)
	@echo "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): making the tour instead."
	@$(MAKE) --no-print-directory tour
else
	.venv/bin/splendid --demo $(ARGS)
endif

test: ## All tests but the soak, those on real libvirt hosts too (root); ARGS= goes to pytest
	@packaging/setup.sh run test
	@start=$$SECONDS; .venv/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not soak" $(ARGS); code=$$?; \
	echo "make test: $$((SECONDS - start)) s; the tests of minutes are run by make soak"; exit $$code

soak: ## The tests of minutes on real hosts: merges, backups, freezes, trees of snapshots, cut off anywhere
	@packaging/setup.sh run test
	@.venv/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m soak $(ARGS) tests/lab

check: ## Style, types, layers, translations
	@packaging/setup.sh run test
	.venv/bin/ruff check console tests packaging
	.venv/bin/ruff format --check --quiet console tests packaging
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) packaging/translations.py check

format: ## Formats the source
	.venv/bin/ruff check --fix --quiet console tests packaging
	.venv/bin/ruff format console tests packaging

bench: bench-fleet bench-load bench-snapshots ## All benchmarks; figures go to build/bench.json

bench-fleet: ## HOSTS=200 VMS=1500 [PEER=1]: the window on that many hosts; PEER=1 measures virt-manager too
	@packaging/setup.sh run test $(if $(PEER),peer)
	$(PY) -m tests.bench.fleet $(if $(HOSTS),--hosts $(HOSTS)) $(if $(VMS),--vms $(VMS)) $(if $(PEER),--peer) $(ARGS)

bench-load: ## Load over time, search and acts on many, against their limits; ARGS="--only history,search" for some
	@packaging/setup.sh run test
	$(PY) -m tests.bench.load $(ARGS)

bench-snapshots: ## Snapshots and clones against virsh and cp, on a lab host (root); ARGS="--only plans,acts" for some
	@packaging/setup.sh run test
	$(PY) -m tests.bench.snapshots $(ARGS)

lab: ## [HOSTS=2] Real libvirt/QEMU hosts in namespaces, and the window on them (root)
	@packaging/setup.sh run test
	$(PY) -m tests.lab $(if $(HOSTS),--hosts $(HOSTS)) $(ARGS)

tour: ## The main flows with no screen; pictures of every page in build/tour/
	@packaging/setup.sh run
	$(PY) -m tests.tour build/tour $(ARGS)

translations: ## Takes new texts of the source into i18n/ and compiles
	@packaging/setup.sh run
	$(PY) packaging/translations.py update
	$(PY) packaging/translations.py compile

clean: ## Removes what was built (not .venv)
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find console tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
