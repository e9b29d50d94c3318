import http.server
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from pytest_django import Settings

from quizzes.enums import Role
from quizzes.models import Course, Enrolment
from tests import factories
from trapframe.ops import demo
from trapframe.ops.passwords import DemoPasswordHasher


@pytest.fixture
def in_demo(settings: Settings) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = [
        "trapframe.ops.passwords.DemoPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]


@pytest.fixture
def site() -> Iterator[Any]:
    """A web server that answers what its attribute `answer` says."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = server.answer  # type: ignore[attr-defined]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_port_in_use_is_told_with_the_fix() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(demo.DemoError) as caught:
            demo.require_free_port(port)
    assert str(caught.value) == (
        f"port {port} cannot be used (Address already in use): end what listens "
        "there, or choose another: TRAPFRAME_PORT=8001 make demo"
    )


def test_a_port_that_was_in_use_a_moment_ago_is_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
    demo.require_free_port(port)


def test_every_process_of_the_platform_runs() -> None:
    names = [process.name for process in demo.processes_of_demo(8000)]
    assert names == [
        "web",
        "worker-interactive",
        "worker-bulk",
        "worker-live",
        "sweeper",
    ]


def test_the_accounts_sign_in_with_the_password_that_is_shown(
    db: None, in_demo: None
) -> None:
    demo.make_accounts()
    demo.make_accounts()
    users = get_user_model().objects.order_by("pk")
    assert [(u.username, u.is_staff, u.is_superuser) for u in users] == [
        ("learner", False, False),
        ("instructor", True, False),
        ("admin", True, True),
    ]
    for user in users:
        assert authenticate(username=user.username, password="demo") == user


def test_the_accounts_open_nothing_outside_the_demo(
    db: None, in_demo: None, settings: Settings
) -> None:
    demo.make_accounts()
    settings.DEMO = False
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]
    for name in demo.ACCOUNTS:
        assert authenticate(username=name, password="demo") is None


def test_the_accounts_are_not_made_outside_the_demo(db: None) -> None:
    with pytest.raises(demo.DemoError, match="for the demo alone"):
        demo.make_accounts()
    assert get_user_model().objects.count() == 0


def test_the_settings_of_production_do_not_know_the_demos_hasher(
    settings: Settings,
) -> None:
    name = f"{DemoPasswordHasher.__module__}.{DemoPasswordHasher.__name__}"
    assert name not in settings.PASSWORD_HASHERS


def test_learner_and_instructor_take_part_in_every_course(
    db: None, in_demo: None
) -> None:
    course: Course = factories.make_course()
    demo.make_accounts()
    rows = Enrolment.objects.filter(course=course).order_by("pk")
    assert [(row.user.username, row.role) for row in rows] == [
        ("learner", Role.LEARNER),
        ("instructor", Role.INSTRUCTOR),
    ]


def test_a_ready_site_lacks_nothing(site: Any) -> None:
    site.answer = (200, "{}")
    assert demo.not_ready(site.server_port) == []


def test_what_a_site_lacks_is_told(site: Any) -> None:
    checks = {
        "database": {"ok": True, "detail": "answers"},
        "workers": {"ok": False, "detail": "bulk: no worker yet"},
    }
    site.answer = (503, json.dumps({"checks": checks}))
    assert demo.not_ready(site.server_port) == ["workers: bulk: no worker yet"]


def test_a_site_that_fails_is_told(site: Any) -> None:
    site.answer = (500, "<h1>Something went wrong")
    assert demo.not_ready(site.server_port) == [
        "the web server answers 500 Internal Server Error"
    ]


def test_a_site_that_is_not_there_yet(site: Any) -> None:
    site.server_close()
    assert demo.not_ready(site.server_port) == ["the web server does not answer yet"]


def test_services_that_are_named_are_used(settings: Settings) -> None:
    settings.EMBEDDED = False
    said: list[str] = []
    with demo.running_services(said.append) as services:
        assert services is None
    assert said == ["using the services that DATABASE_URL and CELERY_BROKER_URL name"]


def test_services_of_another_process_are_not_taken(
    embedded_services: object, settings: Settings
) -> None:
    with (
        pytest.raises(demo.DemoError, match="another process uses"),
        demo.running_services(lambda text: None),
    ):
        pass


def test_the_welcome_names_address_and_accounts() -> None:
    text = demo.welcome(8123)
    assert "http://127.0.0.1:8123/" in text
    assert "learner, instructor, admin; password: demo" in text
