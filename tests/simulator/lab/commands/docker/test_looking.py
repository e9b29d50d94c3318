import json

import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, lab, process, rows, server, typed, view
from tests.simulator.worlds import ENGINE, box


def running() -> Lab:
    here = server()
    typed(here, "docker pull -q nginx; docker pull -q alpine")
    typed(here, "docker run -d --name web nginx")
    return here


def test_ps_lists_what_runs() -> None:
    here = running()
    typed(here, "docker run --name one alpine true; sleep 5")
    heads, web = rows(here, "docker ps")
    assert heads == [
        "CONTAINER",
        "ID",
        "IMAGE",
        "COMMAND",
        "CREATED",
        "STATUS",
        "PORTS",
        "NAMES",
    ]
    assert web[1:] == [
        "nginx",
        '"nginx"',
        *["5", "seconds", "ago", "Up", "5", "seconds", "web"],
    ]
    assert [row[-1] for row in rows(here, "docker ps -a")] == ["NAMES", "one", "web"]
    assert [row[-1] for row in rows(here, "docker ps -l")] == ["NAMES", "one"]
    assert typed(here, "docker ps -q") == f"{web[0]}\n"


def test_ps_cuts_long_commands() -> None:
    here = running()
    typed(here, "docker run -d --name s alpine sleep 100 100 100 100")
    assert '"sleep 100 100 100 1…"' in typed(here, "docker ps")


def test_ps_in_a_form() -> None:
    here = running()
    form = "'{{.Names}}\\t{{.Image}} {{.State}}'"
    assert typed(here, f"docker ps --format {form}") == "web\tnginx running\n"
    assert answered(here, "docker ps --format '{{.No}}'") == (
        "template: no entry for key 'No'\n",
        1,
    )


def test_states_in_words() -> None:
    here = running()
    typed(here, "docker run --name bad alpine nothing")
    typed(here, "docker run --name one alpine false; sleep 61")
    kinds = dict(
        line.split("|")
        for line in typed(
            here, "docker ps -a --format '{{.Names}}|{{.Status}}'"
        ).splitlines()
    )
    assert kinds == {
        "web": "Up About a minute",
        "bad": "Created",
        "one": "Exited (1) About a minute ago",
    }
    typed(here, "docker pause web")
    assert "(Paused)" in typed(here, "docker ps")


def test_logs_keep_what_was_written() -> None:
    here = running()
    typed(here, "docker run -d --name a alpine sh -c 'seq 5; cat /no'", "sleep 1")
    assert typed(here, "docker logs a") == (
        "1\n2\n3\n4\n5\ncat: /no: No such file or directory\n"
    )
    assert typed(here, "docker logs -n 1 a") == "cat: /no: No such file or directory\n"
    assert typed(here, "docker logs --tail 0 a") == ""
    assert typed(here, "docker logs --tail all a | wc -l") == "6\n"


def test_top_shows_the_hosts_numbers() -> None:
    here = running()
    typed(here, "docker exec -d web sleep 50; sleep 1")
    nginx, sleep = process(here, "nginx").pid, process(here, "sleep").pid
    table = rows(here, "docker top web")
    assert table[0] == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    assert [(row[1], row[7]) for row in table[1:]] == [
        (str(nginx), "nginx"),
        (str(sleep), "sleep"),
    ]
    typed(here, "docker stop web")
    assert answered(here, "docker top web")[0].endswith("is not running\n")


def test_stats_show_what_is_used() -> None:
    here = running()
    typed(here, "docker run -d --name busy alpine sh -c 'exit 0'; sleep 1")
    heads, web = rows(here, "docker stats --no-stream")
    assert heads == [
        "CONTAINER",
        "ID",
        "NAME",
        "CPU",
        "%",
        "MEM",
        "USAGE",
        "/",
        "LIMIT",
        "MEM",
        "%",
        "PIDS",
    ]
    assert web[1:] == ["web", "0.00%", "10MiB", "/", "16GiB", "0.06%", "1"]
    assert len(rows(here, "docker stats --no-stream web")) == 2


def test_inspect_tells_all() -> None:
    here = running()
    (found,) = json.loads(typed(here, "docker inspect web"))
    assert found["Name"] == "/web"
    assert found["State"] == {
        "Status": "running",
        "Running": True,
        "Paused": False,
        "OOMKilled": False,
        "Pid": process(here, "nginx").pid,
        "ExitCode": 0,
    }
    assert found["Config"]["Hostname"] == found["Id"][:12]
    assert typed(here, "docker inspect -f '{{.State.Running}}' web") == "true\n"
    assert typed(here, "docker inspect -f '{{json .Args}} {{.Path}}' web") == (
        "[] nginx\n"
    )
    typed(here, "docker kill web")
    (found,) = json.loads(typed(here, "docker inspect web"))
    assert (found["State"]["Pid"], found["State"]["ExitCode"]) == (0, 137)
    assert not found["State"]["OOMKilled"]


def test_inspect_of_a_plans_container() -> None:
    here = lab((*ENGINE, box(1)))
    assert typed(here, "docker inspect -f '{{.Path}} {{.Config.Image}}' box-1") == (
        "/srv/app app_image\n"
    )
    typed(here, "docker stop box-1")
    assert typed(here, "docker ps -a --format '{{.Command}}'") == '"/srv/app"\n'
    assert view(here).kernel.state == "running"


def test_info_counts() -> None:
    here = running()
    text = typed(here, "docker info")
    assert "Containers: 1\n Running: 1\n Stopped: 0\nImages: 2\n" in text
    assert "Kernel Version: 6.1\n" in text


@pytest.mark.parametrize("verb", ["logs", "top", "inspect"])
def test_something_has_to_be_named(verb: str) -> None:
    assert answered(server(), f"docker {verb}") == (
        f"docker: 'docker {verb}' requires at least 1 argument\n",
        1,
    )
