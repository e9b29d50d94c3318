"""Schemathesis: every endpoint, three people, good and bad requests by the schema.

What it looks for: a status 5xx, an answer that the schema does not describe, a bad
request that is taken, a good one that is refused, an endpoint without its guard.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests import factories
from tests.personas import EXTERNAL_ID, World
from trapframe.accounts import tokens
from trapframe.accounts.models import Scope
from trapframe.api.throttling import CallerThrottle, SubmitThrottle
from trapframe.wsgi import application

pytestmark = pytest.mark.exhaustive

EXAMPLES = 10
UNSURE = {"POST /api/v1/variants/{uuid}/submissions/"}
api = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)


@pytest.fixture(autouse=True)
def _keep_the_connection() -> Iterator[None]:
    """A request's end must not close the connection of the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _no_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    for throttle in (CallerThrottle, SubmitThrottle):
        monkeypatch.setattr(throttle, "rate", None, raising=False)


@pytest.mark.parametrize("person", ["owner", "outsider", "lms"])
@api.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_keeps_its_word(
    case: schemathesis.Case, person: str, world: World
) -> None:
    _make_it_good(case, world)
    secret = _secret(world, person)
    # A good answer by the schema may still be none to this question.
    unsure = case.operation.label in UNSURE
    case.call_and_validate(
        headers={"Authorization": f"Bearer {secret}"},
        excluded_checks=[positive_data_acceptance] if unsure else [],
    )


def _secret(world: World, person: str) -> str:
    """A token with every scope: what is refused is refused for the person."""
    _, secret = tokens.issue(world.people[person], "test", list(Scope))
    return secret


def _make_it_good(case: schemathesis.Case, world: World) -> None:
    """What a schema cannot say of a good request; half of them name rows there are."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    if case.query:
        case.query.pop("cursor", None)  # only one from a page before is good
    _replace(case.body, {"email": "ada@example.org"})
    if random.Random(repr(case.body)).random() < 0.5:
        return
    known = _known(world)
    _replace(case.body, known)
    _replace(case.path_parameters, {**known, "uuid": _uuid(case.path, world)})


def _uuid(path: str, world: World) -> str:
    rows = {
        "attempts": world.attempt,
        "variants": world.variant,
        "submissions": world.submission,
    }
    return next(
        (str(row.uuid) for name, row in rows.items() if f"/{name}/{{" in path), ""
    )


def _known(world: World) -> dict[str, Any]:
    brought = factories.start(world.assessment, world.people["brought"])
    return {
        "course": world.course.key,
        "chapter": world.chapter.key,
        "assessment": world.assessment.key,
        "attempt": str(brought.uuid),
        "external_id": EXTERNAL_ID,
    }


def _replace(place: Any, known: dict[str, Any]) -> None:
    if isinstance(place, dict):
        place.update({name: known[name] for name in known.keys() & place.keys()})
