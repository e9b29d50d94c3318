"""Which arms a sandbox can carry out, and why it cannot carry out the others."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from simulator.live.capabilities import Capability, Report
from simulator.live.translating import NotHereError, Translation, translated
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    execute,
    install,
    load,
    mechanism,
    power_on,
    register,
    scenario,
    vm,
)

ROOT_USER = Report(
    "6.18",
    "x86_64",
    0,
    "ff",
    "none",
    (Capability("users", True, ""), Capability("pids", False, "no groups")),
)
ORDINARY = Report(
    "6.18", "x86_64", 1000, "0", "none", (Capability("users", False, "no root"),)
)
GROUPS = Report("6.18", "x86_64", 0, "ff", "none", (Capability("pids", True, ""),))
APP = {"program": "app", "on": "server"}
RUNLESS = {"start_container": {"name": "b", "on": "server", "image": "app_image"}}
THREADS = {"compute": {"ms": 5, "threads": 2}}
Plan = Sequence[Mapping[str, Any]]


def translate(plan: Plan, report: Report = ROOT_USER, **more: Any) -> Translation:
    return translated(scenario(plan, **more), "a", {}, report)


def reason(plan: Plan, report: Report = ROOT_USER, **more: Any) -> str:
    with pytest.raises(NotHereError) as caught:
        translate(plan, report, **more)
    return str(caught.value)


def done(found: Translation) -> list[str]:
    return [step["do"] for step in found.steps]


def content(step: Mapping[str, Any]) -> bytes:
    return base64.b64decode(step["content"])


def test_a_program_on_the_machine() -> None:
    found = translate([*BOOT, install("app"), execute("app"), load("app", 7)])
    assert done(found) == ["write", "run", "request", "look"]
    written, run, request, look = found.steps
    assert content(written).startswith(b"\x7fELF")
    assert (written["path"], written["mode"]) == ("/p1", 0o755)
    assert (run["path"], run["in"], run["name"]) == ("/p1", "", "app-0")
    assert (request["names"], request["count"]) == (["app-0"], 7)
    assert look["step"] == 3
    assert [deed.verb for deed in found.deeds] == [
        "install",
        "power_on",
        "install",
        "exec",
        "load",
    ]


def test_nothing_of_an_author_is_a_path_or_a_name_of_a_file() -> None:
    found = translate([*ENGINE, install("app"), execute("app"), box(2)])
    text = str([{k: v for k, v in s.items() if k != "content"} for s in found.steps])
    for word in ("/srv", "/usr", "app_image", "docker"):
        assert word not in text


def test_containers_get_an_image_once() -> None:
    found = translate([*ENGINE, box(2), box(1, name="bag")])
    assert done(found) == ["write", "contain", "contain", "contain", "look"]
    assert found.steps[0]["path"] == "/images/0/p1"
    assert [step["name"] for step in found.steps[1:4]] == ["box-1", "box-2", "bag-1"]
    assert found.groups == {"box": ["box-1", "box-2"], "bag": ["bag-1"]}


def test_an_image_without_libraries_has_no_loader_for_its_programs() -> None:
    world = {"images": {"app_image": {"libraries": []}}}
    found = translate([*ENGINE, box()], world=world)
    assert b"/missing\0" in content(found.steps[0])
    assert b"/missing\0" not in content(translate([*ENGINE, box()]).steps[0])


@pytest.mark.parametrize(
    ("program", "magic"),
    [
        ({"format": "pe"}, b"MZ"),
        ({"format": "mach-o"}, b"\xcf\xfa\xed\xfe"),
        ({"format": "elf", "arch": "aarch64"}, b"\x7fELF"),
        ({"format": "script"}, b"exit 0\n"),
        ({"format": "script", "interpreter": "/bin/none"}, b"#!/missing\n"),
    ],
)
def test_files_of_each_format(program: dict[str, Any], magic: bytes) -> None:
    world = {"programs": {"app": {"path": "/srv/x", **program}}}
    found = translate([*BOOT, install("app")], world=world)
    assert content(found.steps[0]).startswith(magic)


def test_a_script_whose_interpreter_is_there_gets_one_of_its_own() -> None:
    found = translate([*BOOT, install("sh"), install("script"), execute("script")])
    assert done(found) == ["write", "write", "write", "run", "look"]
    number = found.number("script")
    assert [step["path"] for step in found.steps[1:3]] == [
        f"/p{number}i",
        f"/p{number}",
    ]
    assert content(found.steps[2]) == f"#!/p{number}i\nexit 0\n".encode()


def test_a_file_can_be_made_executable() -> None:
    world = {"programs": {"app": {"executable": False}}}
    chmod = {"make_executable": {"program": "app", "on": "server"}}
    found = translate([*BOOT, install("app"), chmod], world=world)
    assert [step["mode"] for step in found.steps[:2]] == [0o644, 0o755]


def test_steps_become_code() -> None:
    does = [
        {"spawn": {"program": "sh", "wait": True}},
        {"repeat": {"times": 2, "steps": [{"fork": {"steps": [{"exit": {}}]}}]}},
    ]
    world = {"programs": {"app": {"does": does, "signals": {"SIGTERM": "exit"}}}}
    plain = content(translate([*BOOT, install("app")]).steps[0])
    found = translate([*BOOT, install("app")], world=world)
    assert len(content(found.steps[0])) > len(plain)
    assert f"/p{found.number('sh')}\0".encode() in content(found.steps[0])


def test_a_limit_of_processes_goes_to_a_group() -> None:
    found = translate([*ENGINE, box(limits={"pids_max": 5})], GROUPS)
    assert found.steps[1]["limits"] == {"pids_max": 5}
    assert translate([*ENGINE, box()]).steps[1]["limits"] == {}


@pytest.mark.parametrize(
    ("links", "libraries", "loaded"),
    [
        ("", ["glibc"], True),
        ("", ["musl"], True),
        ("", [], False),
        ("glibc", ["glibc"], True),
        ("glibc", ["musl"], False),
        ("musl", ["glibc", "musl"], True),
        ("static", [], True),
    ],
)
def test_a_program_is_linked_against_libraries(
    links: str, libraries: list[str], loaded: bool
) -> None:
    program = {"links": links} if links else {}
    world = {
        "programs": {"app": program},
        "images": {"app_image": {"libraries": libraries}},
    }
    found = translate([*ENGINE, box()], world=world)
    assert (b"/missing\0" not in content(found.steps[0])) is loaded


def test_namespaces_are_a_mechanism_of_this_runtime_too() -> None:
    change = mechanism("container.namespaces", ["pid", "mnt"])
    found = translate([*ENGINE, box()], changes=[change])
    assert found.steps[1]["namespaces"] == ["pid", "mnt"]
    shared = translate([*ENGINE, box(host_namespaces=["net"])])
    assert "net" not in shared.steps[1]["namespaces"]
    assert "pid" in shared.steps[1]["namespaces"]


def test_a_map_of_users_needs_root() -> None:
    plan = [*ENGINE, box(uid_map=[{"outside": 100_000}])]
    found = translate(plan)
    assert found.steps[1]["uid_base"] == 100_000
    assert "user" in found.steps[1]["namespaces"]
    assert reason(plan, ORDINARY) == "no root"
    odd = [*ENGINE, box(uid_map=[{"inside": 5, "outside": 100_000}])]
    assert reason(odd) == "a probe's user map is one range from 0 on"


def test_signals_go_to_what_was_started() -> None:
    plan = [
        *ENGINE,
        install("app"),
        execute("app"),
        box(),
        {"signal": {"on": "box", "signal": "SIGTERM"}},
        {"signal": {"on": "server", "program": "app", "signal": "SIGKILL"}},
        {"stop_container": {"on": "box", "grace_s": 60}},
        {"wait": {"seconds": 1}},
    ]
    steps = [step for step in translate(plan).steps if step["do"] in {"signal", "wait"}]
    assert [(s.get("name"), s.get("number"), s["seconds"]) for s in steps] == [
        ("box-1", 15, 0.3),
        ("app-0", 9, 0.3),
        ("box-1", 9, 0.3),
        ("box-1", 15, 60),
        ("box-1", 9, 2),
        (None, None, 1),
    ]


def test_a_program_is_run_in_every_container_of_a_group() -> None:
    found = translate([*ENGINE, box(2), execute("app", "box")])
    runs = [step["in"] for step in found.steps if step["do"] == "run"]
    assert runs == ["box-1", "box-2"]


@pytest.mark.parametrize(
    ("plan", "more", "why"),
    [
        ([install("windows"), power_on()], {}, "windows is no Linux, this kernel is"),
        ([power_on()], {}, "a sandbox stands on a Linux, here nothing would boot"),
        ([*BOOT, power_on()], {}, "a sandbox is one machine"),
        (
            [install("linux"), install("app")],
            {},
            "a sandbox stands on a system that runs",
        ),
        ([*BOOT, install("kvm")], {}, "kvm cannot be installed in a sandbox"),
        ([*BOOT, install("wine")], {}, "wine is more than a probe's program can be"),
        ([*BOOT, vm()], {}, "no probe does what start_vm does"),
        ([*BOOT, register()], {}, "no probe does what register_format does"),
        ([*BOOT, box()], {}, "no engine was installed"),
        (
            [*ENGINE, box(read_only=True)],
            {},
            "containers of a probe know nothing of read_only",
        ),
        (
            [*ENGINE, box(restart="always")],
            {},
            "containers of a probe know nothing of restart",
        ),
        (
            [*ENGINE, box(init=True)],
            {},
            "containers of a probe know nothing of init",
        ),
        (
            [*ENGINE, RUNLESS],
            {},
            "a probe's container runs a program of an image",
        ),
        (
            [*ENGINE, box(limits={"memory_max_mib": 64})],
            {},
            "no probe sets memory_max_mib of a cgroup",
        ),
        (
            [*ENGINE, box(limits={"cpu_weight": 50})],
            {},
            "no probe sets cpu_weight of a cgroup",
        ),
        (
            [*ENGINE, box(limits={"pids_max": 5})],
            {},
            "no groups",
        ),
        (
            [*ENGINE, box()],
            {"world": {"images": {"app_image": {"arch": "aarch64"}}}},
            "app_image is more than a probe's image can be",
        ),
        (
            [*BOOT, install("app"), {"exec": {**APP, "cgroup": "services"}}],
            {},
            "probes have cgroups for containers only",
        ),
        (
            [*BOOT, {"load": {"program": "app", "requests": 5, "rate": 10}}],
            {},
            "requests of a probe know nothing of rate",
        ),
        (
            [*BOOT, install("app")],
            {"world": {"programs": {"app": {"does": [THREADS]}}}},
            "programs of a probe have one thread",
        ),
        (
            [*ENGINE, box(), install("app", "box")],
            {},
            "programs are written to the machine's disk only",
        ),
        (
            BOOT,
            {"changes": [mechanism("kernel.page_sharing", "off")]},
            "nobody can change kernel.page_sharing of a real kernel",
        ),
        (
            BOOT,
            {
                "world": {
                    "machines": {"server": {"arch": "aarch64"}},
                    "systems": {"linux": {"arch": "aarch64"}},
                }
            },
            "the machine is aarch64, this one is x86_64",
        ),
        (
            [*BOOT, install("app")],
            {"world": {"programs": {"app": {"calls": ["openat"]}}}},
            "app is more than a probe's program can be",
        ),
        (
            [*BOOT, install("app")],
            {"world": {"programs": {"app": {"does": [{"allocate": {"mib": 1}}]}}}},
            "no program of a probe does the step allocate",
        ),
        (
            [*BOOT, install("sh")],
            {"world": {"programs": {"sh": {"acts_as": "shell"}}}},
            "sh does what its arguments say",
        ),
    ],
)
def test_why_not_here(plan: Plan, more: dict[str, Any], why: str) -> None:
    assert reason(plan, **more) == why
