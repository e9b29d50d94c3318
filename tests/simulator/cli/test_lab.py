"""The lab from the command line: lines given, lines read, lines typed."""

import io
import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.cli import lab as command
from simulator.cli import main
from tests.simulator.lab.labs import lab
from tests.simulator.worlds import path_of

Captured = pytest.CaptureFixture[str]
WINDOWS = str(path_of("windows-program-on-linux"))


@pytest.fixture(autouse=True)
def _interrupts() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_lines_are_given(capsys: Captured) -> None:
    assert main(["lab", "-c", "hostname; nothing", "-c", "echo $?"]) == 0
    found = capsys.readouterr()
    assert found.out == "server\n127\n"
    assert found.err == "bash: nothing: command not found\n"


def test_the_status_is_that_of_the_last_line(capsys: Captured) -> None:
    assert main(["lab", "-c", "true", "-c", "nothing"]) == 127
    assert main(["lab", "-c", "exit 5", "-c", "echo never"]) == 5
    assert capsys.readouterr().out == ""


def test_a_transcript_shows_prompts(capsys: Captured) -> None:
    assert main(["lab", "--transcript", "-c", "cd /srv", "-c", "nothing"]) == 127
    assert capsys.readouterr().out == (
        "root@server:/# cd /srv\n"
        "root@server:/srv# nothing\n"
        "bash: nothing: command not found\n"
    )


def test_a_transcript_as_json(capsys: Captured) -> None:
    assert main(["lab", "--json", "-c", "echo a", "-c", "sleep 1"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert {key: first[key] for key in ("line", "out", "err", "status")} == {
        "line": "echo a",
        "out": "a\n",
        "err": "",
        "status": 0,
    }
    assert second["ended_us"] - second["began_us"] == 1_000_750


def test_a_script_is_read(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    script = "for i in 1 2\ndo\necho $i\ndone\ncat <<E\nx\nE\necho 'open"
    monkeypatch.setattr("sys.stdin", io.StringIO(script))
    assert main(["lab"]) == 2
    found = capsys.readouterr()
    assert found.out == "1\n2\nx\n"
    assert found.err == "bash: syntax error: unexpected end of file\n"


def test_a_scenarios_world_after_an_arm(capsys: Captured) -> None:
    more = ["--arm", "registered_wine", "--set", "kernel=6.1", "--on", "server"]
    assert main(["lab", WINDOWS, *more, "-c", "uname -r; ps -o args= -C wine"]) == 0
    assert capsys.readouterr().out == "6.1\n/usr/bin/wine /srv/app.exe\n"
    assert main(["lab", WINDOWS, "-c", "/srv/app.exe"]) == 126
    assert capsys.readouterr().err == (
        "bash: /srv/app.exe: cannot execute binary file: Exec format error\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--on", "x"], "there is no machine 'x'; there are: server\n"),
        ([WINDOWS, "--arm", "no"], f"{WINDOWS}: there is no arm 'no'"),
        (["/no.yaml"], "/no.yaml: [Errno 2] No such file or directory"),
    ],
)
def test_wrong_input(arguments: list[str], message: str, capsys: Captured) -> None:
    assert main(["lab", *arguments, "-c", "true"]) == 2
    assert capsys.readouterr().err.startswith(message)


class Person:
    """Types lines; an exception among them is raised instead."""

    def __init__(self, *lines: Any) -> None:
        self.lines = list(lines)
        self.prompts: list[str] = []

    def __call__(self, prompt: str) -> str:
        self.prompts.append(prompt)
        line = self.lines.pop(0)
        if isinstance(line, BaseException):
            raise line
        return str(line)


def test_a_person_types(capsys: Captured) -> None:
    person = Person("echo 'a", "b'", "nothing", KeyboardInterrupt(), "exit 3")
    assert command._talk(lab(), person) == 3
    assert person.prompts == [
        "root@server:/# ",
        "> ",
        "root@server:/# ",
        "root@server:/# ",
        "root@server:/# ",
    ]
    found = capsys.readouterr()
    assert found.out == "a\nb\n^C\n"
    assert found.err == "bash: nothing: command not found\n"


def test_the_end_of_input_leaves_the_innermost_shell(capsys: Captured) -> None:
    person = Person("sh", EOFError(), "false", EOFError())
    assert command._talk(lab(), person) == 1
    assert capsys.readouterr().out == "exit\nexit\n"


def test_an_interrupt_stops_the_command_that_runs() -> None:
    here = lab()
    command._interrupter(here)(signal.SIGINT, None)
    assert here.is_interrupted


def test_a_terminal_is_talked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(command, "_keyboard", lambda: Person("exit 4"))
    assert main(["lab"]) == 4


def test_the_keyboard_has_a_history_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert command._keyboard() is input
    monkeypatch.setitem(__import__("sys").modules, "readline", None)
    assert command._keyboard() is input
