# Everything that a newcomer types. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.SUFFIXES:
PY := .venv/bin/python
export UV_PYTHON_DOWNLOADS := never
FRONT := $(shell find assets templates training/web training/forms -type f -not -path "*/node_modules/*" -not -name "*.pyc" 2>/dev/null)
CATALOGUES := $(wildcard translations/*/LC_MESSAGES/messages.po)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: setup ## set up all that is missing, then serve on http://127.0.0.1:8000 (PORT=… for another port)
	@$(PY) scripts/serve.py

setup: .stamps/run instance/settings.env static/dist/manifest.json .stamps/catalogues ## everything that serving needs

setup-dev: setup .stamps/dev ## and everything that testing needs

system: ## install what must come from Debian: chromium and postgresql (as root)
	@scripts/system.sh

fonts-cjk: setup ## fonts of Chinese, Japanese and Korean for the papers (170 MB to fetch), which a set-up leaves out
	@scripts/node.sh npm ci --prefix assets/cjk --silent --no-progress --ignore-scripts
	@scripts/node.sh node assets/build.mjs

test: setup-dev ## all that CI does: format, lint, types, coverage, all tests on SQLite and PostgreSQL, browser included
	@scripts/test.sh

sure: test ## the same

quick: setup-dev ## what a change touches, in a minute or so: format, lint, types, the nearest tests, on SQLite
	@$(PY) scripts/quick.py

format: setup-dev ## format and repair what a machine can
	@.venv/bin/ruff check --quiet --fix-only . ; .venv/bin/ruff format --quiet .

lock: .stamps/run ## pin all requirements anew
	@for extra in "" dev; do \
	  .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header $${extra:+--extra $$extra} -o requirements$${extra:+-$$extra}.txt pyproject.toml; \
	done

pictures: setup-dev ## take the README's pictures anew, from the demo on a fixed day (needs chromium)
	@$(PY) scripts/pictures.py

bench: setup-dev ## measure: pages, import, exports
	@$(PY) scripts/bench.py

storm: setup-dev ## the long profiles: seats, waiting list, imports, mail, isolation, on both databases
	@STORM=full scripts/test.sh tests/storm tests/model tests/isolation tests/services/registrations/test_preview_is_result.py tests/services/test_races_of_edits.py tests/rules/test_indicators.py

migrate: setup-dev ## write a migration for what changed in the models (m="what changed", rename="agency.type_id:kind_id")
	@$(PY) scripts/migrate.py "$(m)" $(if $(rename),--rename "$(rename)") $(if $(drop),--drop) $(if $(empty),--empty)

release: setup-dev ## write a release's number, unless a string waits for its translation (version=1.2.0)
	@$(PY) scripts/release.py "$(version)"

translate: setup-dev ## collect the strings of all pages into the catalogues
	@$(PY) scripts/translate.py

.stamps/run: requirements.txt requirements-setup.txt
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-setup.txt
	@.venv/bin/uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r requirements.txt
	@mkdir -p .stamps && touch $@

.stamps/dev: requirements-dev.txt .stamps/run
	@.venv/bin/uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r requirements-dev.txt
	@touch $@

.stamps/node: package.json package-lock.json requirements-node.txt | .stamps/run
	@scripts/node.sh npm ci --silent --no-progress --ignore-scripts
	@mkdir -p .stamps && touch $@

static/dist/manifest.json: .stamps/node $(FRONT)
	@scripts/node.sh node assets/build.mjs

.stamps/catalogues: $(CATALOGUES) | .stamps/run
	@test -z "$(CATALOGUES)" || .venv/bin/pybabel -q compile -d translations
	@for one in $(CATALOGUES); do test $${one%.po}.mo -nt $$one || { echo "$$one was not compiled." >&2; exit 1; }; done
	@mkdir -p .stamps && touch $@

instance/settings.env: | .stamps/run
	@$(PY) scripts/local_settings.py $@

.PHONY: help run setup setup-dev system test sure quick fonts-cjk format lock pictures bench storm migrate release translate
