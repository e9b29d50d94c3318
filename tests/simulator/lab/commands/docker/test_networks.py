"""``docker network``, ``docker volume`` and ``docker cp``: all of it in the world."""

import json

import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, rows, server, typed

DAEMON = "Error response from daemon: "


@pytest.fixture
def here() -> Lab:
    lab = server()
    typed(lab, "docker pull -q nginx")
    return lab


def names(here: Lab) -> list[str]:
    return [row[1] for row in rows(here, "docker network ls")[1:]]


def test_a_network_is_there_from_its_creation_to_its_removal(here: Lab) -> None:
    assert names(here) == ["bridge", "host", "none"]
    number = typed(here, "docker network create web").strip()
    assert names(here) == ["bridge", "host", "none", "web"]
    assert number[:12] in typed(here, "docker network ls -q").split()
    assert answered(here, "docker network create web") == (
        f"{DAEMON}network with name web already exists\n",
        1,
    )
    assert typed(here, "docker network rm web") == "web\n"
    assert names(here) == ["bridge", "host", "none"]


def test_those_on_a_network_know_each_other_by_name(here: Lab) -> None:
    typed(here, "docker network create web", "docker network create other")
    for name in ("a", "b"):
        typed(here, f"docker run -d --name {name} --network web alpine sleep 1000")
    (found,) = json.loads(typed(here, "docker network inspect web"))
    ends = {e["Name"]: e["IPv4Address"] for e in found["Containers"].values()}
    assert ends == {"a": "172.18.0.2/16", "b": "172.18.0.3/16"}
    config = [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}]
    assert found["IPAM"]["Config"] == config
    assert answered(here, "docker exec a ping -c 1 b")[1] == 0
    text, status = answered(here, "docker network rm web")
    assert (status, 'name:"a"' in text) == (1, True)
    typed(here, "docker rm -f a b", "docker network rm web")
    typed(here, "docker network create again")
    (found,) = json.loads(typed(here, "docker network inspect again"))
    assert found["IPAM"]["Config"] == config


def test_an_internal_network_has_no_way_out(here: Lab) -> None:
    typed(here, "docker network create --internal back")
    typed(here, "docker run -d --name a --network back alpine sleep 1000")
    typed(here, "docker run -d --name b alpine sleep 1000")
    (found,) = json.loads(typed(here, "docker network inspect back"))
    assert found["Internal"] is True
    assert answered(here, "docker exec a ping -c 1 server")[1] != 0
    assert answered(here, "docker exec b ping -c 1 server")[1] == 0


def test_what_is_no_bridge_has_no_addresses(here: Lab) -> None:
    typed(here, "docker run -d --name a --network host nginx")
    (host,) = json.loads(typed(here, "docker network inspect host"))
    assert (host["Driver"], host.get("Containers")) == ("host", None)
    (bridge,) = json.loads(typed(here, "docker network inspect bridge"))
    assert bridge["Containers"] == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("network inspect no", f"{DAEMON}network no not found"),
        ("network create -d overlay x", f'{DAEMON}could not find plugin "overlay"'),
        (
            "network rm host",
            f"{DAEMON}host is a pre-defined network and cannot be removed",
        ),
        ("run --network no nginx", f"docker: {DAEMON}network no not found"),
        ("network frob", "docker: unknown command: docker network frob"),
        ("volume frob", "docker: unknown command: docker volume frob"),
        ("volume rm no", f"{DAEMON}get no: no such volume"),
        ("cp a", "docker: 'docker cp' requires 2 arguments"),
        ("cp /srv/app /tmp", "must specify at least one container source"),
        ("cp - a:/", "docker: archives from or to '-' are not supported here"),
        ("cp no:/x /tmp", f"{DAEMON}No such container: no"),
    ],
)
def test_what_cannot_be_is_said(here: Lab, line: str, said: str) -> None:
    text, status = answered(here, f"docker {line}")
    assert text.splitlines()[0] == said
    assert status > 0


@pytest.mark.parametrize("group", ["network", "volume"])
def test_help_lists_what_a_group_can_do(here: Lab, group: str) -> None:
    assert group in typed(here, "docker --help").split()
    for line in (f"docker {group}", f"docker {group} --help"):
        assert typed(here, line) == (
            f"Usage:  docker {group} COMMAND\nCommands: create inspect ls rm\n"
        )


def test_a_volume_outlives_its_containers(here: Lab) -> None:
    assert typed(here, "docker volume create data") == "data\n"
    assert typed(here, "docker volume create data") == "data\n"
    typed(here, "docker run -d --name a -v data:/data nginx")
    typed(here, "docker exec a touch /data/x")
    text, status = answered(here, "docker volume rm data")
    assert (status, "volume is in use" in text) == (1, True)
    typed(here, "docker rm -f a", "docker run -d --name b -v data:/data nginx")
    assert typed(here, "docker exec b ls /data") == "x\n"
    (found,) = json.loads(typed(here, "docker volume inspect data"))
    assert found["Mountpoint"] == "/var/lib/docker/volumes/data/_data"
    typed(here, "docker rm -f b")
    assert typed(here, "docker volume rm data") == "data\n"
    assert typed(here, "docker volume ls -q") == ""


def test_a_volume_without_a_name_gets_one(here: Lab) -> None:
    name = typed(here, "docker volume create").strip()
    assert len(name) == 64
    assert rows(here, "docker volume ls")[1:] == [["local", name]]


def test_files_go_into_a_container_and_come_out(here: Lab) -> None:
    typed(here, "docker run -d --name a nginx", "echo hello > /tmp/h")
    assert typed(here, "docker cp /tmp/h a:/srv/greeting") == (
        "Successfully copied 2.05kB to a:/srv/greeting\n"
    )
    assert typed(here, "docker exec a cat /srv/greeting") == "hello\n"
    typed(here, "docker stop a", "docker cp -q a:/srv/greeting /tmp/back")
    assert typed(here, "cat /tmp/back") == "hello\n"
    typed(here, "docker cp -q /srv a:/opt/", "docker cp -q a:/opt/srv /tmp")
    assert "app" in typed(here, "ls /tmp/srv").split()
    typed(here, "docker start a")
    assert answered(here, "docker exec a /opt/srv/app-arm64")[1] == 126


def test_files_go_into_volumes_too(here: Lab) -> None:
    typed(here, "docker run -d --name a -v data:/data nginx", "echo 1 > /tmp/h")
    typed(here, "docker cp -q /tmp/h a:/data", "docker rm -f a")
    typed(here, "docker run -d --name b -v data:/data nginx")
    assert typed(here, "docker exec b cat /data/h") == "1\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a:/no /tmp", f"{DAEMON}Could not find the file /no in container a"),
        ("/no a:/", "lstat /no: no such file or directory"),
        ("/tmp/h a:/no/h", f"{DAEMON}Could not find the file /no in container a"),
        ("/tmp/h a:/h/", f"{DAEMON}Could not find the file  in container a"),
        ("a:/etc a:/tmp", "copying between containers is not supported"),
        ("/tmp/h ro:/h", f"{DAEMON}"),
    ],
)
def test_what_is_not_there_is_not_copied(here: Lab, line: str, said: str) -> None:
    typed(here, "docker run -d --name a nginx", "echo 1 > /tmp/h")
    typed(here, "docker run -d --read-only --name ro nginx")
    text, status = answered(here, f"docker cp {line}")
    assert text.startswith(said)
    assert status == 1
