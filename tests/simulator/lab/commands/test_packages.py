import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, lab, rows, server, typed


@pytest.fixture
def fresh() -> Lab:
    here = server()
    typed(here, "docker run -it --name box ubuntu")
    return here


def test_a_fresh_image_has_no_lists(fresh: Lab) -> None:
    assert answered(fresh, "apt-get install python3") == (
        "E: Unable to locate package python3\n",
        100,
    )


def test_with_lists_it_asks_and_gets_no_answer(fresh: Lab) -> None:
    assert answered(fresh, "apt-get update")[1] == 0
    text, status = answered(fresh, "apt-get install python3")
    assert text == "Do you want to continue? [Y/n] Abort.\n"
    assert status == 1


def test_with_an_answer_it_installs(fresh: Lab) -> None:
    typed(fresh, "apt-get update")
    before = fresh.engine.now
    assert answered(fresh, "yes | apt-get install python3")[1] == 0
    assert fresh.engine.now - before > 200_000
    assert answered(fresh, "apt-get install -y python3 no")[1] == 100


def test_without_a_network_nothing_is_fetched() -> None:
    here = server()
    typed(here, "docker run -it --network none ubuntu")
    assert answered(here, "apt-get update && apt-get install -y python3")[1] == 100


def test_a_host_has_what_its_archives_are_made_for() -> None:
    assert answered(lab(), "apt-get update") == (
        "bash: apt-get: command not found\n",
        127,
    )
    here = server()
    assert answered(here, "apt-get update && apt-get install -y curl")[1] == 0


def test_a_user_is_made_as_in_a_build(fresh: Lab) -> None:
    assert answered(fresh, "useradd ann") == ("", 0)
    assert typed(fresh, "cat /etc/passwd") == "root:0\nnobody:65534\nann:1000"
    assert answered(fresh, "useradd ann")[1] == 9


def test_disks_fill() -> None:
    here = server()
    assert rows(here, "df")[1] == ["/dev/sda1", "41943040", "0", "41943040", "0%", "/"]
    typed(here, "docker pull -q nginx")
    assert rows(here, "df -h")[1][1:4] == ["42.9GB", "191MB", "42.8GB"]
    typed(here, "docker run -d --name web nginx")
    pid = typed(here, "docker inspect -f '{{.State.Pid}}' web").strip()
    assert rows(here, f"nsenter -t {pid} -m /usr/bin/head -1 /proc/mounts")[0][0] == (
        "overlay"
    )
    assert answered(here, "df --no")[1] == 1


def test_in_a_container_the_root_is_an_overlay() -> None:
    here = server()
    typed(here, "unshare -m")
    assert rows(here, "df")[1][0] == "overlay"
