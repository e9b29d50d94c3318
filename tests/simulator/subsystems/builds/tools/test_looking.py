"""Tools that look, and those that only end or wait."""

import pytest

from tests.simulator.subsystems.builds.yards import (
    carried_out,
    failure,
    image,
    ran,
    written,
)
from tests.simulator.worlds import events


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("cat requirements.txt > /out", "flask==3.0\nclick"),
        ("cat requirements.txt requirements.txt > /out", "flask==3.0\nclick" * 2),
        ("cat report.py > /out", ""),
        ("echo a | cat > /out", "a\n"),
        ("cat > /out", ""),
        ("ls /work/src > /out", "lib\nmain.c\n"),
        ("ls src > /out", "lib\nmain.c\n"),
        ("ls -l src/main.c > /out", "/work/src/main.c\n"),
        ("mkdir /d && ls /d > /out", ""),
        ("cd src && ls > /out", "lib\nmain.c\n"),
        ("whoami > /out", "root\n"),
        ("id -u > /out", "0\n"),
        ("id > /out", "uid=0\n"),
        ("uname > /out", "Linux\n"),
        ("uname -m > /out", "x86_64\n"),
        ("uname -r > /out", "6.1\n"),
        ("uname -srm > /out", "Linux 6.1 x86_64\n"),
        ("yes | cat > /o; echo a > /out", "a\n"),
    ],
)
def test_what_they_see(line: str, text: str) -> None:
    assert written(line) == text


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("cat /a", 1, "cat: /a: No such file or directory"),
        ("mkdir /d; cat /d", 1, "cat: /d: Is a directory"),
        ("ls /a", 2, "ls: cannot access '/a': No such file or directory"),
        ("sleep", 1, "sleep: invalid time interval ''"),
        ("sleep x", 1, "sleep: invalid time interval 'x'"),
        ("sleep 9999999", 1, "sleep: invalid time interval '9999999'"),
        ("/usr/bin/false", 1, "exited with status 1"),
        ("/usr/bin/true", 0, ""),
    ],
)
def test_how_they_end(line: str, status: int, message: str) -> None:
    assert ran(line)[0] == status
    assert ran(line)[1].startswith(message[:12])


def test_the_environment_of_a_command() -> None:
    found = image("FROM kit", "ENV B=2 A=1", "RUN C=3 printenv > /out; env > /all")
    assert found["contents"]["/out"].splitlines()[:3] == ["A=1", "B=2", "C=3"]
    assert "C=3" not in found["contents"]["/all"]


def test_sleeping_takes_time() -> None:
    done = carried_out("FROM kit\nRUN sleep 3")
    began = events(done, "execve", target="/usr/bin/sleep")[0]
    ended = events(done, "exit", target="/usr/bin/sleep")[0]
    assert ended.time - began.time == 3_000_000


def test_who_somebody_is() -> None:
    users = ("FROM kit", "RUN useradd app; mkdir -p /tmp")
    found = image(*users, "USER app", "RUN whoami > /tmp/a; id -u >> /tmp/a")
    assert found["contents"]["/tmp/a"] == "app\n1000\n"
    assert failure(*users, "USER 5555", "RUN whoami")[1] == 1


def test_yes_has_an_end_here() -> None:
    text = image("FROM kit", "RUN yes > /a; yes no > /b")["contents"]
    assert text["/a"] == "y\n" * 100
    assert text["/b"] == "no\n" * 100
