"""What one process sees of the world, and how that is written."""

import pytest

from simulator.lab.view import View, command_line, short_name, user_name
from simulator.subsystems.users import Credentials
from tests.simulator.lab.labs import lab, process, server, typed, view


def test_the_host_sees_all_a_container_only_its_own() -> None:
    here = server()
    typed(here, "docker run -d --name web nginx")
    nginx = process(here, "nginx")
    outside, inside = view(here), View(here, nginx)
    names = [p.program.name for p in outside.processes()]
    assert names == ["init", "dockerd", "qemu", "bash", "nginx"]
    assert [p.program.name for p in inside.processes()] == ["nginx"]
    assert (outside.pid(nginx), inside.pid(nginx)) == (nginx.pid, 1)
    assert (outside.ppid(nginx), inside.ppid(nginx)) == (1, 0)
    assert inside.find(1) is nginx
    assert inside.find(nginx.pid) is None
    assert outside.find(nginx.pid) is nginx


def test_names_differ_the_kernel_does_not() -> None:
    here = server()
    typed(here, "docker run -d --name web -h inside nginx")
    outside, inside = view(here), View(here, process(here, "nginx"))
    assert (outside.hostname, inside.hostname) == ("server", "inside")
    assert outside.kernel is inside.kernel
    assert outside.platform is inside.platform
    assert outside.root is not inside.root
    assert outside.booted_us == inside.booted_us


def test_a_user_is_shown_as_the_viewers_namespace_has_it() -> None:
    here = lab()
    typed(here, "/srv/server &")
    server_process = process(here, "server")
    first = view(here).namespaces.user
    server_process.credentials = Credentials(1000, first, frozenset())
    assert view(here).user(server_process) == "user"
    server_process.credentials = Credentials(4242, first, frozenset())
    assert view(here).user(server_process) == "4242"
    assert (view(here).uid, View(here, server_process).uid) == (0, 4242)


@pytest.mark.parametrize(
    ("uid", "name"),
    [(0, "root"), (1, "daemon"), (1000, "user"), (65534, "nobody"), (7, "7")],
)
def test_users_by_name(uid: int, name: str) -> None:
    assert user_name(uid) == name


def test_time_is_counted_from_the_boot() -> None:
    here = lab()
    before = view(here).uptime_us
    typed(here, "sleep 60")
    assert view(here).uptime_us - before == 60_000_750
    assert view(here).clock(0).isoformat() == "2026-01-05T08:00:00+00:00"
    later = view(here).clock() - view(here).clock(0)
    assert int(later.total_seconds() * 1_000_000) == here.engine.now


def test_words_are_those_that_were_typed() -> None:
    here = lab()
    typed(here, "cd /srv; ./server &")
    found = process(here, "server")
    assert command_line(view(here), found) == "./server"
    assert short_name(found) == "server"
    assert command_line(view(here), here.console.process) == "-bash"
    init = process(here, "init")
    assert command_line(view(here), init) == "/sbin/init"


def test_a_handed_program_stands_behind_its_interpreter() -> None:
    here = lab()
    line = ":dos:M::MZ::/usr/bin/wine:"
    typed(here, f"echo '{line}' > /proc/sys/fs/binfmt_misc/register")
    typed(here, "/srv/app.exe & sleep 1")
    found = process(here, "exe")
    assert command_line(view(here), found) == "/usr/bin/wine /srv/app.exe"
    assert short_name(found) == "wine"


def test_processes_come_by_their_numbers() -> None:
    here = lab()
    typed(here, "/srv/server & /srv/deaf & /srv/server &")
    numbers = [view(here).pid(p) for p in view(here).processes()]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(set(numbers)) == 5
