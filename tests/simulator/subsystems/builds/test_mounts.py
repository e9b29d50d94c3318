"""RUN --mount: secrets and caches that no layer keeps."""

import pytest

from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    failure,
    image,
    outcome,
)

SECRET = "RUN --mount=type=secret,id=token,target=/token cat /token > /seen"


def test_a_secret_is_there_for_one_run() -> None:
    done = carried_out(f"FROM kit\n{SECRET}", build(secrets=["token"]))
    found = outcome(done)["image"]
    assert found["contents"]["/seen"] == "token"
    assert found["layers"][-1]["files"] == ["/seen"]
    assert found["layers"][-1]["whiteouts"] == []


def test_a_secret_has_a_usual_place() -> None:
    line = "RUN --mount=type=secret,id=token cat /run/secrets/token > /seen"
    done = carried_out(f"FROM kit\n{line}", build(secrets=["token"]))
    assert outcome(done)["image"]["contents"]["/seen"] == "token"


def test_a_secret_that_nobody_has_given() -> None:
    assert failure("FROM kit", SECRET)[:2] == (2, 1)
    required = SECRET.replace("id=token", "id=token,required=true")
    assert failure("FROM kit", required) == (
        2,
        None,
        "failed to solve: secret token: not found",
    )
    given = SECRET.replace("id=token", "id=token,required=false")
    assert failure("FROM kit", given)[:2] == (2, 1)


CACHED = "RUN --mount=type=cache,target=/root/.cache/pip pip install flask"


def test_a_cache_is_in_no_layer() -> None:
    found = image("FROM kit", CACHED)
    assert not any(path.startswith("/root/.cache") for path in found["files"])
    plain = image("FROM kit", "RUN pip install --no-cache-dir flask")
    assert found["kib"] == plain["kib"]


def test_a_cache_is_there_in_the_next_build() -> None:
    first = "FROM kit\nRUN --mount=type=cache,target=/c touch /c/a"
    second = "FROM kit\nRUN --mount=type=cache,target=/c ls /c > /seen"
    world = {"dockerfiles": {"next": {"text": second}}}
    done = carried_out(first, build(), build("next", "next"), world=world)
    assert outcome(done, "next")["image"]["contents"]["/seen"] == "a\n"
    done = carried_out(second)
    assert outcome(done)["image"]["contents"]["/seen"] == ""


def test_caches_are_told_apart_by_their_id() -> None:
    first = "FROM kit\nRUN --mount=type=cache,id=one,target=/c touch /c/a"
    second = "FROM kit\nRUN --mount=type=cache,id=two,dst=/c ls /c > /seen"
    world = {"dockerfiles": {"next": {"text": second}}}
    done = carried_out(first, build(), build("next", "next"), world=world)
    assert outcome(done, "next")["image"]["contents"]["/seen"] == ""


def test_memory_is_gone_afterwards() -> None:
    found = image("FROM kit", "RUN --mount=type=tmpfs,target=/t touch /t/a /b")
    assert found["layers"][-1]["files"] == ["/b"]


def test_a_failure_leaves_nothing_mounted() -> None:
    text = f"FROM kit\n{SECRET} && false"
    assert outcome(carried_out(text, build(secrets=["token"])))["exit_status"] == 1


@pytest.mark.parametrize("kind", ["bind", "ssh", ""])
def test_other_mounts_are_refused_by_name(kind: str) -> None:
    line = f"RUN --mount=type={kind},target=/x true" if kind else "RUN --mount=x true"
    said = f"mounts of type {kind or 'bind'!r} are not modelled"
    assert failure("FROM kit", line)[2] == f"failed to solve: {said}"
