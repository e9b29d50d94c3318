"""Corners of the docker client, the parser and the session."""

import pytest

from simulator.lab import open_lab
from tests.simulator.lab.labs import answered, lab, process, rows, server, typed
from tests.simulator.worlds import ENGINE, box, mechanism, scenario


def test_a_tool_in_the_background_ends_although_somebody_could_type() -> None:
    here = server()
    typed(here, "docker run -dit --name a alpine true", "sleep 1")
    assert typed(here, "docker ps -q") == ""
    typed(here, "docker run -dit --name b alpine sh -c 'exit 4'", "sleep 1")
    assert typed(here, "docker wait b") == "4\n"


def test_a_plans_container_that_could_not_run_is_listed() -> None:
    here = lab((*ENGINE, box(1, image="exe_image", run="exe")))
    assert [row[-1] for row in rows(here, "docker ps -a")] == ["NAMES", "box-1"]
    assert typed(here, "docker rm box-1") == "box-1\n"


def test_copied_layers_need_room() -> None:
    found = scenario(
        ENGINE,
        world={"machines": {"server": {"disk_mib": 300}}},
        changes=[mechanism("container.layers", "copied")],
    )
    here = open_lab(found, "a", {})
    text, status = answered(here, "docker run -d app_image")
    assert status == 125
    assert "No space left on device" in text
    assert typed(here, "docker ps -aq") == ""


def test_exec_needs_a_number_for_its_process() -> None:
    here = server()
    typed(here, "docker run -d --pids-limit 1 --name web nginx")
    text, status = answered(here, "docker exec web ls")
    assert text.endswith('exec: "ls": EAGAIN: unknown\n')
    assert status == 126


def test_a_host_directory_hides_what_the_image_has() -> None:
    here = server()
    typed(here, "docker run -it -v /srv:/usr/sbin nginx bash")
    assert typed(here, "ls /usr/sbin") == "app\napp-arm64\nnotes.sh\nsetup.exe\n"


def test_a_group_that_ends_with_another_bracket() -> None:
    assert answered(lab(), "{ a )") == (
        "bash: syntax error near unexpected token `)'\n",
        2,
    )


def test_after_an_interrupt_a_line_can_end_the_session() -> None:
    here = lab()
    text, status = answered(here, "/srv/server; exit 3")
    assert text.startswith("^C")
    assert status == 3
    assert here.consoles == []


def test_ping_of_a_host_that_listens_everywhere() -> None:
    listens = {"does": [{"listen": {"port": 9}}]}
    here = lab(world={"programs": {**PROGRAMS, "server": {**SERVER, **listens}}})
    typed(here, "/srv/server & sleep 1")
    text, status = answered(here, "ping -c 2 localhost")
    assert text.splitlines()[-1] == (
        "2 packets transmitted, 2 received, 0% packet loss"
    )
    assert status == 0
    assert process(here, "server").alive


SERVER = {"path": "/srv/server", "format": "elf", "ram_mib": 20}
PROGRAMS = {
    name: {"path": f"/srv/{name}", "format": "elf"}
    for name in ("notes", "plain", "arm", "busy", "parent", "deaf", "new")
}


@pytest.mark.parametrize("count", [1, 3])
def test_waiting_for_several_ends(count: int) -> None:
    here = server()
    typed(here, "docker pull -q alpine")
    names = [f"c{number}" for number in range(count)]
    for number, name in enumerate(names):
        typed(here, f"docker run -d --name {name} alpine sh -c 'exit {number}'")
    shown = typed(here, f"docker wait {' '.join(names)}")
    assert shown.split() == [str(number) for number in range(count)]
