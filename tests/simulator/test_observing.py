"""What is seen of a world at the end: a tree, nested as deep as the world is."""

from typing import Any

from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    app_vm,
    box,
    execute,
    install,
    load,
    power_on,
    run,
    vm,
)

Shape = tuple[str, str, list[Any]]


def shape(node: dict[str, Any]) -> Shape:
    return (node["kind"], node["name"], [shape(child) for child in node["children"]])


def server(plan: list[Any], **more: Any) -> Shape:
    return shape(run(plan, **more).observation["machines"]["server"])


def test_a_machine_that_is_off() -> None:
    assert run([]).observation["machines"]["server"] == {
        "kind": "machine",
        "name": "server",
        "state": "off",
        "children": [],
        "ram_kib": 65536 * 1024,
        "used_kib": 0,
        "charges": {},
    }


def test_programs_stand_on_a_kernel() -> None:
    plan = [*BOOT, install("app"), execute("app"), execute("app")]
    process = ("process", "app", [])
    assert server(plan) == (
        "machine",
        "server",
        [("kernel", "linux-1", [process, process])],
    )


def test_a_kernel_says_which_system_it_is() -> None:
    node = run(BOOT).observation["machines"]["server"]["children"][0]
    assert (node["system"], node["state"]) == ("linux (linux 6.1)", "running")


def test_machines_stand_on_a_type_1_hypervisor() -> None:
    guest = ("kernel", "linux-1", [("process", "app", [])])
    assert server([install("bare"), power_on(), app_vm()]) == (
        "machine",
        "server",
        [("hypervisor", "bare", [("vm", "guest-1", [guest])])],
    )


def test_a_type_2_hypervisor_stands_on_a_kernel() -> None:
    guest = ("vm", "guest-1", [("kernel", "linux-2", [])])
    assert server([*KVM, vm()]) == (
        "machine",
        "server",
        [("kernel", "linux-1", [("hypervisor", "kvm", [guest])])],
    )


def test_containers_hang_from_their_engine() -> None:
    plan = [*ENGINE, install("app"), execute("app"), box(1)]
    engine = ("engine", "docker", [("container", "box-1", [("process", "app", [])])])
    assert server(plan) == (
        "machine",
        "server",
        [("kernel", "linux-1", [engine, ("process", "app", [])])],
    )


def test_an_engine_in_a_guest() -> None:
    plan = [*KVM, vm(), install("docker", "guest"), box(on="guest")]
    inner = ("engine", "docker", [("container", "box-1", [("process", "app", [])])])
    guest = ("vm", "guest-1", [("kernel", "linux-2", [inner])])
    assert server(plan)[2][0][2] == [("hypervisor", "kvm", [guest])]


def test_the_type_of_a_hypervisor_is_shown() -> None:
    for plan, kind in (
        ([install("bare"), power_on()], "type-1"),
        ([*BOOT, install("kvm")], "type-2"),
        ([*BOOT, install("emulator")], "emulator"),
    ):
        node = run(plan).observation["machines"]["server"]["children"][0]
        while node["kind"] != "hypervisor":
            node = node["children"][0]
        assert node["type"] == kind


def test_attempts_and_requests_of_programs() -> None:
    plan = [*BOOT, execute("app"), install("app"), execute("app"), load("app", 7)]
    programs = run(plan).observation["programs"]
    assert programs["app"] == {
        "attempts": 2,
        "errno_name": "",
        "loader": "elf",
        "exit_status": None,
        "running": 1,
        "places": ["server"],
        "served": 7,
    }
    assert programs["exe"] == {
        "attempts": 0,
        "errno_name": "",
        "loader": "",
        "exit_status": None,
        "running": 0,
        "places": [],
        "served": 0,
    }


def test_pids_of_a_kernel_are_its_own() -> None:
    done = run([*KVM, vm(2), install("app", "guest"), execute("app", "guest")])
    assert [
        event.detail["pid"]
        for event in done.events
        if event.action == "execve" and event.detail["target"] == "/srv/app"
    ] == [2, 2]
