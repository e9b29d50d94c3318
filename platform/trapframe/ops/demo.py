"""The whole platform on one machine: prepared, started, watched, ended."""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections

from quizzes.domain.enrolling import enrol
from quizzes.enums import Role
from quizzes.models import Course
from trapframe import embedded
from trapframe.ops import processes
from trapframe.ops.processes import ROOT, Process
from trapframe.ops.supervisor import Supervisor

COURSE = ROOT / "fixtures" / "courses" / "operating-systems"
PASSWORD = "demo"  # noqa: S105  refused outside the demo, see passwords.py
ACCOUNTS = ("learner", "instructor", "admin")
_WATCH_SECONDS = 0.5
_REMIND_SECONDS = 15.0


class DemoError(Exception):
    """The demo cannot run; the message tells what to do."""


Say = Callable[[str], None]


def require_free_port(port: int) -> None:
    """Raise DemoError when something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(
                f"port {port} cannot be used ({error.strerror}): end what listens "
                "there, or choose another: TRAPFRAME_PORT=8001 make demo"
            ) from error


def processes_of_demo(port: int) -> list[Process]:
    return [
        processes.web(port),
        processes.worker("interactive", 2),
        processes.worker("bulk", 1),
        processes.live_worker(2),
        processes.sweeper(),
    ]


@contextmanager
def running_services(say: Say) -> Iterator[embedded.Services | None]:
    """The embedded services, or None when the environment names others."""
    if not settings.EMBEDDED:
        say("using the services that DATABASE_URL and CELERY_BROKER_URL name")
        yield None
        return
    say(f"starting PostgreSQL and Redis, data in {settings.DATA_DIR}")
    with embedded.services(settings.DATA_DIR) as services:
        if not services.owned:
            raise DemoError(
                f"another process uses {settings.DATA_DIR}: end it, or set "
                "TRAPFRAME_DATA to another folder"
            )
        yield services


def prepare(say: Say) -> None:
    """Tables, course and accounts; does nothing where they are there already."""
    say("migrating the database")
    call_command("migrate", interactive=False, verbosity=0)
    if settings.WHITENOISE_USE_FINDERS:
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    else:
        say("collecting static files")
        call_command("collectstatic", interactive=False, verbosity=0)
    say("loading the course; each question must prove its key")
    call_command("load_course", str(COURSE))
    say("making the accounts")
    make_accounts()
    connections.close_all()


def make_accounts() -> None:
    """The three people of the demo, enrolled in every course. Repeatable."""
    if not settings.DEMO:
        raise DemoError("accounts with a known password are for the demo alone")
    for name in ACCOUNTS:
        user, _ = get_user_model().objects.get_or_create(username=name)
        user.is_staff = name != "learner"
        user.is_superuser = name == "admin"
        user.set_password(PASSWORD)
        user.save()
    people = {
        user.username: user
        for user in get_user_model().objects.filter(username__in=ACCOUNTS)
    }
    for course in Course.objects.all():
        enrol(course, user=people["learner"])
        enrol(course, user=people["instructor"], role=Role.INSTRUCTOR)


def watch(
    supervisor: Supervisor,
    services: embedded.Services | None,
    port: int,
    stop: threading.Event,
    say: Say,
) -> None:
    """Until `stop`: start again what ends, tell when all is ready."""
    ready, waited = False, 0.0
    while not stop.wait(_WATCH_SECONDS):
        for name in services.revive() if services else []:
            say(f"{name} had ended and was started again")
        supervisor.revive()
        if ready:
            continue
        lacking = not_ready(port)
        ready = not lacking
        waited += _WATCH_SECONDS
        if ready:
            say(welcome(port))
        elif waited % _REMIND_SECONDS == 0:
            say("still waiting for " + "; ".join(lacking))


def not_ready(port: int) -> list[str]:
    """What /readyz says is lacking; empty when all is well."""
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        site.request("GET", "/readyz")
        answer = site.getresponse()
        if answer.status == HTTPStatus.OK:
            return []
        checks = json.load(answer)["checks"]
    except OSError:
        return ["the web server does not answer yet"]
    except ValueError:
        return [f"the web server answers {answer.status} {answer.reason}"]
    finally:
        site.close()
    return [f"{k}: {check['detail']}" for k, check in checks.items() if not check["ok"]]


def welcome(port: int) -> str:
    people = ", ".join(ACCOUNTS)
    return (
        f"ready\n\n    http://127.0.0.1:{port}/\n"
        f"    accounts: {people}; password: {PASSWORD}\n"
        "    Ctrl-C ends everything; the data stays for the next time\n"
    )
