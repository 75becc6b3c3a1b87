# The workspace's commands. `make demo` and `make test` do their own set-up; `make help` lists the rest.
# PYTHON  which Python .venv is made with (3.10 - 3.13; default: the first that suits)    VENV  where (default .venv)
# NB      one notebook to test, by number or name: make test NB=02_resize                 FLAGS  test cells with these flags too: "slow real"
# JOBS    notebooks tested at once (default: a core each, at most 8)
VENV ?= .venv
PYTHON ?=
JOBS ?= $(shell n=$$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); \
	[ $$n -gt 8 ] && n=8; echo $$n)
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed-dev
INSTALLED_DOCS := $(VENV)/.installed-docs

# Tests run on the CPU and offline, one thread to a notebook: the same figures every time, and no two processes fighting over a core.
# PASSIVE: threads that wait sleep; spinning, as they do by default, they are 20 times slower where another process wants the cores.
export OMP_WAIT_POLICY ?= PASSIVE
QUIET := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 CUDA_VISIBLE_DEVICES= HF_HUB_OFFLINE=1 NO_ALBUMENTATIONS_UPDATE=1

.PHONY: help setup demo test mutants readme docs site check clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(INSTALLED) ## make .venv and install what the workspace needs

demo: $(INSTALLED) ## train a small detector on made-up pictures and show what it finds
	@NO_ALBUMENTATIONS_UPDATE=1 $(BIN)/visiondet demo

test: $(INSTALLED) ## run the notebooks' tests (NB=02_resize for one, FLAGS="slow real" for more)
	@ls nbs/$(NB)*.ipynb >/dev/null 2>&1 || { echo "visiondet: no notebook nbs/$(NB)*.ipynb" >&2; exit 1; }
	@PATH="$(abspath $(BIN)):$$PATH" $(QUIET) $(BIN)/nbdev_test --file_glob '$(NB)*.ipynb' --flags '$(FLAGS)' \
		--n_workers $(JOBS) --do_print --timing

mutants: $(INSTALLED) ## break the code on purpose: do the tests notice? (NB=02_resize for one; about an hour for all)
	@PATH="$(abspath $(BIN)):$$PATH" $(QUIET) $(BIN)/python -W ignore tools/mutants.py --jobs $(JOBS) $(NB)

readme: $(INSTALLED) ## write README.md from nbs/index.ipynb
	@$(BIN)/python tools/readme.py

docs: $(INSTALLED_DOCS) ## build the documentation site in _docs/
	@$(QUIET) $(BIN)/python tools/docs.py

site: docs ## build the site and test it in a browser (needs Chromium)
	@$(BIN)/python tools/site_test.py

check: $(INSTALLED) ## notebooks, package and README agree; ruff; the laws of the house
	@PATH="$(abspath $(BIN)):$$PATH" $(QUIET) $(BIN)/python tools/check.py

clean: ## remove what was built (not .venv, data or output)
	@rm -rf _docs _proc jupyter_execute build dist *.egg-info .ruff_cache .hypothesis nbs/.hypothesis nbs/.last_checked
	@find nbs visiondet tools -name __pycache__ -prune -exec rm -rf {} +

$(INSTALLED): settings.ini setup.py
	@sh tools/install.sh '$(VENV)' dev '$(PYTHON)'

$(INSTALLED_DOCS): settings.ini setup.py
	@sh tools/install.sh '$(VENV)' docs '$(PYTHON)'
