import asyncio
from typing import Any
from uuid import uuid4

import pytest
from django.test import AsyncClient
from django.urls import reverse

from quizzes.domain.enrolling import enrol
from quizzes.domain.proving import request_proof
from tests import observing
from tests.factories import (
    drain,
    make_assessment,
    make_course,
    make_executed,
    make_free_response,
    make_instructor,
    make_user,
    start,
    submit,
    variant_of,
    wrong_answer,
)
from tests.trapframe.web.streams import aside, rest, take
from trapframe.web.event_urls import urlpatterns

pytestmark = pytest.mark.django_db(transaction=True)


class Scene:
    def __init__(self) -> None:
        self.course = make_course(is_open=False)
        self.owner, self.peer, self.outsider = make_user(), make_user(), make_user()
        enrol(self.course, user=self.owner)
        enrol(self.course, user=self.peer)
        self.instructor = make_instructor(self.course)

    def submission(self) -> Any:
        question = make_free_response(self.course).question
        instance = start(make_assessment(self.course, question), self.owner)
        return submit(variant_of(instance), {"text": "Since the kernel runs."})

    def observation(self) -> Any:
        """A submission whose variant waits for a worker that observes."""
        observing.start_worker()
        question = make_executed(self.course, "what-execve-answers").question
        instance = start(make_assessment(self.course, question), self.owner)
        variant = variant_of(instance)
        submission = submit(variant, wrong_answer(variant))
        drain()
        return submission

    def proof(self) -> Any:
        version = make_executed(self.course, "what-execve-answers", publish=False)
        return request_proof(version, user=self.instructor)


def test_these_are_all_streams() -> None:
    assert {pattern.name for pattern in urlpatterns} == {
        "submission",
        "observation",
        "proof",
    }


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("submission", {"owner", "instructor"}),
        ("observation", {"owner", "instructor"}),
        ("proof", {"instructor"}),
    ],
)
def test_who_may_watch(name: str, allowed: set[str]) -> None:
    scene = Scene()
    item = getattr(scene, name)()
    url = reverse(f"events:{name}", args=[item.uuid])

    async def status(who: str) -> int:
        client = AsyncClient()
        if person := getattr(scene, who, None):
            await client.aforce_login(person)
        response = await client.get(url)
        if response.streaming:
            first = (await take(aiter(response), 2))[1]
            assert first["state"] == "queued"
        return response.status_code

    people = ("owner", "peer", "outsider", "instructor", "nobody")
    answers = {who: asyncio.run(status(who)) for who in people}
    assert answers == {who: 200 if who in allowed else 404 for who in people}


@pytest.mark.parametrize("name", ["submission", "observation", "proof"])
def test_what_is_not_there_is_not_found(name: str) -> None:
    scene = Scene()

    async def status() -> int:
        client = AsyncClient()
        await client.aforce_login(scene.instructor)
        return (await client.get(reverse(f"events:{name}", args=[uuid4()]))).status_code

    assert asyncio.run(status()) == 404


def test_only_reading_is_allowed() -> None:
    async def status() -> int:
        url = reverse("events:submission", args=[uuid4()])
        return (await AsyncClient().post(url)).status_code

    assert asyncio.run(status()) == 405


def test_a_submission_is_followed_to_its_end() -> None:
    scene = Scene()
    submission = scene.submission()

    async def steps() -> list[Any]:
        client = AsyncClient(headers={"Last-Event-ID": "12"})
        await client.aforce_login(scene.owner)
        url = reverse("events:submission", args=[submission.uuid])
        body = aiter(await client.get(url))
        seen = await take(body, 2)
        await aside(drain)
        return seen + await rest(body)

    parts = asyncio.run(steps())
    assert parts[1] == {
        "state": "queued",
        "label": "Queued, number 1 in line",
        "final": False,
    }
    assert parts[-1] == {
        "state": "needs_grading",
        "label": "Waiting for a person to grade it",
        "final": True,
    }


def test_an_observation_is_followed_to_its_end() -> None:
    scene = Scene()
    submission = scene.observation()

    async def steps() -> list[Any]:
        client = AsyncClient()
        await client.aforce_login(scene.owner)
        url = reverse("events:observation", args=[submission.uuid])
        body = aiter(await client.get(url))
        seen = await take(body, 2)
        await aside(observing.observe_all)
        return seen + await rest(body)

    assert asyncio.run(steps())[-1] == {
        "state": "observed",
        "label": "Observed",
        "final": True,
    }
