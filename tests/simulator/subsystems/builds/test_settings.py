"""What instructions note in the image: variables, user, command, ports."""

import pytest

from tests.simulator.subsystems.builds.yards import carried_out, failure, image, outcome

SHELL = ["/bin/sh", "-c"]


def test_a_base_image_hands_down_what_it_has() -> None:
    found = image("FROM server")
    assert found["entrypoint"] == ["/bin/server"]
    assert found["cmd"] == ["--quiet"]
    assert found["env"] == ["MODE=plain", "LEVEL=1"]
    assert found["workdir"] == "/srv"
    assert found["user"] == "nobody"
    assert found["ports"] == [80]
    assert found["stop_signal"] == "SIGTERM"
    assert found["healthcheck"] == []


@pytest.mark.parametrize(
    ("lines", "entrypoint", "cmd"),
    [
        (("FROM ubuntu", 'CMD ["a", "b"]'), [], ["a", "b"]),
        (("FROM ubuntu", "CMD a b"), [], [*SHELL, "a b"]),
        (("FROM ubuntu", 'ENTRYPOINT ["a"]', 'CMD ["b"]'), ["a"], ["b"]),
        (("FROM ubuntu", 'CMD ["b"]', 'ENTRYPOINT ["a"]'), ["a"], ["b"]),
        (("FROM ubuntu", "ENTRYPOINT a", 'CMD ["b"]'), [*SHELL, "a"], ["b"]),
        (("FROM ubuntu", 'CMD ["a"]', 'CMD ["b"]'), [], ["b"]),
        (("FROM server", 'CMD ["--loud"]'), ["/bin/server"], ["--loud"]),
        (("FROM server", 'ENTRYPOINT ["a"]'), ["a"], []),
        (("FROM server", "ENTRYPOINT []"), [], []),
        (("FROM server", 'ENTRYPOINT ["a"]', 'CMD ["b"]'), ["a"], ["b"]),
        (
            ("FROM ubuntu", 'SHELL ["/bin/bash", "-c"]', "CMD a"),
            [],
            ["/bin/bash", "-c", "a"],
        ),
        (("FROM ubuntu", "CMD ['a']"), [], [*SHELL, "['a']"]),
    ],
)
def test_commands(
    lines: tuple[str, ...], entrypoint: list[str], cmd: list[str]
) -> None:
    found = image(*lines)
    assert (found["entrypoint"], found["cmd"]) == (entrypoint, cmd)


@pytest.mark.parametrize(
    ("lines", "env"),
    [
        (("ENV A=1",), ["A=1"]),
        (("ENV A=1 B=2",), ["A=1", "B=2"]),
        (("ENV A=1", "ENV B=$A"), ["A=1", "B=1"]),
        (("ENV A=1", "ENV A=2 B=$A"), ["A=2", "B=1"]),
        (("ENV A one two",), ["A=one two"]),
        (('ENV A="one two"',), ["A=one two"]),
        (("ENV A='$B'",), ["A=$B"]),
        (("ENV A=${B:-c}",), ["A=c"]),
        (("ARG B=2", "ENV A=$B"), ["A=2"]),
        (("ARG A=1", "ENV A=2", "ENV B=$A"), ["A=2", "B=2"]),
        (("ENV A=", "ENV B=x${A}y"), ["A=", "B=xy"]),
    ],
)
def test_variables(lines: tuple[str, ...], env: list[str]) -> None:
    assert image("FROM ubuntu", *lines)["env"] == env


def test_variables_of_the_base_can_be_changed() -> None:
    assert image("FROM server", "ENV LEVEL=2")["env"] == ["MODE=plain", "LEVEL=2"]


@pytest.mark.parametrize(
    ("lines", "ports"),
    [
        (("EXPOSE 80",), [80]),
        (("EXPOSE 80 443/tcp 53/udp",), [80, 443, 53]),
        (("EXPOSE 8000-8002",), [8000, 8001, 8002]),
        (("EXPOSE 80", "EXPOSE 80 81"), [80, 81]),
        (("ENV P=90", "EXPOSE $P"), [90]),
        (("EXPOSE $NONE 1",), [1]),
    ],
)
def test_ports(lines: tuple[str, ...], ports: list[int]) -> None:
    assert image("FROM ubuntu", *lines)["ports"] == ports


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        (("WORKDIR /a",), "/a"),
        (("WORKDIR /a", "WORKDIR b"), "/a/b"),
        (("WORKDIR /a", "WORKDIR ../c"), "/c"),
        (("WORKDIR a//b/.",), "/a/b"),
        (("ENV D=/x", "WORKDIR $D/y"), "/x/y"),
    ],
)
def test_directories(lines: tuple[str, ...], path: str) -> None:
    found = image("FROM ubuntu", *lines, "RUN pwd > /out")
    assert found["workdir"] == path
    assert found["contents"]["/out"] == f"{path}\n"


@pytest.mark.parametrize(
    ("word", "signal"),
    [
        ("SIGQUIT", "SIGQUIT"),
        ("quit", "SIGQUIT"),
        ("9", "SIGKILL"),
        ("15", "SIGTERM"),
        ("$S", "SIGINT"),
    ],
)
def test_stop_signals(word: str, signal: str) -> None:
    found = image("FROM ubuntu", "ENV S=INT", f"STOPSIGNAL {word}")
    assert found["stop_signal"] == signal


def test_health_checks() -> None:
    lines = ("FROM ubuntu", "HEALTHCHECK --interval=5s --retries=2 CMD curl -f a")
    done = carried_out("\n".join(lines))
    assert outcome(done)["image"]["healthcheck"] == [*SHELL, "curl -f a"]
    found = image("FROM ubuntu", 'HEALTHCHECK --timeout=2s CMD ["a"]')
    assert found["healthcheck"] == ["a"]
    assert image(*lines, "HEALTHCHECK NONE")["healthcheck"] == []


def test_volumes() -> None:
    found = image("FROM ubuntu", "WORKDIR /w", "VOLUME /a b", 'VOLUME ["/a", "/c"]')
    assert found["volumes"] == ["/a", "/w/b", "/c"]


def test_what_says_nothing_to_this_model() -> None:
    assert image("FROM ubuntu", "MAINTAINER b")["env"] == []


@pytest.mark.parametrize(
    ("line", "log"),
    [
        ("ENV A=${B", "failed to process '${B': missing }"),
        ("ENV P=x", ""),
        ("EXPOSE $P", "invalid containerPort: x"),
        ("STOPSIGNAL $P", "invalid signal: X"),
        ("WORKDIR ${B:?must be set}", ""),
        ("USER ${B#c}", ""),
    ],
)
def test_what_cannot_be_noted(line: str, log: str) -> None:
    done = carried_out(f"FROM ubuntu\nENV P=x\n{line}")
    found = outcome(done)
    assert found["state"] == ("built" if line == "ENV P=x" else "failed")
    assert log in found["log"]
    assert found["failed_line"] == (0 if line == "ENV P=x" else 3)


def test_where_a_failure_is_told() -> None:
    assert failure("FROM ubuntu", "USER ${B#c}") == (
        2,
        None,
        (
            "failed to solve: failed to process '${B#c}': "
            "unsupported modifier '#' in substitution"
        ),
    )
