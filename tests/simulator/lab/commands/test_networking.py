"""Commands on networks, on a host and inside its containers."""

from typing import Any

import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, lab, out, rows, typed
from tests.simulator.worlds import ENGINE, Step, box, execute, install

LISTEN: dict[str, Any] = {"listen": {"port": 80}}
WORLD: dict[str, Any] = {
    "networks": {"shop": {}},
    "programs": {
        "web": {"path": "/srv/web", "format": "elf", "does": [LISTEN]},
        "own": {
            "path": "/srv/own",
            "format": "elf",
            "does": [{"listen": {"port": 80, "address": "127.0.0.1"}}],
        },
        "api": {
            "path": "/srv/api",
            "format": "elf",
            "does": [{"listen": {"port": 9000}}],
        },
    },
    "images": {
        "net": {
            "size_mib": 50,
            "programs": ["web", "own"],
            "libraries": ["glibc"],
        }
    },
}
SOCKETS = "State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process"


def started(run: str = "web", name: str = "", **more: Any) -> Step:
    return box(1, name or run, image="net", run=run, **more)


def host(*steps: Step) -> Lab:
    plan = (*ENGINE, install("api"), execute("api"), *steps, {"wait": {"seconds": 1}})
    return lab(plan, WORLD)


def published(**more: Any) -> Lab:
    ports = {"ports": [{"host": 8080, "container": 80}]}
    return host(
        started(**ports), started("own", ports=[{"host": 8081, "container": 80}])
    )


def test_interfaces_of_a_host() -> None:
    assert typed(host(), "ip addr") == (
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UP\n"
        "    inet 127.0.0.1/8 scope host lo\n"
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP\n"
        "    inet 10.0.0.1/16 scope global eth0\n"
    )


@pytest.mark.parametrize("line", ["ip a", "ip", "ip address", "ip link"])
def test_other_ways_to_ask_for_them(line: str) -> None:
    here = host()
    assert typed(here, line) == typed(here, "ip addr")


def test_interfaces_in_brief() -> None:
    here = published()
    assert rows(here, "ip -br a") == [
        ["lo", "UNKNOWN", "127.0.0.1/8"],
        ["eth0", "UP", "10.0.0.1/16"],
        ["br-bridge", "UP", "172.17.0.1/16"],
    ]


def test_routes_of_a_host() -> None:
    assert typed(published(), "ip route") == (
        "10.0.0.0/16 dev eth0 scope link src 10.0.0.1\n"
        "172.17.0.0/16 dev br-bridge scope link src 172.17.0.1\n"
    )


def test_an_object_that_ip_does_not_know() -> None:
    said = 'ip: Object "moon" is unknown, try "ip help".\n'
    assert answered(host(), "ip moon") == (said, 1)


def test_a_new_network_namespace_has_loopback_only() -> None:
    here = host()
    typed(here, "unshare -n")
    assert rows(here, "ip -br addr") == [["lo", "UNKNOWN", "127.0.0.1/8"]]
    assert typed(here, "ip route") == ""
    assert answered(here, "curl server:9000")[1] == 6
    assert answered(here, "curl 10.0.0.1:9000") == (
        "curl: (7) Failed to connect to 10.0.0.1 port 9000: Network is unreachable\n",
        7,
    )
    assert typed(here, "exit", "curl localhost:9000") == "api at server\n"


def test_what_listens_on_a_host() -> None:
    here = published()
    lines = typed(here, "ss -ltnp").splitlines()
    assert lines[0] == SOCKETS
    assert [line.split()[3] for line in lines[1:]] == [
        "0.0.0.0:8080",
        "0.0.0.0:8081",
        "0.0.0.0:9000",
    ]
    assert lines[1].endswith('users:(("docker-proxy"))')
    assert "api" in lines[3]
    assert "pid=" in lines[3]


def test_without_asking_no_owner_is_shown() -> None:
    here = host()
    assert typed(here, "ss -H -ltn") == (
        "LISTEN 0      4096   0.0.0.0:9000        0.0.0.0:*\n"
    )


def test_a_server_that_has_ended_does_not_listen() -> None:
    here = host()
    typed(here, "pkill api")
    assert typed(here, "ss -Hltn") == ""


def test_names() -> None:
    here = host()
    assert typed(here, "getent hosts server") == "10.0.0.1        server\n"
    assert typed(here, "getent hosts localhost") == "127.0.0.1       localhost\n"
    assert answered(here, "getent hosts nobody") == ("", 2)
    assert answered(here, "getent hosts nobody server")[1] == 2
    assert answered(here, "getent") == ("getent: usage: getent hosts NAME\n", 1)
    assert answered(here, "getent passwd root")[1] == 1


def test_curl_gets_an_answer() -> None:
    here = published()
    assert answered(here, "curl http://server:8080/index.html") == ("web at web-1\n", 0)
    assert answered(here, "curl -s localhost:9000") == ("api at server\n", 0)


def test_curl_says_which_way_it_went() -> None:
    here = published()
    assert typed(here, "curl -v localhost:8080") == (
        "* Connected to localhost port 8080\n"
        "* by way of loopback, proxy, to web-1\n"
        "web at web-1\n"
    )


@pytest.mark.parametrize(
    ("url", "said", "status"),
    [
        (
            "localhost:1",
            "curl: (7) Failed to connect to localhost port 1: Connection refused",
            7,
        ),
        ("nobody", "curl: (6) Could not resolve host: nobody", 6),
        (
            "10.0.0.99",
            "curl: (7) Failed to connect to 10.0.0.99 port 80: No route to host",
            7,
        ),
        (
            "192.0.2.1",
            "curl: (28) Failed to connect to 192.0.2.1 port 80: Connection timed out",
            28,
        ),
        (
            "localhost:8081",
            "curl: (56) Recv failure: Connection reset by peer",
            56,
        ),
        (
            "server:8081",
            "curl: (7) Failed to connect to server port 8081: Connection refused",
            7,
        ),
        (
            "ftp://x y",
            "curl: (3) URL rejected: Malformed input to a URL function",
            3,
        ),
    ],
)
def test_what_curl_says_when_it_fails(url: str, said: str, status: int) -> None:
    here = published()
    assert answered(here, f"curl '{url}'") == (f"{said}\n", status)


def test_curl_can_be_quiet() -> None:
    here = host()
    assert answered(here, "curl -s localhost:1") == ("", 7)
    assert answered(here, "curl -sS localhost:1")[0].startswith("curl: (7)")
    assert answered(here, "curl") == ("curl: no URL specified\n", 2)


def test_a_connection_takes_its_time() -> None:
    here = host()
    before = here.engine.now
    typed(here, "curl 192.0.2.1")
    assert here.engine.now - before > 127_000_000


def test_requests_are_counted_and_cost_time() -> None:
    here = host()
    typed(here, "curl localhost:9000; curl localhost:9000")
    served = [p.served for p in here.world.processes("api")]
    assert served == [2]


def test_nc_tries_a_port() -> None:
    here = host()
    assert answered(here, "nc -z localhost 9000") == ("", 0)
    assert answered(here, "nc -z localhost 9001") == ("", 1)
    assert answered(here, "nc -zv localhost 9000") == (
        "Connection to localhost 9000 port [tcp] succeeded!\n",
        0,
    )
    assert answered(here, "nc -zv localhost 9001") == (
        "nc: connect to localhost port 9001 (tcp) failed: Connection refused\n",
        1,
    )
    assert answered(here, "nc localhost") == ("nc: usage: nc -z HOST PORT\n", 1)


def test_the_exit_status_can_be_used() -> None:
    here = host()
    line = "nc -z localhost 9000 && echo open; nc -z localhost 1 || echo closed"
    assert out(here, line) == "open\nclosed\n"


def inside(here: Lab, place: str) -> Lab:
    """Go into the network namespace of a container's first process."""
    (pid,) = rows(here, f"pgrep -f /srv/{place}")[0]
    typed(here, f"nsenter -n -t {pid}")
    return here


def test_inside_a_container() -> None:
    here = inside(published(), "web")
    assert rows(here, "ip -br addr")[1] == ["eth0", "UP", "172.17.0.2/16"]
    assert typed(here, "ip route") == (
        "default via 172.17.0.1 dev eth0\n"
        "172.17.0.0/16 dev eth0 scope link src 172.17.0.2\n"
    )
    assert typed(here, "ss -Hltn").split()[3] == "0.0.0.0:80"
    assert answered(here, "curl localhost")[1] == 0
    assert answered(here, "curl localhost:9000")[1] == 7
    assert typed(here, "curl 172.17.0.1:9000") == "api at server\n"


def test_names_inside_a_container() -> None:
    shop = host(started(network="shop"), started("own", network="shop"))
    here = inside(shop, "web")
    assert typed(here, "getent hosts own-1") == "172.18.0.3      own-1\n"
    assert typed(here, "getent hosts own") == "172.18.0.3      own\n"
    plain = inside(host(started(), started("own")), "web")
    assert answered(plain, "getent hosts own-1") == ("", 2)


def test_bound_to_loopback_is_reached_from_inside_only() -> None:
    here = published()
    assert answered(here, "curl server:8081")[1] == 7
    inner = inside(here, "own")
    assert typed(inner, "ss -Hltn").split()[3] == "127.0.0.1:80"
    assert answered(inner, "curl localhost") == ("own at own-1\n", 0)
