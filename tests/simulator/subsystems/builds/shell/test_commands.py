"""Where a shell finds its commands, and what becomes of them."""

from typing import Any

import pytest

from simulator.subsystems.builds.shell.commands import (
    NOT_EXECUTABLE,
    NOT_FOUND,
    PATH,
    SHELLS,
    arguments_of,
    find_program,
)
from simulator.subsystems.files import DataFile, FileTree, Program
from tests.simulator.subsystems.builds.yards import carried_out, ran
from tests.simulator.worlds import events


class Place:
    """A site as far as looking for a program goes."""

    def __init__(self, *programs: str, texts: tuple[str, ...] = ()) -> None:
        self.tree = FileTree()
        for path in programs:
            self.tree.add(Program("p", path, "elf", "x86_64"))
        for path in texts:
            self.tree.put(DataFile(path, 1, "text"))


def found(name: str, *programs: str, cwd: str = "/w", search: str = PATH) -> str | None:
    place: Any = Place(*programs, texts=("/w/text", "/usr/bin/readable"))
    return find_program(place, name, cwd, search)


@pytest.mark.parametrize(
    ("name", "programs", "path"),
    [
        ("a", ("/usr/bin/a",), "/usr/bin/a"),
        ("a", ("/bin/a",), "/bin/a"),
        ("a", ("/bin/a", "/usr/bin/a"), "/usr/bin/a"),
        ("a", ("/bin/a", "/usr/local/bin/a"), "/usr/local/bin/a"),
        ("a", ("/sbin/a", "/bin/a"), "/sbin/a"),
        ("a", ("/opt/a", "/w/a"), None),
        ("./a", ("/w/a",), "/w/a"),
        ("../a", ("/a",), "/a"),
        ("b/a", ("/w/b/a",), "/w/b/a"),
        ("/opt/a", ("/opt/a",), "/opt/a"),
        ("/opt/b", ("/opt/a",), None),
        ("./text", (), "/w/text"),
        ("readable", (), "/usr/bin/readable"),
        ("text", (), None),
    ],
)
def test_where_a_command_is_looked_for(
    name: str, programs: tuple[str, ...], path: str | None
) -> None:
    assert found(name, *programs) == path


@pytest.mark.parametrize(
    ("search", "path"),
    [
        ("/opt", "/opt/a"),
        ("/nowhere:/opt", "/opt/a"),
        ("/w:/opt", "/w/a"),
        ("", "/w/a"),
        ("/nowhere:", "/w/a"),
        (".", "/w/a"),
        ("/nowhere", None),
    ],
)
def test_another_search_path(search: str, path: str | None) -> None:
    assert found("a", "/opt/a", "/w/a", search=search) == path


@pytest.mark.parametrize("shell", SHELLS)
def test_shells_and_tools_get_no_arguments(shell: str) -> None:
    assert arguments_of(f"/bin/{shell}", [shell, "-c", "x"]) == ()
    assert arguments_of("/usr/bin/apt-get", ["apt-get", "update"]) == ()


def test_programs_get_their_arguments() -> None:
    assert arguments_of("/srv/app", ["app", "-v", "x"]) == ("-v", "x")
    assert arguments_of("/srv/app", ["app"]) == ()


def test_the_statuses_of_commands_that_cannot_be_run() -> None:
    assert (NOT_FOUND, NOT_EXECUTABLE) == (127, 126)


@pytest.mark.parametrize(
    ("line", "status", "errno"),
    [
        ("nonsense", 127, "ENOENT"),
        ("/srv/tool.exe", 126, "ENOEXEC"),
        ("chmod 644 /srv/tool; /srv/tool", 126, "EACCES"),
        ("/work/report.py", 127, "ENOENT"),
    ],
)
def test_what_the_kernel_answers(line: str, status: int, errno: str) -> None:
    assert ran(line)[0] == status
    done = carried_out(f"FROM kit\nCOPY . /work\nRUN {line}")
    failed = [e for e in events(done, "execve") if e.outcome == "failed"]
    assert [e.detail["errno_name"] for e in failed] == [errno]


def test_each_child_ends_before_the_next_begins() -> None:
    done = carried_out("FROM kit\nRUN cat /etc/passwd; uname; whoami")
    told = [
        (e.action, e.detail["target"])
        for e in done.events
        if e.action in {"execve", "exit"} and e.detail["target"] != "/usr/bin/docker"
    ]
    assert told == [
        ("execve", "/bin/sh"),
        ("execve", "/usr/bin/cat"),
        ("exit", "/usr/bin/cat"),
        ("execve", "/usr/bin/uname"),
        ("exit", "/usr/bin/uname"),
        ("execve", "/usr/bin/whoami"),
        ("exit", "/usr/bin/whoami"),
        ("exit", "/bin/sh"),
    ]


def test_a_machine_without_memory_for_a_command() -> None:
    world = {"programs": {"tool": {"ram_mib": 70_000}}}
    assert ran("/srv/tool", world=world)[0] in {126, 137}
