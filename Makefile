# Each command works from a fresh clone: it makes .venv first, and says what it does.
# The logic is in scripts/, since make cannot handle a path with a space in it.

.PHONY: help setup demo test lint types bench chaos clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

setup: ## make .venv with everything that development needs
	@scripts/setup.sh dev

demo: ## run the whole platform on http://127.0.0.1:8000 (TRAPFRAME_PORT); Ctrl-C ends it
	@scripts/setup.sh demo && exec .venv/bin/python manage.py demo

test: ## check everything: style, types, contracts, migrations, settings, tests
	@scripts/setup.sh dev && exec scripts/check.sh style types contracts migrations settings tests

lint: ## check the style and the import contracts
	@scripts/setup.sh dev && exec scripts/check.sh style contracts

types: ## check the types
	@scripts/setup.sh dev && exec scripts/check.sh types

bench: ## measure the pipeline and the pages against bare Celery and Django
	@scripts/setup.sh dev && exec .venv/bin/python -m tests.bench

chaos: ## grade 1,000 submissions while workers and services are killed
	@scripts/setup.sh dev && exec .venv/bin/python -m tests.chaos

clean: ## remove .venv, the data of the embedded services and all caches
	@scripts/clean.sh
