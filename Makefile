# Everything a newcomer needs: make demo, make test. Both make their own virtual environment in .venv.

PYTHON ?= python3
BIN := .venv/bin
SERVERS := mosquitto mosquitto-clients influxdb influxdb-client victoria-metrics openssl systemd \
  chromium libatomic1 faketime  # libatomic1 is for playwright's driver, faketime for a clock that jumps

.PHONY: demo test check picture bench fuzz soak servers requirements clean

demo: .venv/installed  ## run the whole system on this machine, on real recorded data
	$(BIN)/microville demo

test: check servers  ## every check and every test, real servers included
	$(BIN)/python -m pytest

check: .venv/installed-dev  ## style, types, imports, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m sensors.docs --check
	$(BIN)/python -m sensors.asyncapi --check
	$(BIN)/python -m estate.docs --check
	$(BIN)/python -m energy.docs --check
	$(BIN)/python -m store.docs --check
	$(BIN)/microville dashboards check
	$(BIN)/python -m dashboards.grafana.lint

bench: .venv/installed-dev servers  ## medians and ratios, measured in one run
	$(BIN)/python -m tests.benchmarks.bench_ingest
	$(BIN)/python -m tests.benchmarks.bench_latency
	$(BIN)/python -m tests.benchmarks.bench_devices
	$(BIN)/python -m tests.benchmarks.bench_scale
	$(BIN)/python -m tests.benchmarks.bench_decode
	$(BIN)/python -m tests.benchmarks.bench_store
	$(BIN)/python -m tests.benchmarks.bench_energy
	$(BIN)/python -m tests.benchmarks.bench_pages
	$(BIN)/python -m tests.benchmarks.bench_grafana

picture: .venv/installed-dev servers  ## the README's picture, of the demo that runs
	$(BIN)/python -m tests.dashboards.picture

fuzz: .venv/installed-dev  ## a million hostile messages for the decoders
	$(BIN)/python -m tests.sensors.fuzz

soak: .venv/installed-dev servers  ## the fault tests in their long form: hours, and gigabytes; MICROVILLE_SOAK=0.1 is a tenth
	MICROVILLE_SOAK=$${MICROVILLE_SOAK:-1} $(BIN)/python -m pytest -s -m soak

servers:  ## the Debian packages the tests' real servers and tools come from
	deploy/test-servers.sh $(SERVERS)

COMPILE = CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet --strip-extras --generate-hashes \
  --allow-unsafe --build-deps-for editable --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

requirements: .venv/installed-dev  ## pin every dependency anew, with hashes
	$(COMPILE) --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra dev --output-file requirements-dev.txt pyproject.toml
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['grafana'])" \
	  | $(subst --build-deps-for editable,,$(COMPILE)) --constraint requirements-dev.txt --output-file requirements-grafana.txt -

# Not .venv/bin/python: without Debian's python3-venv that stands there already when the command fails.
.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt pyproject.toml | .venv/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# In a folder of its own, on the path behind everything else: as an ordinary package urllib3-future overwrites urllib3.
.venv/installed-grafana: requirements-grafana.txt .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --upgrade --target .venv/grafana \
	  -r requirements-grafana.txt
	$(BIN)/python -c "import pathlib, sysconfig; \
	  pathlib.Path(sysconfig.get_path('purelib'), 'grafana.pth').write_text(str(pathlib.Path('.venv/grafana').resolve()))"
	touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed .venv/installed-grafana
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

clean:  ## forget the environment and the demo's data
	rm -rf .venv microville-data build dist
