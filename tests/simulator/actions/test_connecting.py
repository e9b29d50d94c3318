"""Connections that an operator tries, and servers and clients that do so themselves."""

from typing import Any

import pytest

from simulator import Run
from simulator.drawing.topology import draw_topology
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    Step,
    box,
    document,
    events,
    execute,
    failures,
    install,
    messages,
    power_on,
    run,
    text_of,
    vm,
)

LISTEN: dict[str, Any] = {"listen": {"port": 80}}
WORLD: dict[str, Any] = {
    "machines": {"laptop": {"cores": 2, "ram_mib": 8192}},
    "networks": {"shop": {}, "vault": {"internal": True}},
    "programs": {
        "web": {"path": "/srv/web", "format": "elf", "does": [LISTEN]},
        "own": {
            "path": "/srv/own",
            "format": "elf",
            "does": [{"listen": {"port": 80, "address": "127.0.0.1"}}],
        },
        "brief": {
            "path": "/srv/brief",
            "format": "elf",
            "does": [
                LISTEN,
                {"sleep": {"ms": 5000}},
                {"close": {"port": 80}},
                {"close": {"port": 80}},
            ],
        },
        "client": {
            "path": "/srv/client",
            "format": "elf",
            "does": [{"connect": {"to": "web", "port": 80}}],
        },
        "careless": {
            "path": "/srv/careless",
            "format": "elf",
            "does": [{"connect": {"to": "web", "port": 80, "needed": False}}],
        },
    },
    "images": {
        "net": {
            "size_mib": 50,
            "programs": ["web", "own", "brief", "client", "careless"],
            "libraries": ["glibc"],
        }
    },
}
PROGRAMS = tuple(install(p) for p in ("web", "own", "brief", "client", "careless"))


def connect(to: str, port: int = 80, **more: Any) -> Step:
    origin = {"from": more.pop("origin")} if "origin" in more else {}
    return {"connect": {"to": to, "port": port, **origin, **more}}


def net_run(*plan: Step, **more: Any) -> Run:
    return run(plan, world=WORLD, **more)


def bare(*plan: Step, **more: Any) -> Run:
    return net_run(*BOOT, *PROGRAMS, *plan, **more)


def boxes(*plan: Step, **more: Any) -> Run:
    return net_run(*ENGINE, *plan, **more)


def netbox(program: str = "web", name: str = "", **more: Any) -> Step:
    return box(1, name or program, image="net", run=program, **more)


def publish(host: int = 8080, port: int = 80) -> dict[str, Any]:
    return {"ports": [{"host": host, "container": port}]}


def outcomes(done: Run) -> list[str]:
    found = done.observation.get("connections", [])
    return [entry["errno_name"] or ">".join(entry["via"]) for entry in found]


def test_from_outside_to_a_machine() -> None:
    done = bare(execute("web"), connect("server", requests=10))
    assert done.observation["connections"] == [
        {
            "from": "outside",
            "to": "server",
            "port": 80,
            "outcome": "ok",
            "errno_name": "",
            "via": ["lan"],
            "reached": "server",
        }
    ]
    (served,) = events(done, "serve")
    assert served.detail["requests"] == 10
    asked, tried = (e for e in events(done, "connect"))
    assert (asked.actor, asked.detail["target"]) == ("operator", "server")
    assert (tried.actor, tried.cause) == ("outside", asked.seq)
    assert tried.detail == {
        "target": "server:80",
        "reached": "server",
        "via": ["lan"],
    }


def test_between_machines() -> None:
    boot = (install("linux", "laptop"), power_on("laptop"))
    done = bare(*boot, execute("web"), connect("server", origin="laptop"))
    assert outcomes(done) == ["lan"]
    assert done.observation["connections"][0]["from"] == "laptop"


def test_a_virtual_machine_is_on_the_network_of_its_host() -> None:
    guest = vm(1, programs=["web"], run="web", system="linux")
    plan = (*BOOT, install("kvm"), guest, connect("guest"), connect("guest-1"))
    assert outcomes(net_run(*plan)) == ["lan", "lan"]


def test_a_machine_that_is_down_does_not_answer() -> None:
    guest = vm(1, programs=["web"], run="web")
    plan = (*BOOT, install("kvm"), guest, connect("guest"), connect("guest"))
    off = {"power_off": {"machine": "server"}}
    done = net_run(*plan[:-1], off, connect("guest"), connect("10.0.0.2"))
    assert outcomes(done) == ["lan", "EAI_NONAME", "ETIMEDOUT"]


def test_a_machine_has_its_address_again_after_a_restart() -> None:
    again = {"reboot": {"machine": "server"}}
    plan = (execute("web"), connect("server", by="address"), again)
    done = bare(*plan, execute("web"), connect("server", by="address"))
    assert outcomes(done) == ["lan", "lan"]
    assert len({c["to"] for c in done.observation["connections"]}) == 1


@pytest.mark.parametrize(
    ("to", "port", "errno_name", "errno", "log"),
    [
        ("server", 81, "ECONNREFUSED", 111, "connect 10.0.0.2:81: Connection refused"),
        ("nowhere", 80, "EAI_NONAME", -2, "nowhere: Name or service not known"),
        ("10.0.0.9", 80, "EHOSTUNREACH", 113, "connect 10.0.0.9: No route to host"),
        ("9.9.9.9", 80, "ETIMEDOUT", 110, "connect 9.9.9.9: Connection timed out"),
    ],
)
def test_what_a_client_reports(
    to: str, port: int, errno_name: str, errno: int, log: str
) -> None:
    done = bare(execute("web"), connect("server"), connect(to, port))
    failed = events(done, "connect", outcome="failed")[0]
    assert (failed.detail["errno_name"], failed.detail["errno"]) == (errno_name, errno)
    assert failed.detail["log"] == log
    assert outcomes(done)[1] == errno_name


def test_a_client_without_a_system_cannot_connect() -> None:
    done = bare(connect("server", origin="laptop"))
    assert failures(done) == [
        (
            "laptop",
            "connect",
            "no operating system is running here that could do it",
        )
    ]


def test_the_address_of_what_is_not_there() -> None:
    arms = {
        "a": {"label": "a", "plan": [*BOOT, connect("box", by="address")]},
        "b": {"label": "b", "plan": [box()]},
    }
    done = net_run(arms=arms)
    assert failures(done) == [("box", "find", "nothing called box is there")]
    assert "connections" not in done.observation


def test_the_address_of_a_machine_that_is_off() -> None:
    assert outcomes(bare(connect("laptop", by="address"))) == []


def test_two_programs_on_one_port_of_a_machine() -> None:
    done = bare(execute("web"), execute("web"), {"wait": {"seconds": 1}})
    (failed,) = events(done, "bind")
    assert failed.detail["errno_name"] == "EADDRINUSE"
    assert failed.detail["target"] == "0.0.0.0:80"
    (ended,) = events(done, "exit")
    assert (ended.cause, ended.detail["exit_status"]) == (failed.seq, 1)
    assert done.observation["programs"]["web"]["running"] == 1


def test_shared_ports_have_room_for_two() -> None:
    done = bare(
        execute("web"),
        execute("web"),
        {"wait": {"seconds": 1}},
        mechanisms={"network.ports": "shared"},
    )
    assert done.observation["programs"]["web"]["running"] == 2


def test_the_end_of_a_server_frees_its_port() -> None:
    stop = {"signal": {"signal": "SIGTERM", "on": "server", "program": "web"}}
    done = bare(execute("web"), connect("server"), stop, execute("web"))
    assert events(done, "bind") == []


def test_a_server_can_give_its_port_back() -> None:
    done = bare(
        execute("brief"),
        connect("server"),
        {"wait": {"seconds": 6}},
        connect("server"),
    )
    assert outcomes(done) == ["lan", "ECONNREFUSED"]
    (closed,) = events(done, "close")
    assert closed.cause == events(done, "listen")[0].seq
    assert closed.detail["target"] == "port 80"


def test_two_containers_on_one_port() -> None:
    done = boxes(
        box(2, "web", image="net", run="web"),
        connect("web", by="address", origin="server"),
    )
    assert outcomes(done) == ["bridge", "bridge"]
    assert done.observation["programs"]["web"]["running"] == 2


@pytest.mark.parametrize("shared", [{"network": "host"}, {"host_namespaces": ["net"]}])
def test_two_containers_on_the_hosts_network(shared: dict[str, Any]) -> None:
    done = boxes(
        netbox(**shared), netbox(name="two", **shared), {"wait": {"seconds": 1}}
    )
    (failed,) = events(done, "bind")
    assert failed.detail["errno_name"] == "EADDRINUSE"
    assert done.observation["programs"]["web"]["running"] == 1


def test_a_published_port_leads_into_a_container() -> None:
    done = boxes(
        netbox(**publish()),
        connect("server", 8080, requests=5),
        connect("localhost", 8080, origin="server"),
        connect("web", by="address"),
    )
    assert outcomes(done) == ["lan>nat", "loopback>proxy", "ETIMEDOUT"]
    assert events(done, "serve")[0].detail["place"] == "web-1"


def test_a_port_of_the_host_is_published_once() -> None:
    done = boxes(netbox(**publish()), netbox(name="two", **publish()))
    (failed,) = events(done, "attach")
    assert failed.detail["errno_name"] == "EADDRINUSE"
    assert failed.detail["log"].endswith("port is already allocated")
    assert failed.cause == events(done, "mount_root")[-1].seq
    engine = done.observation["machines"]["server"]["children"][0]["children"][0]
    assert [c["state"] for c in engine["children"]] == ["running", "failed"]
    assert "two-1" not in done.observation["machines"]["server"]["charges"]


def test_a_port_is_free_again_after_the_container() -> None:
    stop = {"stop_container": {"on": "web", "grace_s": 0}}
    done = boxes(netbox(**publish()), stop, netbox(name="two", **publish()))
    assert events(done, "attach") == []


def test_a_container_that_is_started_again_has_its_port_again() -> None:
    stop = {"stop_container": {"on": "web", "grace_s": 0}}
    again = {"restart_container": {"on": "web"}}
    plan = (netbox(**publish()), stop, again, connect("server", 8080))
    done = boxes(*plan)
    assert events(done, "attach") == []
    assert outcomes(done) == ["lan>nat"]


def test_bound_to_loopback_inside_a_container() -> None:
    done = boxes(
        netbox("own", **publish()),
        connect("server", 8080),
        connect("localhost", 8080, origin="server"),
        connect("localhost", 80, origin="own"),
    )
    assert outcomes(done) == ["ECONNREFUSED", "ECONNRESET", "loopback"]
    proxied = boxes(
        netbox("own", **publish()),
        connect("server", 8080),
        mechanisms={"network.publish": "proxy"},
    )
    assert outcomes(proxied) == ["ECONNRESET"]


def test_names_between_containers() -> None:
    for network, running in (("shop", 1), ("bridge", 0), ("vault", 1)):
        done = boxes(netbox(network=network), netbox("client", network=network))
        assert done.observation["programs"]["client"]["running"] == running


def test_a_client_without_its_server_ends() -> None:
    done = boxes(netbox("client"), netbox("careless"))
    first, second = events(done, "connect", outcome="failed")
    assert first.detail["errno_name"] == second.detail["errno_name"] == "EAI_NONAME"
    (ended,) = events(done, "exit")
    assert ended.cause == first.seq
    assert done.observation["programs"]["careless"]["running"] == 1


def test_a_client_says_where_it_got() -> None:
    done = boxes(netbox(network="shop"), netbox("client", network="shop"))
    (found,) = events(done, "connect")
    assert found.detail["reached"] == "web-1"
    assert found.detail["via"] == ["bridge"]


def test_a_container_without_a_network() -> None:
    done = boxes(netbox(network="none"), connect("localhost", origin="web"))
    assert outcomes(done) == ["loopback"]


def test_a_container_with_a_kernel_of_its_own_is_on_the_bridge_too() -> None:
    done = boxes(
        netbox(network="shop"),
        netbox("client", network="shop"),
        mechanisms={"container.kernel": "own"},
    )
    assert done.observation["programs"]["client"]["running"] == 1


def test_a_container_without_namespaces_has_no_stack_of_its_own() -> None:
    plain = {"engines": {"plain": {"ram_mib": 60}}}
    done = run(
        [*BOOT, install("plain"), netbox(), connect("web", by="address")],
        world={**WORLD, **plain},
        mechanisms={"container.kernel": "own"},
    )
    assert failures(done)[0][:2] == ("plain", "create_vm")
    assert outcomes(done) == ["ECONNREFUSED"]


def test_only_declared_networks_can_be_named() -> None:
    text = text_of(document([*ENGINE, netbox(network="shpo")], world=WORLD))
    assert [entry[3] for entry in messages(text)] == ["there is no network 'shpo'"]


def containers(done: Run) -> list[dict[str, Any]]:
    engine = done.observation["machines"]["server"]["children"][0]["children"][0]
    found: list[dict[str, Any]] = engine["children"]
    return found


def test_the_tree_shows_the_networks_of_containers() -> None:
    done = boxes(netbox(**publish()), netbox("own", network="shop"))
    web, own = containers(done)
    assert (web["address"], web["network"]) == ("172.17.0.2", "bridge")
    assert web["ports"] == [{"host": 8080, "container": 80}]
    assert (own["address"], own["network"], own["ports"]) == ("172.18.0.2", "shop", [])


def test_a_container_that_uses_no_network_shows_none() -> None:
    (found,) = containers(boxes(box()))
    assert "address" not in found


def test_the_topology_shows_addresses_and_published_ports() -> None:
    drawn = draw_topology(boxes(netbox(**publish()), box()))
    assert "container, 172.17.0.2, port 8080 to 80" in drawn
