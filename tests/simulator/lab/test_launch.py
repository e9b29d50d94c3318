"""Finding a program and starting it: what a shell says when that fails."""

import pytest

from simulator.lab.launch import (
    ERRORS,
    NO_FILE,
    Launched,
    as_shell_says,
    beside,
    inside,
    launch,
)
from simulator.lab.state import PATH, Lab
from simulator.lab.table import COMMANDS
from simulator.lab.userland import executables, look_up, tool, tool_of, tools
from simulator.subsystems.environment import Environment
from simulator.subsystems.files import FileTree, Program
from tests.simulator.lab.labs import lab


def launched(here: Lab, *words: str, cwd: str = "/") -> Launched:
    found: list[Launched] = []

    def work() -> object:
        where = beside(here.console.process, Environment({}, cwd))
        found.append((yield from launch(where, words)))

    task = here.engine.spawn(work())  # type: ignore[arg-type]
    while not task.is_open:
        here.engine.step()
    return found[0]


@pytest.mark.parametrize(
    ("words", "status", "errno_name"),
    [
        (("nothing",), 127, ""),
        (("/no/thing",), 127, NO_FILE),
        (("/srv",), 127, NO_FILE),
        (("/srv/plain",), 126, "EACCES"),
        (("/srv/app.exe",), 126, "ENOEXEC"),
        (("/srv/arm",), 126, "ENOEXEC"),
        (("/srv/notes",), 127, "ENOENT"),
    ],
)
def test_what_cannot_be_started(
    words: tuple[str, ...], status: int, errno_name: str
) -> None:
    found = launched(lab(), *words)
    assert found.process is None
    assert (found.status, found.errno_name, found.word) == (
        status,
        errno_name,
        words[0],
    )


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (("ls", "-l"), "/usr/bin/ls"),
        (("/usr/bin/ls",), "/usr/bin/ls"),
        (("/bin/ls",), "/usr/bin/ls"),
        (("reboot",), "/usr/sbin/reboot"),
        (("/sbin/reboot",), "/usr/sbin/reboot"),
    ],
)
def test_what_is_started(words: tuple[str, ...], path: str) -> None:
    here = lab()
    found = launched(here, *words)
    assert found.process is not None
    assert found.process.program.path == path
    assert found.process.arguments == words[1:]
    assert found.process.parent is here.console.process


def test_a_path_counts_from_where_the_shell_is() -> None:
    here = lab()
    found = launched(here, "./server", cwd="/srv")
    assert found.process is not None
    assert found.process.program.path == "/srv/server"
    assert launched(here, "../srv/app", cwd="/srv").process is not None


@pytest.mark.parametrize(
    ("errno_name", "text"),
    [
        ("", "sh: x: command not found"),
        (NO_FILE, "sh: x: No such file or directory"),
        ("EACCES", "sh: x: Permission denied"),
        ("ENOEXEC", "sh: x: cannot execute binary file: Exec format error"),
        ("ENOENT", "sh: x: cannot execute: required file not found"),
        ("ELOOP", "sh: x: Too many levels of symbolic links"),
        ("ENOMEM", "sh: fork: Cannot allocate memory"),
        ("EAGAIN", "sh: fork: retry: Resource temporarily unavailable"),
        ("EIO", "sh: x: Input/output error"),
        ("EOTHER", "sh: x: EOTHER"),
    ],
)
def test_what_a_shell_says(errno_name: str, text: str) -> None:
    assert as_shell_says("sh", Launched(None, 1, "x", errno_name)) == text


def test_every_errno_of_execve_has_words() -> None:
    assert set(ERRORS) == {
        "EACCES",
        "ENOEXEC",
        "ENOENT",
        "ELOOP",
        "ENOMEM",
        "EAGAIN",
        "EIO",
    }


def test_inside_is_as_another_process_sees_it() -> None:
    here = lab()
    shell = here.console.process
    where = inside(shell, shell, environment=Environment({}, "/srv"))
    assert (where.parent, where.path) == (shell, PATH)
    assert where.environment.directory == "/srv"
    assert where.namespaces is shell.namespaces
    assert where.root is shell.root


def tree(*paths: str) -> FileTree:
    found = FileTree()
    for path in paths:
        found.add(Program(path.rpartition("/")[2], path, "elf", "x86_64"))
    return found


@pytest.mark.parametrize(
    ("paths", "name", "expected"),
    [
        (("/usr/bin/a",), "a", "/usr/bin/a"),
        (("/bin/a",), "a", "/bin/a"),
        (("/bin/a", "/usr/local/bin/a"), "a", "/usr/local/bin/a"),
        (("/usr/bin/a",), "/bin/a", "/usr/bin/a"),
        (("/usr/bin/a",), "/usr/bin/a", "/usr/bin/a"),
        (("/usr/sbin/a",), "/sbin/a", "/usr/sbin/a"),
        (("/usr/srv/a",), "/srv/a", None),
        (("/srv/a",), "a", None),
        ((), "a", None),
    ],
)
def test_where_a_name_leads(
    paths: tuple[str, ...], name: str, expected: str | None
) -> None:
    assert look_up(tree(*paths), PATH, name) == expected


def test_what_can_be_called_in_the_order_of_the_search() -> None:
    found = tree("/bin/b", "/usr/bin/c", "/usr/bin/a", "/usr/bin/x/y", "/srv/z")
    assert list(executables(found, PATH)) == [
        ("a", "/usr/bin/a"),
        ("c", "/usr/bin/c"),
        ("b", "/bin/b"),
    ]
    assert list(executables(found, "/srv")) == [("z", "/srv/z")]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/usr/bin/ls", "ls"),
        ("/bin/sh", "sh"),
        ("/usr/local/bin/docker", "docker"),
        ("/srv/ls", ""),
        ("/usr/bin/x/ls", ""),
    ],
)
def test_a_tool_is_known_by_its_place(path: str, name: str) -> None:
    assert tool_of(Program("x", path, "elf", "x86_64")) == name


def test_tools_are_for_the_processor() -> None:
    assert {program.arch for program in tools("aarch64")} == {"aarch64"}
    shell = tool("/usr/bin", "bash", "x86_64")
    assert (shell.ram_kib, shell.reaps) == (3072, True)
    assert tool("/usr/bin", "ls", "x86_64").ram_kib == 1024


def test_every_tool_does_something() -> None:

    assert [t.name for t in tools("x86_64") if t.name not in COMMANDS] == []
