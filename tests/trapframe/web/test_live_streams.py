"""Streams of a real server process."""

import http.client
import json
from contextlib import ExitStack
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from quizzes.domain.notifying import notify
from quizzes.models import GradingJob, Submission
from tests.factories import (
    make_assessment,
    make_course,
    make_free_response,
    make_user,
    start,
    submit,
    variant_of,
)
from trapframe.web.live.stream import STREAMS_PER_PERSON

pytestmark = pytest.mark.pipeline
POOL = 8  # connections of a web process, see settings.py


def waiting_submission() -> Submission:
    """One that no worker will take during this test."""
    course = make_course()
    instance = start(
        make_assessment(course, make_free_response(course).question), make_user()
    )
    with transaction.atomic():
        submission = submit(variant_of(instance), {"text": "b"})
        GradingJob.objects.update(available_at=timezone.now() + timedelta(hours=1))
    return submission


def session_of(submission: Submission) -> dict[str, str]:
    client = Client()
    client.force_login(submission.variant.instance_question.instance.user)
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


class Asker:
    """Requests of one person, each on a connection of its own, closed together."""

    def __init__(self, site: str, headers: dict[str, str], stack: ExitStack) -> None:
        self._address = urlsplit(site).netloc
        self._headers = headers
        self._stack = stack

    def ask(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self._address, timeout=20)
        self._stack.callback(connection.close)
        connection.request("GET", path, headers=self._headers)
        return self._stack.enter_context(connection.getresponse())


def next_state(stream: http.client.HTTPResponse) -> str:
    for line in stream:
        if line.startswith(b"data: "):
            state: str = json.loads(line.removeprefix(b"data: "))["state"]
            return state
    pytest.fail("the stream ended without a state")


def test_many_streams_leave_the_site_its_connections(live_site: str) -> None:
    assert STREAMS_PER_PERSON > POOL
    submission = waiting_submission()
    path = f"/events/submissions/{submission.uuid}/"
    with ExitStack() as stack:
        asker = Asker(live_site, session_of(submission), stack)
        streams = [asker.ask(path) for _ in range(STREAMS_PER_PERSON)]
        assert {next_state(stream) for stream in streams} == {"queued"}
        assert asker.ask(path).status == HTTPStatus.TOO_MANY_REQUESTS
        pages = [asker.ask("/attempts/").status for _ in range(POOL)]
        assert pages == [HTTPStatus.OK] * POOL
        with transaction.atomic():
            GradingJob.objects.update(state="dead", finished_at=timezone.now())
            notify("job", [submission.uuid])
        assert {next_state(stream) for stream in streams} == {"dead"}
        assert {stream.read() for stream in streams} == {b"\n"}  # and then the end
