"""Words of networks, orchestrators and clouds: what is read, and what is refused."""

from typing import Any

import pytest

from simulator import load_scenario
from simulator.scenario.vocabulary import VERBS, WORLD, WORLD_FIELDS
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    document,
    messages,
    scenario,
    text_of,
)

LISTENER = {
    "path": "/srv/listener",
    "format": "elf",
    "does": [{"listen": {"port": 80}}],
}
DEPLOYMENT: dict[str, Any] = {
    "orchestrator": "kube",
    "image": "app_image",
    "run": "app",
    "replicas": 2,
}
CLOUD: dict[str, Any] = {
    "servers": 2,
    "cores": 4,
    "ram_mib": 8192,
    "hypervisor": "bare",
}
GOOD: dict[str, Any] = {
    "programs": {"listener": LISTENER},
    "networks": {"shop": {}, "vault": {"internal": True}},
    "orchestrators": {"kube": {"nodes": ["server"]}},
    "deployments": {"web": DEPLOYMENT},
    "flavours": {"small": {"vcpus": 1, "ram_mib": 1024}},
    "clouds": {"cloud": CLOUD},
}
CREATE: dict[str, Any] = {
    "name": "rented",
    "cloud": "cloud",
    "flavour": "small",
    "system": "linux",
}


def said(plan: list[Any], world: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Path and message of each problem of a plan in a world."""
    parts = {**GOOD, **(world or {})}
    text = text_of(document([*ENGINE, *plan], world=parts))
    return [(path, message) for _, _, path, message in messages(text)]


def with_steps(*steps: Any) -> dict[str, Any]:
    return {"programs": {"listener": {**LISTENER, "does": list(steps)}}}


def test_what_is_left_out_has_a_default() -> None:
    world = scenario(BOOT, world=GOOD).world
    assert world["networks"] == {
        "shop": {"internal": False},
        "vault": {"internal": True},
    }
    assert world["orchestrators"]["kube"] == {
        "nodes": ("server",),
        "lease_s": 40,
        "evict_s": 300,
    }
    assert world["deployments"]["web"] == {
        **DEPLOYMENT,
        "ram_mib": 0,
        "grace_s": 30,
        "liveness": None,
        "readiness": None,
        "port": 0,
        "max_surge": 1,
        "max_unavailable": 0,
    }
    assert world["clouds"]["cloud"] == {
        **CLOUD,
        "arch": "x86_64",
        "vcpus_per_core": 1,
        "cost_cents": 100,
    }


def test_a_world_without_them_has_none() -> None:
    world = scenario(BOOT).world
    for section in ("networks", "orchestrators", "deployments", "flavours", "clouds"):
        assert world[section] == {}


def test_a_probe_has_the_defaults_of_the_field() -> None:
    probed = {"deployments": {"web": {**DEPLOYMENT, "liveness": {"port": 80}}}}
    world = scenario(BOOT, world={**GOOD, **probed}).world
    assert world["deployments"]["web"]["liveness"] == {
        "port": 80,
        "period_s": 10,
        "timeout_s": 1,
        "delay_s": 0,
        "failures": 3,
    }


def test_ports_and_networks_of_a_container() -> None:
    plan = [*ENGINE, box(network="shop", ports=[{"host": 8080, "container": 80}])]
    found = scenario(plan, world=GOOD)
    (step,) = [
        fields for verb, fields in found.arms["a"].plan if verb == "start_container"
    ]
    assert (step["network"], step["ports"]) == (
        "shop",
        ({"host": 8080, "container": 80},),
    )


@pytest.mark.parametrize("network", ["bridge", "host", "none", "shop", "vault"])
def test_networks_that_can_be_named(network: str) -> None:
    assert said([box(network=network)]) == []


@pytest.mark.parametrize(
    ("step", "path", "message"),
    [
        (
            box(network="shpo"),
            "start_container.network",
            "there is no network 'shpo'",
        ),
        (
            box(ports=[{"host": 0, "container": 80}]),
            "start_container.ports[0].host",
            "0 is out of range",
        ),
        (
            box(ports=[{"host": 80}]),
            "start_container.ports[0]",
            "the key 'container' is missing",
        ),
        (
            box(ports=[{"host": 80, "container": 70000}]),
            "start_container.ports[0].container",
            "70000 is out of range",
        ),
        (
            {"connect": {"to": "Server", "port": 80}},
            "connect.to",
            "'Server' is not a host name or an address",
        ),
        (
            {"connect": {"to": "server", "port": 0}},
            "connect.port",
            "0 is out of range",
        ),
        (
            {"connect": {"to": "server", "port": 80, "by": "hand"}},
            "connect.by",
            "'hand' is not known here",
        ),
        (
            {"connect": {"from": "moon", "to": "server", "port": 80}},
            "connect.from",
            "there is no machine 'moon'",
        ),
        (
            {"deploy": {"name": "wbe"}},
            "deploy.name",
            "there is no deployment 'wbe'",
        ),
        (
            {"scale": {"name": "web", "replicas": 65}},
            "scale.replicas",
            "65 is out of range",
        ),
        (
            {"update_image": {"name": "web", "image": "none_such"}},
            "update_image.image",
            "there is no image 'none_such'",
        ),
        (
            {"start_orchestrator": {"orchestrator": "cube"}},
            "start_orchestrator.orchestrator",
            "there is no orchestrator 'cube'",
        ),
        (
            {"request": {"name": "web", "count": 0}},
            "request.count",
            "0 is out of range",
        ),
        (
            {"run_pod": {"name": "bare", "orchestrator": "kube", "image": "app_image"}},
            "run_pod",
            "the key 'run' is missing",
        ),
        (
            {"create_server": {**CREATE, "flavour": "smal"}},
            "create_server.flavour",
            "there is no flavour 'smal'",
        ),
        (
            {"create_server": {**CREATE, "cloud": "clod"}},
            "create_server.cloud",
            "there is no cloud 'clod'",
        ),
        (
            {"create_server": {**CREATE, "count": 65}},
            "create_server.count",
            "65 is out of range",
        ),
        (
            {"create_server": {**CREATE, "system": "windoze"}},
            "create_server.system",
            "there is no system 'windoze'",
        ),
        (
            {"fail_server": {"cloud": "cloud", "number": 0}},
            "fail_server.number",
            "0 is out of range",
        ),
        (
            {"delete_server": {"name": "nobody", "cloud": "cloud"}},
            "delete_server.name",
            "there is no place 'nobody'",
        ),
    ],
)
def test_an_action_that_cannot_be_meant(step: Any, path: str, message: str) -> None:
    (problem,) = said([step])
    where, found = problem
    assert where.endswith(path)
    assert found == message


@pytest.mark.parametrize(
    ("world", "path", "message"),
    [
        (
            {"networks": {"shop": {"internal": "yes please"}}},
            "world.networks.shop.internal",
            "true or false expected, not text",
        ),
        (
            {"networks": {"Shop": {}}},
            "world.networks",
            "'Shop' is not a name",
        ),
        (
            {"orchestrators": {"kube": {"nodes": []}}},
            "world.orchestrators.kube.nodes",
            "1 to 20 entries expected",
        ),
        (
            {"orchestrators": {"kube": {"nodes": ["moon"]}}},
            "world.orchestrators.kube.nodes[0]",
            "there is no machine 'moon'",
        ),
        (
            {"orchestrators": {"kube": {"nodes": ["server"], "lease_s": 0}}},
            "world.orchestrators.kube.lease_s",
            "0 is out of range",
        ),
        (
            {"deployments": {"web": {**DEPLOYMENT, "run": "none"}}},
            "world.deployments.web.run",
            "there is no program 'none'",
        ),
        (
            {"deployments": {"web": {**DEPLOYMENT, "liveness": {}}}},
            "world.deployments.web.liveness",
            "the key 'port' is missing",
        ),
        (
            {"deployments": {"web": {**DEPLOYMENT, "readiness": {"port": 80, "x": 1}}}},
            "world.deployments.web.readiness",
            "unknown key 'x'",
        ),
        (
            {"clouds": {"cloud": {**CLOUD, "servers": 0}}},
            "world.clouds.cloud.servers",
            "0 is out of range",
        ),
        (
            {"clouds": {"cloud": {**CLOUD, "servers": 65}}},
            "world.clouds.cloud.servers",
            "65 is out of range",
        ),
        (
            {"clouds": {"cloud": {**CLOUD, "hypervisor": "esx"}}},
            "world.clouds.cloud.hypervisor",
            "there is no hypervisor 'esx'",
        ),
        (
            {"flavours": {"small": {"vcpus": 0, "ram_mib": 1}}},
            "world.flavours.small.vcpus",
            "0 is out of range",
        ),
        (
            with_steps({"listen": {}}),
            "world.programs.listener.does[0].listen",
            "the key 'port' is missing",
        ),
        (
            with_steps({"listen": {"port": 80, "address": "1.2.3.4"}}),
            "world.programs.listener.does[0].listen.address",
            "'1.2.3.4' is not known here",
        ),
        (
            with_steps({"connect": {"to": "a b", "port": 80}}),
            "world.programs.listener.does[0].connect.to",
            "'a b' is not a host name or an address",
        ),
        (
            with_steps({"close": {"port": "http"}}),
            "world.programs.listener.does[0].close.port",
            "a whole number expected, not text",
        ),
    ],
)
def test_a_part_that_cannot_be_meant(
    world: dict[str, Any], path: str, message: str
) -> None:
    assert said([{"wait": {"seconds": 1}}], world) == [(path, message)]


@pytest.mark.parametrize(
    "step",
    [
        {"create_server": CREATE},
        {"deploy": {"name": "web"}},
        {
            "run_pod": {
                "name": "web",
                "orchestrator": "kube",
                "image": "app_image",
                "run": "app",
            }
        },
    ],
)
def test_what_an_action_starts_can_be_named(step: Any) -> None:
    ((_, arguments),) = step.items()
    signal = {"signal": {"signal": "SIGTERM", "on": arguments["name"]}}
    assert said([signal]) == [
        (
            "arms.a.plan[3].signal.on",
            f"there is no machine '{arguments['name']}'",
        )
    ]
    assert said([step, signal]) == []


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("deployments.web.replicas", 5),
        ("deployments.web.max_surge", 2),
        ("clouds.cloud.cores", 64),
        ("networks.vault.internal", False),
        ("flavours.small.vcpus", 4),
        ("orchestrators.kube.lease_s", 60),
    ],
)
def test_an_arm_can_change_a_field(part: str, value: object) -> None:
    section, _, field = part.split(".")
    assert field in WORLD_FIELDS[section]
    changes = [{"part": part, "set": value}]
    found = load_scenario(text_of(document(BOOT, world=GOOD, changes=changes)))
    (change,) = found.arms["a"].changes
    assert (change.target, change.value) == (part, value)


@pytest.mark.parametrize("value", ["${many}", "${some}"])
def test_a_parameter_can_stand_in_a_deployment(value: str) -> None:
    parts = {**GOOD, "deployments": {"web": {**DEPLOYMENT, "replicas": value}}}
    spec = document(BOOT, world=parts, parameters={"many": [1, 2], "some": [3]})
    assert messages(text_of(spec)) == []


def test_a_parameters_every_value_is_checked() -> None:
    parts = {**GOOD, "deployments": {"web": {**DEPLOYMENT, "replicas": "${many}"}}}
    spec = document(BOOT, world=parts, parameters={"many": [1, 999]})
    (problem,) = messages(text_of(spec))
    assert problem[3] == "value 999 of parameter many: 999 is out of range"


def test_the_sections_and_verbs_are_there() -> None:
    sections = {"networks", "orchestrators", "deployments", "flavours", "clouds"}
    assert sections <= set(WORLD.fields)
    verbs = {
        "connect",
        "create_server",
        "delete_pods",
        "delete_server",
        "deploy",
        "fail_server",
        "request",
        "run_pod",
        "scale",
        "start_orchestrator",
        "update_image",
    }
    assert verbs <= set(VERBS)
