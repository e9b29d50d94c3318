"""What base images hold besides their own programs."""

import pytest

from simulator.subsystems.builds.shell.builtins import BUILTINS
from simulator.subsystems.builds.shell.commands import SHELLS
from simulator.subsystems.builds.tools import TOOLS
from simulator.subsystems.builds.userland import (
    LIBRARIES,
    PASSWD,
    PATHS,
    files_of,
    programs_of,
)
from simulator.subsystems.files import RUNTIMES
from tests.simulator.subsystems.builds.yards import carried_out, executed, image, ran

KINDS = [kind for kind in PATHS if kind != "none"]
MANAGERS = {"apt-get", "apt", "apk", "pip"}


def names(kind: str) -> set[str]:
    return {path.rpartition("/")[2] for path in PATHS[kind]}


def test_the_kinds() -> None:
    assert [*PATHS] == ["none", "busybox", "alpine", "debian"]
    assert {*LIBRARIES} == {*PATHS}
    assert {name for known in LIBRARIES.values() for name in known} <= {*RUNTIMES}
    assert PATHS["none"] == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_program_does_something(kind: str) -> None:
    assert names(kind) <= {*TOOLS, *SHELLS}


@pytest.mark.parametrize(
    ("kind", "managers", "shells"),
    [
        ("busybox", set(), {"sh"}),
        ("alpine", {"apk"}, {"sh"}),
        ("debian", {"apt-get", "apt"}, {"sh", "bash"}),
    ],
)
def test_package_managers_and_shells(
    kind: str, managers: set[str], shells: set[str]
) -> None:
    assert names(kind) & MANAGERS == managers
    assert names(kind) & {*SHELLS} == shells


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_programs_are_for_their_processor(kind: str, arch: str) -> None:
    found = programs_of(kind, arch)
    assert {(p.arch, p.format, p.size_kib) for p in found} == {(arch, "elf", 0)}
    assert len({p.path for p in found}) == len(found)


@pytest.mark.parametrize("kind", KINDS)
def test_only_shells_take_lines(kind: str) -> None:
    for program in programs_of(kind, "x86_64"):
        is_shell = program.name in SHELLS
        assert program.acts_as == ("shell" if is_shell else "program")
        assert program.execs_last is (program.name == "bash")


@pytest.mark.parametrize("kind", KINDS)
def test_files_take_no_space(kind: str) -> None:
    assert {entry.size for entry in files_of(kind)} == {0}
    assert PASSWD in {entry.path for entry in files_of(kind)}


def test_tools_and_builtins() -> None:
    assert {"true", "false"} <= {*TOOLS} & {*BUILTINS}
    assert not {*SHELLS} & {*TOOLS}


@pytest.mark.parametrize("base", ["ubuntu", "alpine", "busybox"])
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("true", 0),
        ("ls /root /tmp /home /opt /srv /var", 0),
        ("touch /tmp/a && rm /tmp/a", 0),
        ("whoami", 0),
        ("uname -a", 0),
        ("env", 0),
        ("id", 0),
        ("frobnicate", 127),
    ],
)
def test_lines_that_every_base_image_knows(base: str, line: str, status: int) -> None:
    assert ran(line, base=base)[0] == status


@pytest.mark.parametrize(
    ("base", "known", "unknown"),
    [
        ("ubuntu", "apt-get", "apk"),
        ("alpine", "apk", "apt-get"),
        ("ubuntu", "bash", "curl"),
        ("busybox", "wget", "bash"),
        ("alpine", "adduser", "useradd"),
        ("ubuntu", "useradd", "pip"),
    ],
)
def test_what_is_there_and_what_is_not(base: str, known: str, unknown: str) -> None:
    assert ran(f"{known} --version", base=base)[0] != 127
    assert ran(f"{unknown} --version", base=base)[0] == 127


def test_an_image_keeps_what_the_world_gave_it() -> None:
    world = {"images": {"busybox": {"programs": ["tool"], "size_mib": 4}}}
    found = image("FROM busybox", world=world)
    assert "/srv/tool" in found["files"]
    assert found["kib"] == 4096


def test_a_program_of_the_world_takes_the_place_of_a_tool() -> None:
    own = {"path": "/bin/cat", "format": "elf", "does": [{"exit": {"status": 42}}]}
    world = {
        "programs": {"own_cat": own},
        "images": {"busybox": {"programs": ["own_cat"]}},
    }
    done = carried_out("FROM busybox\nRUN cat /etc/passwd", world=world)
    assert executed(done) == ["/bin/sh", "/bin/cat"]
    assert done.observation["builds"]["app"]["exit_status"] == 42
