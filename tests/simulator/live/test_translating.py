"""Which arms a sandbox can carry out, and why it cannot carry out the others."""

import base64
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.live.capabilities import Capability, Report
from simulator.live.guest_linux.running import prepared
from simulator.live.translating import NotHereError, Translation, translated
from tests.simulator import generated
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    Step,
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


def machine(**lacks: str) -> Report:
    """A machine that can do all but what is named, with the reasons."""
    groups = ("pids", "memory", "cpu", "oom_group")
    names = ("users", "time", *groups, "compat32", "nested_users")
    found = (Capability(n, n not in lacks, lacks.get(n, "")) for n in names)
    return Report("6.18", "x86_64", 0, "ff", "none", tuple(found))


ROOT_USER = machine(pids="no groups", oom_group="v1")
ORDINARY = machine(users="no root", nested_users="closed", compat32="no 32 bits")
GROUPS = machine()
APP = {"program": "app", "on": "server"}
RUNLESS = {"start_container": {"name": "b", "on": "server", "image": "app_image"}}
THREADS = {"compute": {"ms": 5, "threads": 2}}
TAGGED = {"registries": {"r": {"tags": [{"tag": "app:1", "images": ["app_image"]}]}}}
Plan = Sequence[Mapping[str, Any]]


def translate(plan: Plan, report: Report = ROOT_USER, **more: Any) -> Translation:
    return translated(scenario(plan, **more), "a", {}, report)


def reason(plan: Plan, report: Report = ROOT_USER, **more: Any) -> str:
    with pytest.raises(NotHereError) as caught:
        translate(plan, report, **more)
    return str(caught.value)


def done(found: Translation) -> list[str]:
    return [step["do"] for step in found.steps]


def files(found: Translation) -> dict[str, bytes]:
    """The files of a plan by path, without libraries and the engine's process."""
    return {
        step["path"]: base64.b64decode(step["content"])
        for step in found.steps
        if step["do"] == "write"
        and "/l" not in step["path"]
        and step["path"] != f"/p{found.daemon}"
    }


def only(found: Translation, do: str) -> list[dict[str, Any]]:
    return [step for step in found.steps if step["do"] == do]


def commanded(words: Sequence[str]) -> Step:
    start = {"name": "b", "on": "server", "image": "app_image", "command": words}
    return {"start_container": start}


def programs(**more: Any) -> dict[str, Any]:
    return {"world": {"programs": more}}


def doing(*steps: Any, **more: Any) -> dict[str, Any]:
    """A world whose ``app`` does so."""
    return programs(app={"does": list(steps), **more})


def test_a_program_on_the_machine() -> None:
    found = translate([*BOOT, install("app"), execute("app"), load("app", 7)])
    assert done(found) == ["write", "write", "run", "request", "look"]
    library, written, run, request, look = found.steps
    assert (library["path"], library["mode"]) == ("/l0", 0o755)
    assert files(found)["/p1"].startswith(b"\x7fELF")
    assert (written["path"], written["mode"]) == ("/p1", 0o755)
    assert (run["path"], run["in"], run["name"]) == ("/p1", "", "app-0")
    assert (request["names"], request["count"]) == (["app-0"], 7)
    assert look["step"] == 4
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
    assert list(files(found)) == ["/images/0/p1"]
    contained = only(found, "contain")
    assert [step["name"] for step in contained] == ["box-1", "box-2", "bag-1"]
    assert found.groups == {"box": ["box-1", "box-2"], "bag": ["bag-1"]}


def test_an_engine_is_a_process_of_the_machine() -> None:
    found = translate(ENGINE)
    (run,) = only(found, "run")
    assert (run["path"], run["name"]) == (f"/p{found.daemon}", "engine")


def test_an_image_without_libraries_has_no_loader_for_its_programs() -> None:
    world = {"images": {"app_image": {"libraries": []}}}
    found = translate([*ENGINE, box()], world=world)
    assert b"/missing\0" in files(found)["/images/0/p1"]
    assert b"/missing\0" not in files(translate([*ENGINE, box()]))["/images/0/p1"]


@pytest.mark.parametrize(
    ("program", "magic"),
    [
        ({"format": "pe"}, b"MZ"),
        ({"format": "mach-o"}, b"\xcf\xfa\xed\xfe"),
        ({"format": "elf", "arch": "aarch64"}, b"\x7fELF"),
        ({"format": "elf", "arch": "i386", "links": "musl"}, b"\x7fELF\x01"),
        ({"format": "script"}, b"exit 0\n"),
        ({"format": "script", "interpreter": "/bin/none"}, b"#!/p1i\n"),
        (
            {"format": "script", "interpreter": "/bin/none", "crlf": True},
            b"#!/p1i\r\n",
        ),
    ],
)
def test_files_of_each_format(program: dict[str, Any], magic: bytes) -> None:
    more = programs(app={"path": "/srv/x", **program})
    found = files(translate([*BOOT, install("app")], **more))
    assert list(found) == ["/p1"]
    assert found["/p1"].startswith(magic)


def test_a_script_whose_interpreter_is_there_gets_one_of_its_own() -> None:
    found = translate([*BOOT, install("sh"), install("script"), execute("script")])
    number = found.number("script")
    sh = f"/p{found.number('sh')}"
    assert list(files(found)) == [sh, f"/p{number}i", f"/p{number}"]
    assert files(found)[f"/p{number}"] == f"#!/p{number}i\nexit 0\n".encode()
    later = translate([*BOOT, install("script"), install("sh")])
    assert list(files(later)) == [f"/p{number}", f"/p{number}i", sh]


def test_a_file_can_be_made_executable() -> None:
    world = {"programs": {"app": {"executable": False}}}
    chmod = {"make_executable": {"program": "app", "on": "server"}}
    found = translate([*BOOT, install("app"), chmod], world=world)
    assert [step["mode"] for step in found.steps[1:3]] == [0o644, 0o755]
    boxed = {"make_executable": {"program": "app", "on": "box"}}
    (step,) = only(translate([*ENGINE, box(), boxed]), "mode")
    assert step["path"] == "/containers/box-1/root/p1"


def test_steps_become_code() -> None:
    does = [
        {"spawn": {"program": "sh", "wait": True}},
        {"repeat": {"times": 2, "steps": [{"fork": {"steps": [{"exit": {}}]}}]}},
    ]
    plain = files(translate([*BOOT, install("app")]))["/p1"]
    found = translate(
        [*BOOT, install("app")], **doing(*does, signals={"SIGTERM": "exit"})
    )
    assert len(files(found)["/p1"]) > len(plain)
    assert f"/p{found.number('sh')}\0".encode() in files(found)["/p1"]
    assert found.calls == set()


@pytest.mark.parametrize(
    ("step", "calls"),
    [
        ({"compute": {"ms": 5}}, set()),
        ({"kill": {"signal": "SIGKILL", "pid": 1}}, set()),
        ({"kill": {"signal": "SIGKILL", "program": "sh"}}, set()),
        ({"set_user": {"uid": 5}}, {"setuid"}),
        ({"unshare": {"kinds": ["uts"]}}, {"unshare", "open"}),
        ({"unshare": {"kinds": ["user", "uts"]}}, {"unshare", "open"}),
        ({"system_call": {"name": "sethostname", "value": "b"}}, {"sethostname"}),
        ({"make_segment": {"key": 5}}, {"shmget"}),
        ({"find_segment": {"key": 5}}, {"shmget"}),
        ({"allocate": {"mib": 5}}, set()),
        ({"allocate": {"mib": 5, "on_error": "ignore"}}, set()),
        ({"listen": {"port": 80}}, {"socket", "bind", "listen"}),
        ({"connect": {"to": "localhost", "port": 80}}, {"socket", "connect"}),
        (
            {"fork": {"steps": [{"connect": {"to": "127.0.0.1", "port": 1}}]}},
            {"socket", "connect"},
        ),
    ],
)
def test_programs_may_call_what_their_steps_need(step: Step, calls: set[str]) -> None:
    found = translate([*BOOT, install("app"), execute("app")], **doing(step))
    assert found.calls == calls


def test_what_nobody_starts_may_be_anything() -> None:
    world = {
        "programs": {"exe": {"format": "elf", "calls": ["openat"]}},
        "images": {"app_image": {"programs": ["app", "exe"]}},
    }
    found = translate([*ENGINE, box()], world=world)
    assert files(found)[f"/images/0/p{found.number('exe')}"] == b""
    world["programs"]["app"] = {"does": [{"spawn": {"program": "exe"}}]}
    assert reason([*ENGINE, box()], world=world) == (
        "exe is more than a probe's program can be"
    )


def test_files_are_put_into_containers_that_run() -> None:
    libraries = {"install_libraries": {"name": "musl", "on": "box"}}
    found = translate([*ENGINE, box(2), install("sh", "box"), libraries])
    paths = [step["path"] for step in only(found, "write")]
    number = found.number("sh")
    assert paths[-4:] == [
        f"/containers/box-1/root/p{number}",
        f"/containers/box-2/root/p{number}",
        "/containers/box-1/root/l2",
        "/containers/box-2/root/l2",
    ]


def test_limits_go_to_a_group() -> None:
    limits = {"pids_max": 5, "memory_max_mib": 64, "oom_group": True}
    (step,) = only(translate([*ENGINE, box(limits=limits)], GROUPS), "contain")
    assert step["limits"] == {"pids_max": 5, "memory_max_mib": 64, "oom_group": 1}
    assert only(translate([*ENGINE, box()]), "contain")[0]["limits"] == {}


@pytest.mark.parametrize(
    ("links", "libraries", "asked"),
    [
        ("", ["glibc"], b"/l0\0"),
        ("", ["musl"], b"/l2\0"),
        ("", [], b"/missing\0"),
        ("glibc", ["musl"], b"/l0\0"),
        ("musl", ["glibc", "musl"], b"/l2\0"),
        ("static", [], b""),
    ],
)
def test_a_program_asks_for_the_loader_of_its_libraries(
    links: str, libraries: list[str], asked: bytes
) -> None:
    world = {
        "programs": {"app": {"links": links} if links else {}},
        "images": {"app_image": {"libraries": libraries}},
    }
    found = translate([*ENGINE, box()], world=world)
    content = files(found)["/images/0/p1"]
    assert asked in content
    assert (content[64] == 3) is bool(asked)
    names = {"glibc": "/images/0/l0", "musl": "/images/0/l2"}
    paths = {step["path"] for step in only(found, "write")}
    assert {names[name] for name in libraries} == paths & set(names.values())


def test_namespaces_are_a_mechanism_of_this_runtime_too() -> None:
    change = mechanism("container.namespaces", ["pid", "mnt"])
    (made,) = only(translate([*ENGINE, box()], changes=[change]), "contain")
    assert made["namespaces"] == ["mnt", "pid"]
    for more in ({"host_namespaces": ["net"]}, {"network": "host"}):
        (shared,) = only(translate([*ENGINE, box(**more)]), "contain")
        assert "net" not in shared["namespaces"]
        assert "pid" in shared["namespaces"]


def test_a_clock_of_its_own_needs_a_time_namespace() -> None:
    plan = [*ENGINE, box(boottime_offset_s=3600)]
    (made,) = only(translate(plan), "contain")
    assert made["boottime_offset_s"] == 3600
    assert "time" in made["namespaces"]
    assert reason(plan, machine(time="too old")) == "too old"
    (usual,) = only(translate([*ENGINE, box()]), "contain")
    assert usual["boottime_offset_s"] == 0
    assert "time" not in usual["namespaces"]


def test_a_map_of_users_needs_root() -> None:
    plan = [*ENGINE, box(uid_map=[{"outside": 100_000}])]
    (made,) = only(translate(plan), "contain")
    assert made["uid_base"] == 100_000
    assert "user" in made["namespaces"]
    assert reason(plan, ORDINARY) == "no root"
    odd = [*ENGINE, box(uid_map=[{"inside": 5, "outside": 100_000}])]
    assert reason(odd) == "a probe's user map is one range from 0 on"
    for step, why in (
        ({"set_user": {"uid": 5}}, "no root"),
        ({"unshare": {"kinds": ["user"]}}, "closed"),
    ):
        asked = [*BOOT, install("app"), execute("app")]
        assert reason(asked, ORDINARY, **doing(step)) == why
    old = programs(app={"arch": "i386", "links": "glibc-i386"})
    assert reason([*BOOT, install("app"), execute("app")], ORDINARY, **old) == (
        "no 32 bits"
    )


COMMANDS = {
    "programs": {"sh": {"acts_as": "shell", "links": "static"}},
    "images": {"app_image": {"programs": ["app", "sh"]}},
}


@pytest.mark.parametrize(
    ("more", "program", "path"),
    [
        ({"command": ["/srv/app"]}, "app", "/p1"),
        ({"command": "/srv/app"}, "sh", "/p4"),
        ({"entrypoint": "exec /srv/app"}, "sh", "/p4"),
        ({"entrypoint": ["/bin/sh"], "command": ["-c", "/no"]}, "sh", "/p4"),
        ({"command": ["/bin/none"]}, "", "/missing"),
    ],
)
def test_a_container_runs_its_command(more: Any, program: str, path: str) -> None:
    start = {"name": "b", "on": "server", "image": "app_image", **more}
    found = translate([*ENGINE, {"start_container": start}], world=COMMANDS)
    (made,) = only(found, "contain")
    assert (made["path"], found.runs["b-1"]) == (path, program)


def test_an_image_has_a_command() -> None:
    world = {"images": {"app_image": {"config": {"cmd": ["/srv/app"]}}}}
    (made,) = only(translate([*ENGINE, RUNLESS], world=world), "contain")
    assert made["path"] == "/p1"


def test_an_init_stands_in_front() -> None:
    found = translate([*ENGINE, box(init=True)])
    (made,) = only(found, "contain")
    assert made["path"] == f"/p{found.init}"
    assert b"/p1\0" in files(found)[f"/images/0/p{found.init}"]
    assert found.runs["box-1"] == "app"


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
    assert [step["in"] for step in only(found, "run")] == ["", "box-1", "box-2"]


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
        ([*BOOT, vm()], {}, "no probe does what start_vm does"),
        (
            [*BOOT, register(format="script")],
            {},
            "no probe registers script for x86_64",
        ),
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
            [*ENGINE, RUNLESS],
            {},
            "a probe's container runs a program of an image",
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
            {"world": {"images": {"app_image": {"os": "windows"}}}},
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
            [*ENGINE, box(image="app:1")],
            {"world": TAGGED},
            "a probe's container runs a program of an image",
        ),
        (
            [*ENGINE, box(network="none")],
            {},
            "containers of a probe have no network but the loopback",
        ),
        (
            [*ENGINE, box(limits={"oom_group": True})],
            {},
            "v1",
        ),
        (
            [*ENGINE, box()],
            {"world": {"images": {"app_image": {"config": {"stop_signal": "SIGINT"}}}}},
            "containers of a probe are stopped by SIGTERM",
        ),
        (
            [*BOOT, {"install_libraries": {"name": "wine-libraries", "on": "server"}}],
            {},
            "a probe has no libraries like wine-libraries",
        ),
        (
            [*BOOT, install("app"), {"exec": {**APP, "user": "web"}}],
            {},
            "programs of a probe are started by root",
        ),
        (
            [*ENGINE, commanded(["/bin/sh", "-x"])],
            {"world": COMMANDS},
            "a probe's shell takes -c and one command",
        ),
        (
            [*ENGINE, commanded(["/srv/app"])],
            {"world": {"programs": {"app": {"acts_as": "interpreter"}}}},
            "app does what its arguments say",
        ),
    ],
)
def test_why_not_here(plan: Plan, more: dict[str, Any], why: str) -> None:
    assert reason(plan, **more) == why


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ({"calls": ["openat"]}, "app is more than a probe's program can be"),
        ({"oom_score_adj": 5}, "app is more than a probe's program can be"),
        ({"truncated": True}, "app is more than a probe's program can be"),
        ({"acts_as": "interpreter"}, "app does what its arguments say"),
        ({"arch": "i386"}, "no program of a probe has 32 bits"),
        (
            {"format": "mach-o", "arch": "riscv64"},
            "no probe has mach-o files for riscv64",
        ),
        ({"format": "pe", "arch": "i386"}, "no probe has pe files for i386"),
        (
            {"does": [{"kill": {"signal": "SIGTERM"}}]},
            "a signal for nobody is none",
        ),
        ({"does": [THREADS]}, "programs of a probe have one thread"),
        (
            {"does": [{"free": {"mib": 1}}]},
            "no program of a probe does the step free",
        ),
        (
            {"does": [{"spawn": {"program": "sh", "through": "shell"}}]},
            "programs of a probe ask the kernel itself for others",
        ),
        (
            {"does": [{"unshare": {"kinds": ["time"]}}]},
            "no program of a probe makes such namespaces",
        ),
        (
            {"does": [{"system_call": {"name": "mknod", "value": "/dev/x"}}]},
            "a sandbox itself forbids mknod",
        ),
        (
            {"does": [{"system_call": {"name": "sethostname", "value": "/x"}}]},
            "a probe sets short names only",
        ),
        (
            {"does": [{"allocate": {"percent": 50}}]},
            "a probe takes memory by MiB, and uses it",
        ),
        (
            {"does": [{"allocate": {"mib": 10_000}}]},
            "a probe takes 512 MiB of memory at most",
        ),
        (
            {"does": [{"connect": {"to": "server", "port": 80}}]},
            "a probe has no network but the loopback",
        ),
    ],
)
def test_why_no_program_is_like_that(program: dict[str, Any], why: str) -> None:
    plan = [*BOOT, install("app"), execute("app")]
    assert reason(plan, **programs(app=program)) == why


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_any_arm_is_translated_or_refused_with_a_reason(seed: int) -> None:
    found = generated.scenario_of(Random(seed))
    for arm in found.arms if found is not None else ():
        for prepare in (prepared, partial(translated, report=GROUPS)):
            with suppress(NotHereError):
                prepare(found, arm, found.variant(0))  # type: ignore[arg-type, union-attr]
