"""Stages: which are built, what they stand on, what is taken from them."""

import pytest

from simulator.dockerfile import parse_dockerfile
from simulator.subsystems.builds.errors import BuildError
from simulator.subsystems.builds.stages import (
    base_of,
    needed_stages,
    stage_called,
    target_stage,
)
from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    executed,
    failure,
    image,
    outcome,
)

THREE = """
FROM kit AS build
COPY src /src
RUN gcc -o /app /src/main.c
FROM build AS test
RUN /bin/false
FROM busybox
COPY --from=build /app /app
CMD ["/app"]
"""


def test_a_stage_by_name_or_number() -> None:
    found = parse_dockerfile("FROM a AS x\nFROM b AS y\nFROM c AS x\nFROM d")
    names = [("x", 4), ("X", 2), ("1", 4), ("9", 4), ("z", 4), ("y", 1), ("0", 0)]
    stages = [stage_called(found, name, before) for name, before in names]
    assert [None if stage is None else stage.index for stage in stages] == [
        2,
        0,
        1,
        None,
        None,
        None,
        None,
    ]


def test_the_wanted_stage() -> None:
    found = parse_dockerfile(THREE)
    assert target_stage(found, "").index == 2
    assert target_stage(found, "test").index == 1
    with pytest.raises(BuildError, match='target stage "nowhere" could not be found'):
        target_stage(found, "nowhere")


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        (THREE, [0, 2]),
        ("FROM a\nFROM b", [1]),
        ("FROM a AS x\nFROM x AS y\nFROM y", [0, 1, 2]),
        ("FROM a AS x\nFROM b AS y\nFROM c\nCOPY --from=1 /a /b", [1, 2]),
        ("FROM a AS x\nFROM c\nCOPY --from=x /a /b\nCOPY --from=x /c /d", [0, 1]),
        ("FROM a AS x\nFROM x\nCOPY --from=x /a /b", [0, 1]),
        ("FROM a AS x\nFROM ${B}", [0, 1]),
        ("FROM x\nFROM b AS x", [1]),
    ],
)
def test_stages_that_are_needed(text: str, needed: list[int]) -> None:
    found = parse_dockerfile(text)
    stages = needed_stages(found, found.stages[-1], {"B": "x"})
    assert [stage.index for stage in stages] == needed


def test_the_name_of_a_base() -> None:
    found = parse_dockerfile("FROM a:${V}\nFROM ${N}\nFROM ${V")
    assert base_of(found, found.stages[0], {"V": "1"}) == "a:1"
    with pytest.raises(BuildError) as blank:
        base_of(found, found.stages[1], {})
    assert str(blank.value) == "base name (${N}) should not be blank"
    with pytest.raises(BuildError) as wrong:
        base_of(found, found.stages[2], {})
    assert str(wrong.value) == "failed to process '${V': missing }"


def test_only_what_is_needed_is_built() -> None:
    done = carried_out(THREE)
    found = outcome(done)
    assert (found["state"], found["stages"]) == ("built", 2)
    assert "/bin/false" not in executed(done)


def test_all_stages_are_built_when_that_is_how_it_works() -> None:
    found = outcome(carried_out(THREE, mechanisms={"build.stages": "all"}))
    assert (found["state"], found["failed_line"]) == ("failed", 6)


def test_a_wanted_stage_that_is_not_the_last() -> None:
    done = carried_out(THREE, build(target="build"))
    assert outcome(done)["stages"] == 1
    assert "/usr/bin/gcc" in outcome(done)["image"]["files"]
    done = carried_out(THREE, build(target="test"))
    assert outcome(done)["failed_line"] == 6
    done = carried_out(THREE, build(target="nowhere"))
    assert outcome(done)["log"] == (
        'failed to solve: target stage "nowhere" could not be found'
    )


def test_only_the_last_stage_counts_for_the_size() -> None:
    found = image(*THREE.splitlines())
    assert found["kib"] < image("FROM kit")["kib"] / 10
    assert [layer["files"] for layer in found["layers"]][-1] == ["/app"]
    assert "/usr/bin/gcc" not in found["files"]


def test_a_stage_hands_down_its_settings_but_no_arguments() -> None:
    lines = ("FROM ubuntu AS a", "ARG X=1", "ENV Y=2", "WORKDIR /d", "FROM a")
    found = image(*lines, "RUN echo x$X y$Y > out")
    assert found["contents"]["/d/out"] == "x y2\n"


def test_scratch_is_empty() -> None:
    found = image("FROM scratch", "COPY README.md /")
    assert found["files"] == ["/README.md"]
    assert len(found["layers"]) == 1
    assert failure("FROM scratch", "RUN true")[1] == 127


def test_a_program_without_its_libraries() -> None:
    lines = ("FROM kit AS build", "FROM scratch", "COPY --from=build /srv/tool /t")
    assert failure(*lines, 'RUN ["/t"]')[:2] == (4, 127)


def test_bases_that_are_not_there() -> None:
    line, status, log = failure("FROM nowhere", "RUN true")
    assert (line, status) == (1, None)
    assert log.startswith("failed to solve: nowhere: ")
    assert failure("FROM later", "FROM ubuntu AS later", "FROM 0")[0] == 1
    assert failure("FROM ${NONE}", "RUN true")[2] == (
        "failed to solve: base name (${NONE}) should not be blank"
    )


def test_arguments_of_from() -> None:
    assert image("ARG B=ubuntu", "FROM $B")["kib"] == 76 * 1024
    done = carried_out("ARG B=ubuntu\nFROM $B", build(args=["B=alpine"]))
    assert outcome(done)["image"]["kib"] == 8 * 1024
    assert image("ARG A=ubu", "ARG B=${A}ntu", "FROM $B")["kib"] == 76 * 1024
    assert failure("ARG B=${A", "FROM ubuntu")[2] == (
        "failed to solve: failed to process ARG B: missing }"
    )


def echoed(*lines: str, **more: object) -> str:
    """What RUN sees of the variable V."""
    text = "\n".join([*lines, "RUN echo v$V > /out"])
    plan = (build(**more),) if more else ()
    found: str = outcome(carried_out(text, *plan))["image"]["contents"]["/out"]
    return found.strip()


@pytest.mark.parametrize(
    ("lines", "args", "value"),
    [
        (("ARG V=1", "FROM ubuntu"), [], "v"),
        (("ARG V=1", "FROM ubuntu", "ARG V"), [], "v1"),
        (("ARG V=1", "FROM ubuntu", "ARG V=2"), [], "v2"),
        (("ARG V=1", "FROM ubuntu", "ARG V"), ["V=3"], "v3"),
        (("ARG V=1", "FROM ubuntu"), ["V=3"], "v"),
        (("FROM ubuntu", "ARG V=1"), [], "v1"),
        (("FROM ubuntu", "ARG V=1"), ["V=3"], "v3"),
        (("FROM ubuntu", "ARG V"), [], "v"),
        (("FROM ubuntu", "ARG V"), ["V=3"], "v3"),
        (("FROM ubuntu", "ARG W=5", "ARG V=$W"), [], "v5"),
        (("FROM ubuntu", "ENV V=4", "ARG V=1"), ["V=3"], "v4"),
        (("FROM ubuntu AS a", "ARG V=1", "FROM ubuntu"), [], "v"),
        (("FROM ubuntu", "ARG TARGETARCH", "ARG V=$TARGETARCH"), [], "vamd64"),
        (("FROM ubuntu", "ARG V=$TARGETARCH"), [], "v"),
    ],
)
def test_where_arguments_are_seen(
    lines: tuple[str, ...], args: list[str], value: str
) -> None:
    assert echoed(*lines, args=args) == value


def test_arguments_that_are_seen_everywhere() -> None:
    text = "ARG V=1\nFROM ubuntu\nRUN echo v$V > /out"
    done = carried_out(text, mechanisms={"build.args": "everywhere"})
    assert outcome(done)["image"]["contents"]["/out"] == "v1\n"


def test_triggers_wait_for_the_next_image() -> None:
    base = "FROM ubuntu\nONBUILD COPY README.md /doc/\nONBUILD RUN touch /built"
    world = {"dockerfiles": {"next": {"text": "FROM app:1\nRUN touch /mine"}}}
    done = carried_out(base, build(), build("next", "next"), world=world)
    first, second = outcome(done), outcome(done, "next")
    assert first["image"]["layers"][-1]["files"] != ["/built"]
    assert [step["text"] for step in second["steps"]] == [
        "ONBUILD COPY README.md /doc/",
        "ONBUILD RUN touch /built",
        "RUN touch /mine",
    ]
    assert {"/doc/README.md", "/built", "/mine"} <= {*second["image"]["files"]}


def test_another_processor() -> None:
    assert failure("FROM arm", "RUN true") == (
        2,
        255,
        (
            'failed to solve: process "/bin/sh -c true" did not complete successfully:'
            " exit code: 255"
        ),
    )
    found = image("FROM arm", "COPY README.md /")
    assert found["arch"] == "aarch64"


BOTH = {
    "registries": {
        "hub": {"tags": [{"tag": "both:1", "images": ["ubuntu", "arm"]}]},
        "old": {"tags": [{"tag": "old:latest", "images": ["alpine"]}]},
    }
}


@pytest.mark.parametrize(
    ("line", "arch", "expected"),
    [
        ("FROM both:1", "", "x86_64"),
        ("FROM both:1", "x86_64", "x86_64"),
        ("FROM both:1", "aarch64", "aarch64"),
        ("FROM --platform=linux/arm64 both:1", "", "aarch64"),
        ("FROM --platform=linux/amd64 both:1", "aarch64", "x86_64"),
        ("FROM --platform=arm64 both:1", "", "aarch64"),
        ("FROM --platform=$BUILDPLATFORM both:1", "aarch64", "x86_64"),
        ("FROM --platform=$TARGETPLATFORM both:1", "aarch64", "aarch64"),
        ("FROM scratch", "aarch64", "aarch64"),
        ("FROM old", "", "x86_64"),
        ("FROM old:latest", "", "x86_64"),
    ],
)
def test_the_processor_of_a_base(line: str, arch: str, expected: str) -> None:
    more = {"arch": arch} if arch else {}
    done = carried_out(f"{line}\nCOPY README.md /", build(**more), world=BOTH)
    assert outcome(done)["log"] == ""
    assert outcome(done)["image"]["arch"] == expected


def test_a_base_that_was_pulled_for_the_other_processor_is_here() -> None:
    text = "FROM both:1\nCOPY README.md /"
    plan = (build(arch="aarch64"), build("again", "app", arch="aarch64"))
    done = carried_out(text, *plan, world=BOTH)
    assert outcome(done, "again")["image"]["arch"] == "aarch64"
    assert outcome(done, "again")["cached_steps"] == 1


def test_a_platform_that_is_not_published() -> None:
    only = {"registries": {"hub": {"tags": [{"tag": "one:1", "images": ["ubuntu"]}]}}}
    text = "FROM one:1\nRUN uname -m > /out"
    done = carried_out(text, build(arch="aarch64"), world=only)
    assert outcome(done)["image"]["arch"] == "x86_64"


@pytest.mark.parametrize("name", ["none:1", "ubuntu:9", "a/b"])
def test_tags_that_nobody_has(name: str) -> None:
    line, _, log = failure(f"FROM {name}", "RUN true", world=BOTH)
    assert line == 1
    assert log.startswith(f"failed to solve: {name}: manifest for {name}")
