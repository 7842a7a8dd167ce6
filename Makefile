# Everything a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test test-all consumers install check format schemas clean

demo: install ## build the demo dataset from ten seconds of footage, offline
	$(BIN)/demitasse run jobs/demo.yaml

# A file's tests share what they start, so a file is one process's; tests/conftest.py has their order.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered

test: install ## the tests that a change must pass, with a coverage figure
	$(PYTEST) -m "not slow"

test-all: install ## every test
	$(PYTEST)

CONSUMERS := verl ms-swift llama-factory
NEEDED := tests/publish/exports/loading/environments

consumers: $(CONSUMERS:%=consumer-%) ## exports read by training frameworks, each in an environment of its own

# They ask for different versions of the same packages, so none of them can be in .venv. What is
# installed cannot be skipped: a framework that does not import fails.
consumer-%: install
	test -x .consumers/$*/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python .consumers/$*
	$(BIN)/uv pip install --quiet --python .consumers/$*/bin/python --overrides $(NEEDED)/overrides.txt \
		-r $(NEEDED)/tests.txt -r $(NEEDED)/$*.txt -e .
	.consumers/$*/bin/python -m pytest -rs tests/publish/exports/loading/test_$(subst -,_,$*).py

install: $(STAMP) ## the environment in .venv

# uv installs in seconds what takes pip minutes; compiled now, the first run starts as fast as the next.
$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip uv
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode -e '.[offline,dev]'
	touch $@

check: install ## style, types, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pipeline.schemas --check

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: install ## write schemas/ anew from the records
	$(BIN)/python -m pipeline.schemas

clean: ## remove the demo's workspace and caches, not the environment
	rm -rf work .pytest_cache .mypy_cache .ruff_cache .hypothesis
