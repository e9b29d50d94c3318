import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, rows, server, typed


def running(*images: str) -> Lab:
    here = server()
    for image in images:
        typed(here, f"docker run -d --name {image} {image}")
    return here


def taken(here: Lab, line: str) -> int:
    before = here.engine.now
    typed(here, line)
    return round((here.engine.now - before) / 1_000_000)


def test_one_that_handles_sigterm_stops_at_once() -> None:
    here = running("nginx")
    assert taken(here, "docker stop nginx") == 0
    assert "Exited (0)" in typed(here, "docker ps -a")


def test_one_that_does_not_is_killed_in_the_end() -> None:
    here = running("app")
    assert taken(here, "docker stop app") == 10
    assert "Exited (137)" in typed(here, "docker ps -a")


def test_the_time_of_grace_can_be_chosen() -> None:
    here = running("app")
    assert taken(here, "docker stop -t 3 app") == 3


def test_several_are_stopped_one_after_the_other() -> None:
    here = running("app", "nginx")
    assert answered(here, "docker stop nginx no app") == (
        "nginx\nError response from daemon: No such container: no\napp\n",
        1,
    )


@pytest.mark.parametrize(
    ("signal", "status"), [("KILL", "137"), ("SIGTERM", "0"), ("9", "137")]
)
def test_kill_sends_a_signal(signal: str, status: str) -> None:
    here = running("nginx")
    assert typed(here, f"docker kill -s {signal} nginx") == "nginx\n"
    assert f"Exited ({status})" in typed(here, "docker ps -a")


def test_a_stopped_one_cannot_be_killed() -> None:
    here = running("nginx")
    typed(here, "docker kill nginx")
    text, status = answered(here, "docker kill nginx no")
    first, second = text.splitlines()
    assert first.startswith("Error response from daemon: cannot kill container: nginx:")
    assert second == "Error response from daemon: No such container: no"
    assert status == 1
    assert answered(here, "docker stop nginx") == ("nginx\n", 0)


def test_a_running_one_is_removed_only_by_force() -> None:
    here = running("nginx")
    assert answered(here, "docker rm nginx") == (
        (
            'Error response from daemon: cannot remove container "/nginx": container is'
            " running: stop the container before removing or force remove\n"
        ),
        1,
    )
    assert answered(here, "docker rm -f nginx") == ("nginx\n", 0)
    assert typed(here, "docker ps -aq") == ""
    assert answered(here, "docker run -d --name nginx nginx")[1] == 0


def test_removed_at_its_end_if_asked() -> None:
    here = running()
    typed(here, "docker run --rm --name a alpine true")
    typed(here, "docker run -d --rm --name b alpine sleep 5")
    assert len(rows(here, "docker ps -a")) == 2
    typed(here, "sleep 6")
    assert len(rows(here, "docker ps -a")) == 1
    typed(here, "docker run -d --rm --name c alpine sleep 500", "docker rm -f c")
    assert typed(here, "docker ps -aq") == ""
    typed(here, "docker run --rm --name d alpine nothing")
    assert typed(here, "docker ps -aq") == ""


def test_wait_tells_how_it_ended() -> None:
    here = running("nginx")
    typed(here, "docker run -d --name a alpine sh -c 'sleep 5; exit 9'")
    assert typed(here, "docker wait a") == "9\n"
    assert typed(here, "docker wait a") == "9\n"


def test_a_container_goes_by_the_first_digits_too() -> None:
    here = running("nginx")
    number = typed(here, "docker ps -q").strip()
    assert typed(here, f"docker stop {number[:4]}") == f"{number[:4]}\n"
