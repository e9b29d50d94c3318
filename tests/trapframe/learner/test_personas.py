"""Every page, asked for by its owner, a peer, an outsider, staff and nobody."""

from typing import Any

import pytest
from django.urls import reverse

from tests.factories import right_answer, submit
from tests.trapframe.learner.conftest import Scene, client_of
from trapframe.learner.urls import urlpatterns

PEOPLE = ("owner", "peer", "instructor", "outsider", "nobody")
SIGN_IN = "sign-in"
# name: (method, status for each of PEOPLE); 302 to the sign-in page is SIGN_IN.
TABLE: dict[str, tuple[str, tuple[int | str, ...]]] = {
    "home": ("GET", (200, 200, 200, 200, 200)),
    "course": ("GET", (200, 200, 200, 404, SIGN_IN)),
    "chapter": ("GET", (200, 200, 200, 404, SIGN_IN)),
    "read": ("POST", (302, 302, 302, 404, SIGN_IN)),
    "assessment": ("GET", (200, 200, 200, 404, SIGN_IN)),
    "start": ("POST", (302, 302, 302, 404, SIGN_IN)),
    "attempts": ("GET", (200, 200, 200, 200, SIGN_IN)),
    "instance": ("GET", (200, 404, 200, 404, SIGN_IN)),
    "question": ("GET", (200, 404, 200, 404, SIGN_IN)),
    "draft": ("PUT", (200, 404, 403, 404, 401)),
    "submit": ("POST", (302, 404, 403, 404, SIGN_IN)),
    "finish": ("POST", (302, 404, 403, 404, SIGN_IN)),
    "review": ("GET", (200, 404, 200, 404, SIGN_IN)),
    "submission": ("GET", (200, 404, 200, 404, SIGN_IN)),
}
DRAFT = {"answer": {"chosen": ["a"]}, "seq": 1}


def arguments(name: str, scene: Scene) -> list[Any]:
    question = [scene.instance.uuid, 1]
    return {
        "course": [scene.course.key],
        "chapter": [scene.course.key, scene.chapter.key],
        "read": [scene.course.key, scene.chapter.key],
        "assessment": [scene.course.key, scene.quiz.key],
        "start": [scene.course.key, scene.quiz.key],
        "instance": question[:1],
        "question": question,
        "draft": question,
        "submit": question,
        "finish": question[:1],
        "review": question[:1],
    }.get(name, [])


def ask(name: str, scene: Scene, who: str) -> Any:
    args = arguments(name, scene)
    if name == "submission":
        args = [submit(scene.variant, right_answer(scene.variant)).uuid]
    client = client_of(getattr(scene, who, None))
    url = reverse(f"learner:{name}", args=args)
    answer = right_answer(scene.variant)
    match TABLE[name][0]:
        case "GET":
            return client.get(url)
        case "POST":
            return client.post(url, {**answer, "key": "try-1"})
        case _:
            return client.put(url, DRAFT, content_type="application/json")


def test_the_table_knows_every_page() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(TABLE)


@pytest.mark.parametrize(
    ("name", "who", "expected"),
    [
        pytest.param(name, who, status, id=f"{name}-{who}")
        for name, (_, statuses) in TABLE.items()
        for who, status in zip(PEOPLE, statuses, strict=True)
    ],
)
def test_each_person_gets_their_answer(
    scene: Scene, name: str, who: str, expected: int | str
) -> None:
    response = ask(name, scene, who)
    if expected == SIGN_IN:
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("accounts:sign-in") + "?next=")
        return
    assert response.status_code == expected
    assert "sign-in" not in response.get("Location", "")


@pytest.mark.parametrize("who", ["peer", "outsider", "instructor", "nobody"])
@pytest.mark.parametrize("name", ["draft", "submit", "finish"])
def test_nobody_else_changes_an_attempt(scene: Scene, name: str, who: str) -> None:
    ask(name, scene, who)
    scene.instance.refresh_from_db()
    assert scene.instance.state == "in_progress"
    assert scene.variant.submissions.count() == 0
    assert not hasattr(scene.variant, "draft")


def test_unknown_things_are_not_found(scene: Scene) -> None:
    client = client_of(scene.owner)
    nothing = "00000000-0000-4000-8000-000000000000"
    for name, args in [
        ("course", ["none"]),
        ("chapter", [scene.course.key, "none"]),
        ("assessment", [scene.course.key, "none"]),
        ("instance", [nothing]),
        ("question", [nothing, 1]),
        ("question", [scene.instance.uuid, 9]),
        ("submission", [nothing]),
    ]:
        response = client.get(reverse(f"learner:{name}", args=args))
        assert (name, response.status_code) == (name, 404)
    url = reverse("learner:submit", args=[scene.instance.uuid, 9])
    assert client.post(url, {"key": "k"}).status_code == 404
