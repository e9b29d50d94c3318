from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from tests.e2e.inspecting import Visitor
from tests.factories import OS_COURSE

Visit = Callable[..., Visitor]


@pytest.fixture
def visit(live_site: str, chromium: Browser) -> Iterator[Visit]:
    """Opens browsers on a site that holds the course of the fixtures.

    Each is closed and checked at the end of the test.
    """
    call_command("load_course", str(OS_COURSE), stdout=StringIO())
    with ExitStack() as opened:
        yield lambda **options: opened.enter_context(
            Visitor(chromium, live_site, **options)
        )
