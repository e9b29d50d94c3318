"""The client as such: words, help, an engine that is there or not."""

import pytest

from simulator.subsystems.users import Credentials
from tests.simulator.lab.labs import answered, lab, process, server, typed
from tests.simulator.worlds import ENGINE

NO_DAEMON = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker"
    " daemon running?\n"
)


def test_without_an_engine_there_is_no_client() -> None:
    assert answered(lab(), "docker ps") == ("bash: docker: command not found\n", 127)


def test_a_client_comes_with_an_engine() -> None:
    here = lab(ENGINE)
    assert answered(here, "docker ps -q") == ("", 0)
    assert typed(here, "which docker") == "/usr/local/bin/docker\n"


def test_an_engine_that_was_killed_does_not_answer() -> None:
    here = server()
    typed(here, "pkill dockerd")
    assert answered(here, "docker ps") == (NO_DAEMON, 1)
    assert Credentials


def test_help_lists_the_verbs() -> None:
    here = server()
    first, second = typed(here, "docker").splitlines()
    assert first == "Usage:  docker COMMAND"
    assert {"exec", "inspect", "ps", "run", "stop"} <= set(second.split())
    assert typed(here, "docker --help") == typed(here, "docker help")


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        (
            "docker frob",
            (
                "docker: unknown command: docker frob\n\n"
                "Run 'docker --help' for more information\n"
            ),
            1,
        ),
        (
            "docker ps --frob",
            "unknown flag: --frob\n\nRun 'docker ps --help' for more information\n",
            1,
        ),
        (
            "docker ps -z",
            (
                "unknown shorthand flag: 'z'\n\n"
                "Run 'docker ps --help' for more information\n"
            ),
            1,
        ),
        ("docker run", "docker: 'docker run' requires at least 1 argument\n", 1),
        ("docker exec a", "docker: 'docker exec' requires at least 2 arguments\n", 1),
        ("docker stop", "docker: 'docker stop' requires at least 1 argument\n", 1),
        ("docker stop x", "Error response from daemon: No such container: x\n", 1),
        ("docker rm x", "Error response from daemon: No such container: x\n", 1),
        ("docker rm -f x", "Error response from daemon: No such container: x\n", 0),
        ("docker kill x", "Error response from daemon: No such container: x\n", 1),
        ("docker logs x", "Error response from daemon: No such container: x\n", 1),
        ("docker exec x ls", "Error response from daemon: No such container: x\n", 1),
        ("docker wait x", "Error response from daemon: No such container: x\n", 1),
        ("docker inspect x", "[]\nError: No such object: x\n", 1),
        ("docker rmi x", "Error response from daemon: No such image: x:latest\n", 1),
        (
            "docker history x",
            "Error response from daemon: No such image: x:latest\n",
            1,
        ),
        ("docker container ls -q", "", 0),
        ("docker image ls -q", "", 0),
        ("docker container list -aq", "", 0),
        (
            "docker image rm x",
            "Error response from daemon: No such image: x:latest\n",
            1,
        ),
        ("docker stop -t x y", 'invalid argument "x" for "-t, --timeout" flag\n', 1),
        ("docker kill -s NO x", "NO: invalid signal specification\n", 1),
    ],
)
def test_words_and_what_is_wrong_with_them(line: str, text: str, status: int) -> None:
    assert answered(server(), line) == (text, status)


def test_a_client_can_be_killed_and_its_container_lives() -> None:
    here = server()
    typed(here, "docker run --name web nginx & sleep 9")
    typed(here, "pkill -x docker; sleep 1")
    assert typed(here, "docker ps --format '{{.Names}} {{.State}}'") == "web running\n"
    assert process(here, "nginx").alive
