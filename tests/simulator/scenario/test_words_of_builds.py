"""Words for builds: what a scenario may say, and what it is told when it is wrong."""

import json
from typing import Any

import pytest

from simulator import run_arm
from simulator.scenario.vocabulary.builds import DockerfileText
from tests.simulator.worlds import ENGINE, document, messages, problems_of, scenario

BASE = {
    "images": {"base": {"userland": "busybox"}},
    "dockerfiles": {"app": {"text": "FROM base"}},
    "contexts": {"project": {}},
}
BUILD = {"name": "app", "on": "server", "dockerfile": "app", "tag": "app:1"}


def wrong(world: dict[str, Any], *plan: Any) -> list[tuple[str, str]]:
    """Path and message of each problem of a world, or of a plan in it."""
    found = document([*ENGINE, *plan], world={**BASE, **world})
    return [(path, message) for _, _, path, message in messages(json.dumps(found))]


def hints(world: dict[str, Any], *plan: Any) -> list[str]:
    found = document([*ENGINE, *plan], world={**BASE, **world})
    return [problem.hint for problem in problems_of(json.dumps(found))]


def step(**more: Any) -> dict[str, Any]:
    return {"build": {**BUILD, **more}}


def package(**more: Any) -> dict[str, Any]:
    archive = {"manager": "apt", "host": "a.b", "packages": [{"name": "p", **more}]}
    return {"archives": {"main": archive}}


def archive(**more: Any) -> dict[str, Any]:
    fields = {"manager": "apt", "host": "a.b", "packages": [], **more}
    return {"archives": {"main": fields}}


def file(**more: Any) -> dict[str, Any]:
    return {"contexts": {"project": {"files": [{"path": "a", **more}]}}}


def resource(**more: Any) -> dict[str, Any]:
    return {"resources": {"r": {"url": "http://a.b/c", **more}}}


@pytest.mark.parametrize(
    "world",
    [
        {},
        {"dockerfiles": {"app": {"text": ["FROM base", "RUN true"]}}},
        {"dockerfiles": {"app": {"text": "not a Dockerfile at all"}}},
        package(version="1.2.3-4ubuntu5", depends=["libc6", "g++"], release_days=30),
        package(files=["/usr/lib/x"], libraries=["glibc"], programs=["app"]),
        archive(manager="apk", index_kib=0, mib_s=1, keeps_old=True),
        archive(manager="pip", host="pypi.example.org/simple"),
        file(path="src/main.c", kib=0, content="x", compiles_to="app"),
        file(path=".env", program="app"),
        file(unpacks=[{"path": "bin/x", "program": "app"}, {"path": "y", "kib": 3}]),
        {"contexts": {"project": {"ignore": ["*.log", "!keep.log"]}}},
        resource(url="https://example.org", kib=5, release_days=1, program="app"),
        {"images": {"base": {"userland": "none"}}},
    ],
)
def test_worlds_that_are_fine(world: dict[str, Any]) -> None:
    assert wrong(world) == []


@pytest.mark.parametrize(
    ("world", "path", "message"),
    [
        (
            {"dockerfiles": {"app": {}}},
            "world.dockerfiles.app",
            "the key 'text' is missing",
        ),
        (
            {"dockerfiles": {"app": {"text": ""}}},
            "world.dockerfiles.app.text",
            "empty text",
        ),
        (
            {"dockerfiles": {"app": {"text": []}}},
            "world.dockerfiles.app.text",
            "1 to 200 entries expected",
        ),
        (
            {"dockerfiles": {"app": {"text": 5}}},
            "world.dockerfiles.app.text",
            "text expected, not a whole number",
        ),
        (
            {"dockerfiles": {"app": {"text": ["FROM a", 5]}}},
            "world.dockerfiles.app.text[1]",
            "text expected, not a whole number",
        ),
        (
            archive(manager="yum"),
            "world.archives.main.manager",
            "'yum' is not known here",
        ),
        (
            archive(host="http://a"),
            "world.archives.main.host",
            "'http://a' is not a host's name",
        ),
        (
            archive(mib_s=0),
            "world.archives.main.mib_s",
            "0 is out of range",
        ),
        (
            package(name="-p"),
            "world.archives.main.packages[0].name",
            "'-p' is not the name of a package",
        ),
        (
            package(depends=["a b"]),
            "world.archives.main.packages[0].depends[0]",
            "'a b' is not the name of a package",
        ),
        (
            package(programs=["nothing"]),
            "world.archives.main.packages[0].programs[0]",
            "there is no program 'nothing'",
        ),
        (
            package(release_days=31),
            "world.archives.main.packages[0].release_days",
            "31 is out of range",
        ),
        (
            package(files=["relative"]),
            "world.archives.main.packages[0].files[0]",
            "'relative' is not an absolute path",
        ),
        (
            file(path="/absolute"),
            "world.contexts.project.files[0].path",
            "'/absolute' is not a path inside the build context",
        ),
        (
            file(program="nothing"),
            "world.contexts.project.files[0].program",
            "there is no program 'nothing'",
        ),
        (
            file(unpacks=[{"kib": 3}]),
            "world.contexts.project.files[0].unpacks[0]",
            "the key 'path' is missing",
        ),
        (
            file(size=3),
            "world.contexts.project.files[0]",
            "unknown key 'size'",
        ),
        (
            resource(url="ftp://a/b"),
            "world.resources.r.url",
            "'ftp://a/b' is not an address such as http://example.org/file",
        ),
        (
            {"images": {"base": {"userland": "fedora"}}},
            "world.images.base.userland",
            "'fedora' is not known here",
        ),
    ],
)
def test_worlds_that_are_wrong(world: dict[str, Any], path: str, message: str) -> None:
    assert (path, message) in wrong(world)


@pytest.mark.parametrize(
    "plan",
    [
        step(),
        step(context="project"),
        step(tag="example.org/app:1.0"),
        step(target="build", args=["A=1", "B="], arch="aarch64", no_cache=True),
        step(secrets=["token", "npm-key"]),
        {"change_file": {"context": "project", "path": "a/b.txt"}},
        {"change_file": {"context": "project", "path": "a", "content": "x"}},
    ],
)
def test_plans_that_are_fine(plan: dict[str, Any]) -> None:
    assert wrong({}, plan) == []


PLAN = "arms.a.plan[3]"


@pytest.mark.parametrize(
    ("plan", "path", "message"),
    [
        (
            step(dockerfile="ap"),
            f"{PLAN}.build.dockerfile",
            "there is no dockerfile 'ap'",
        ),
        (
            step(context="projekt"),
            f"{PLAN}.build.context",
            "there is no context 'projekt'",
        ),
        (
            step(arch="arm"),
            f"{PLAN}.build.arch",
            "'arm' is not known here",
        ),
        (
            step(args=["A"]),
            f"{PLAN}.build.args[0]",
            "'A' is not NAME=value",
        ),
        (
            step(no_cache="yes"),
            f"{PLAN}.build.no_cache",
            "true or false expected, not text",
        ),
        (
            step(target="-x"),
            f"{PLAN}.build.target",
            "'-x' is not the name of a stage",
        ),
        (
            step(secrets=["A B"]),
            f"{PLAN}.build.secrets[0]",
            "'A B' is not a short name in lower case",
        ),
        (
            {"build": {"name": "app"}},
            f"{PLAN}.build",
            "the key 'dockerfile' is missing",
        ),
        (
            {"change_file": {"context": "project"}},
            f"{PLAN}.change_file",
            "the key 'path' is missing",
        ),
        (
            {"change_file": {"context": "nowhere", "path": "a"}},
            f"{PLAN}.change_file.context",
            "there is no context 'nowhere'",
        ),
    ],
)
def test_plans_that_are_wrong(plan: dict[str, Any], path: str, message: str) -> None:
    assert (path, message) in wrong({}, plan)


def test_suggestions() -> None:
    assert hints({}, step(dockerfile="ap")) == ["did you mean app?"]
    assert hints(archive(manager="apd")) != [""]
    assert hints({"images": {"base": {"userland": "alpin"}}}) == [
        "did you mean alpine?"
    ]


def test_an_image_that_a_plan_builds_can_be_started() -> None:
    box = {"name": "box", "on": "server", "image": "app:1"}
    assert wrong({}, step(), {"start_container": box}) == []
    other = {"start_container": {**box, "image": "app:2"}}
    assert wrong({}, step(), other) == [
        ("arms.a.plan[4].start_container.image", "there is no image 'app:2'")
    ]


def test_a_line_of_a_dockerfile_may_be_a_parameter() -> None:
    world = {
        **BASE,
        "dockerfiles": {"app": {"text": ["FROM base", "${line}", "RUN exit 3"]}},
    }
    found = scenario(
        [*ENGINE, step()],
        world=world,
        parameters={"line": ["RUN true", "RUN exit 5"]},
    )
    statuses = [
        run_arm(found, "a", {"line": line}).observation["builds"]["app"]["exit_status"]
        for line in ("RUN true", "RUN exit 5")
    ]
    assert statuses == [3, 5]


def test_an_arm_may_change_a_dockerfile() -> None:
    change = {"part": "dockerfiles.app.text", "set": "FROM base\nRUN exit 4"}
    found = scenario([*ENGINE, step()], world=BASE, changes=[change])
    done = run_arm(found, "a", {})
    assert done.observation["builds"]["app"]["exit_status"] == 4


def test_the_schema_of_a_dockerfile() -> None:
    one, several = DockerfileText().schema()["anyOf"]
    assert "string" in json.dumps(one)
    assert (several["type"], several["minItems"]) == ("array", 1)
