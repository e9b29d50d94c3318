"""What all tests share: services, worker processes, a live site, a browser."""

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from hypothesis import settings as hypothesis_settings

from tests import browsing
from trapframe.embedded import ServiceError, Services, remove_data, services

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.live import Platform

hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")
"""A busy computer makes no test fail: time is measured by `make bench`."""

_LIVE_FIXTURES = {"worker_processes", "live_site"}
_CHROMIUM_MISSING = (
    "Chromium was not found (TRAPFRAME_CHROMIUM, PATH): install it, on Debian with "
    "`apt-get install chromium`"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on real processes come last: the processes are started once.

    Those of hypothesis are exhaustive: what chance reaches is not counted as covered.
    Exhaustive ones come after the measured: what they make is remembered, and would
    not be made again.
    """
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.exhaustive)
    items.sort(key=lambda item: (_needs_processes(item), _is_exhaustive(item)))


def _is_exhaustive(item: pytest.Item) -> bool:
    return item.get_closest_marker("exhaustive") is not None


_RUNNER = os.getpid()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """An exhaustive test is not measured: it would take four times as long.

    A child that a test forked and let go would run all tests that are left once more.
    """
    if os.getpid() != _RUNNER:
        os._exit(70)
    if not _is_exhaustive(item):
        return (yield)
    measuring = sys.gettrace()
    sys.settrace(None)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
            return (yield)
    finally:
        sys.settrace(measuring)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Real workers may not see the committed rows of any other test."""
    if not _needs_processes(item) and (platform := _running.pop("platform", None)):
        platform.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if _CHROMIUM_MISSING in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} skipped. {_CHROMIUM_MISSING}.")


@pytest.fixture(scope="session")
def embedded_services() -> Iterator[Services | None]:
    """PostgreSQL and Redis of this session; None when DATABASE_URL names others."""
    if not settings.EMBEDDED:
        yield None
        return
    _remove_leftovers(settings.DATA_DIR.parent)
    with services(settings.DATA_DIR) as running:
        yield running
    remove_data(settings.DATA_DIR)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(embedded_services: Services | None) -> None:
    """Asked for by pytest-django before it makes the test database."""


_running: dict[str, "Platform"] = {}


@pytest.fixture(scope="session")
def _end_of_processes(django_db_setup: None) -> Iterator[None]:
    yield
    if platform := _running.pop("platform", None):
        platform.stop()


@pytest.fixture
def worker_processes(transactional_db: None, _end_of_processes: None) -> "Platform":
    """Two Celery workers and the sweeper, at work on the test database."""
    platform = _platform()
    platform.ensure_workers()
    return platform


@pytest.fixture
def live_site(worker_processes: "Platform") -> str:
    """The address of the site, served from the test database, workers running."""
    worker_processes.ensure_site()
    return worker_processes.url


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """A Chromium; without one the test is skipped, in CI it fails."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415  slow

    expect.set_options(timeout=20_000)  # a busy computer makes no test fail

    program = browsing.find_chromium()
    if program is None:
        report = pytest.fail if browsing.must_run() else pytest.skip
        report(_CHROMIUM_MISSING)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; Django would refuse the ORM.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=program, args=browsing.launch_flags()
        )
        yield browser
        browser.close()


def _platform() -> "Platform":
    if "platform" not in _running:
        from tests.live import Platform  # noqa: PLC0415  needs Django's models

        _running["platform"] = Platform()
    return _running["platform"]


def _needs_processes(item: pytest.Item) -> bool:
    return not _LIVE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def _remove_leftovers(folder: Path) -> None:
    """Remove what sessions that were killed have left behind."""
    for session in folder.glob("[0-9]*"):
        if not Path(f"/proc/{session.name}").exists():
            # Another process of this run may be at it.
            with suppress(ServiceError, FileNotFoundError):
                remove_data(session)
