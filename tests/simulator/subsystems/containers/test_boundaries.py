"""Kernels of their own: sandboxes, machines for Windows, and who refuses what."""

from typing import Any

import pytest

from simulator import Run
from simulator.calibration import figure
from simulator.engine import Engine
from simulator.mechanisms import defaults
from simulator.subsystems.containers.boundaries import (
    MACHINE,
    SANDBOX,
    SHARED,
    BoundaryError,
    Host,
    boundary_of,
    sentry,
)
from simulator.subsystems.containers.images import ContainerImage, ImagePlatform
from simulator.subsystems.containers.wishes import ORDINARY, Wish
from simulator.subsystems.systems import System
from tests.simulator.worlds import (
    ENGINE,
    box,
    events,
    execute,
    failures,
    install,
    load,
    mechanism,
    merged,
    power_on,
    ram,
)
from tests.simulator.worlds import run as run_plan

BUILD, OTHER = "10.0.20348", "10.0.17763"
LINUX = ImagePlatform()
WINDOWS = ImagePlatform("windows", "x86_64", BUILD)
UTILITY = System("linux", "linux", "6.1", "x86_64", 1, 1, 1)
REFUSED = (
    'image operating system "{}" cannot be used on this platform:'
    " operating system is not supported"
)


def image(platform: ImagePlatform = LINUX) -> ContainerImage:
    return ContainerImage("app", platform, ())


def host(
    platform: ImagePlatform = LINUX, *, desktop: bool = False, wsl: bool = False
) -> Host:
    return Host(platform, desktop, UTILITY if wsl else None)


@pytest.mark.parametrize(
    ("runtime", "kind", "system"),
    [
        ("runc", SHARED, ""),
        ("crun", SHARED, ""),
        ("runsc", SANDBOX, "gvisor"),
        ("runsc-kvm", SANDBOX, "gvisor"),
        ("kata", MACHINE, "kata"),
    ],
)
def test_runtimes_of_linux(runtime: str, kind: str, system: str) -> None:
    found = boundary_of(image(), Wish(runtime=runtime), host(), defaults())
    assert found.kind == kind
    assert (found.system.name if found.system else "") == system


@pytest.mark.parametrize(
    ("isolation", "desktop", "kind"),
    [
        ("default", False, SHARED),
        ("default", True, MACHINE),
        ("process", False, SHARED),
        ("process", True, SHARED),
        ("hyperv", False, MACHINE),
        ("hyperv", True, MACHINE),
    ],
)
def test_isolation_of_windows(isolation: str, desktop: bool, kind: str) -> None:
    wish, on = Wish(isolation=isolation), host(WINDOWS, desktop=desktop)
    assert boundary_of(image(WINDOWS), wish, on, defaults()).kind == kind


def test_a_desktop_may_have_the_habit_of_a_server() -> None:
    habit = {**defaults(), "windows.isolation": "process"}
    on = host(WINDOWS, desktop=True)
    assert boundary_of(image(WINDOWS), ORDINARY, on, habit).kind == SHARED


def test_process_isolation_needs_the_same_build() -> None:
    old = image(ImagePlatform("windows", "x86_64", OTHER))
    with pytest.raises(BoundaryError) as error:
        boundary_of(old, Wish(isolation="process"), host(WINDOWS), defaults())
    assert str(error.value) == (
        "The container operating system does not match the host operating system."
        f" (0xc0370101: image {OTHER}, host {BUILD})"
    )
    found = boundary_of(old, Wish(isolation="hyperv"), host(WINDOWS), defaults())
    assert found.system is not None
    assert found.system.version == OTHER


def test_a_revision_is_no_part_of_the_build() -> None:
    patched = image(ImagePlatform("windows", "x86_64", f"{BUILD}.1607"))
    wish = Wish(isolation="process")
    assert boundary_of(patched, wish, host(WINDOWS), defaults()).kind == SHARED


@pytest.mark.parametrize(("features", "kind"), [((), "nano"), (("win32k",), "core")])
def test_the_utility_machine_is_as_large_as_its_image_needs(
    features: tuple[str, ...], kind: str
) -> None:
    platform = ImagePlatform("windows", "x86_64", BUILD, features)
    found = boundary_of(
        image(platform), Wish(isolation="hyperv"), host(WINDOWS), defaults()
    )
    assert found.system is not None
    sizes = {
        "nano": figure("nano_server_hyperv") - figure("nano_server_process"),
        "core": figure("server_core_hyperv") - figure("server_core_process"),
    }
    assert found.system.kernel_kib == sizes[kind] - figure("vmm_memory")


@pytest.mark.parametrize(
    ("of", "on"), [(WINDOWS, host()), (WINDOWS, host(wsl=True)), (LINUX, host(WINDOWS))]
)
def test_an_image_of_another_system(of: ImagePlatform, on: Host) -> None:
    with pytest.raises(BoundaryError) as error:
        boundary_of(image(of), ORDINARY, on, defaults())
    assert str(error.value) == REFUSED.format(of.os)


def test_a_linux_image_on_windows_needs_a_linux_kernel() -> None:
    found = boundary_of(image(), ORDINARY, host(WINDOWS, wsl=True), defaults())
    assert found == (MACHINE, UTILITY)


def test_each_container_may_have_a_kernel_whatever_is_asked() -> None:
    own = {**defaults(), "container.kernel": "own"}
    assert boundary_of(image(), ORDINARY, host(), own) == (MACHINE, None)
    assert sentry("x86_64").family == "linux"


# In runs.


def run(plan: Any, world: Any = None, **more: Any) -> Run:
    return run_plan([*ENGINE, *plan], world=world or {}, **more)


def children(done: Run) -> list[dict[str, Any]]:
    kernel = done.observation["machines"]["server"]["children"][0]
    found: list[dict[str, Any]] = kernel["children"][0]["children"]
    return found


@pytest.mark.parametrize(
    ("runtime", "kernels"), [("runc", 1), ("runsc", 3), ("kata", 3)]
)
def test_kernels_of_two_containers(runtime: str, kernels: int) -> None:
    done = run([box(2, runtime=runtime)])
    assert failures(done) == []
    assert done.metrics["kernels"] == kernels
    assert done.observation["programs"]["app"]["running"] == 2


def test_a_sandbox_answers_calls_itself_and_lacks_new_ones() -> None:
    calls = {"programs": {"app": {"calls": ["io_uring_setup"]}}}
    assert failures(run([box()], calls)) == []
    done = run([box(runtime="runsc")], calls)
    assert failures(done)[0] == ("linux-2", "system_call", "ENOSYS")


def test_a_call_costs_twenty_times_as_much_and_computing_the_same() -> None:
    def took(runtime: str, **program: int) -> int:
        world = {"programs": {"app": {"cpu_us": 0, "operations": 0, **program}}}
        done = run([box(runtime=runtime, network="host"), load("app")], world)
        return int(done.metrics["request_ns"]["app"])

    assert 18 < took("runsc", operations=1000) / took("runc", operations=1000) < 22
    assert took("runsc", cpu_us=1000) == took("runc", cpu_us=1000)


def test_the_host_makes_calls_for_a_sandbox() -> None:
    done = run([box(runtime="runsc"), load("app", 10)])
    assert done.metrics["host_calls"] == 10 * 10
    world = {"programs": {"app": {"operations": 0, "first_touches": 5}}}
    assert (
        run([box(runtime="runsc"), load("app", 10)], world).metrics["host_calls"] == 0
    )


@pytest.mark.parametrize(
    ("runtime", "running"), [("runc", 0), ("runsc", 1), ("kata", 1)]
)
def test_a_bug_below_one_container_takes_those_of_its_kernel(
    runtime: str, running: int
) -> None:
    plan = [box(name="first", runtime=runtime), box(name="second", runtime=runtime)]
    done = run([*plan, {"crash": {"on": "first"}}])
    assert done.observation["programs"]["app"]["running"] == running


def test_a_dead_host_takes_the_sandboxes() -> None:
    done = run([box(2, runtime="runsc"), {"crash": {"on": "server"}}])
    assert done.observation["programs"]["app"]["running"] == 0
    assert done.metrics["kernels"] == 0


@pytest.mark.parametrize("runtime", ["runc", "runsc", "kata"])
def test_what_a_container_had_is_free_when_it_ends(runtime: str) -> None:
    before = run([])
    stop = {"stop_container": {"on": "box", "grace_s": 1}}
    plan = [box(3, runtime=runtime), stop]
    ended = run(plan, {"programs": {"app": {"text_mib": 0}}})
    assert ended.metrics["kernels"] == 1
    assert ram(ended) == ram(before)
    assert [c["state"] for c in children(ended)] == ["exited"] * 3


@pytest.mark.parametrize("runtime", ["runsc", "kata"])
def test_another_start_has_another_kernel(runtime: str) -> None:
    again = {"restart_container": {"on": "box"}}
    stop = {"stop_container": {"on": "box", "grace_s": 1}}
    done = run([box(runtime=runtime), stop, again])
    assert [c["state"] for c in children(done)] == ["running"]
    assert [e.actor for e in events(done, "execve", target="/srv/app")] == [
        "linux-2",
        "linux-3",
    ]
    assert done.metrics["kernels"] == 2


def test_memory_of_a_sandbox_is_the_hosts() -> None:
    plain, boxed = run([box()]), run([box(runtime="runsc")])
    assert ram(boxed) - ram(plain) >= figure("sentry_memory")
    tight = {"machines": {"server": {"ram_mib": 317 + 60 + 10}}}
    small = {"programs": {"app": {"ram_mib": 1, "text_mib": 0}}}
    done = run([box(runtime="runsc")], merged(tight, small))
    assert [action for _, action, _ in failures(done)] == ["boot_kernel"]
    assert children(done)[0]["state"] == "failed"


def test_no_memory_for_the_namespaces_of_a_sandbox() -> None:
    tight = {"machines": {"server": {"ram_mib": 317 + 60}}}
    done = run([box(runtime="runsc")], tight)
    assert failures(done) == [("docker", "namespaces", "ENOMEM")]


def test_kata_without_the_extension() -> None:
    done = run(
        [box(runtime="kata")], {"machines": {"server": {"virtualization": False}}}
    )
    assert failures(done) == [("docker", "create_vm", "ENODEV")]


# Windows.

PE: dict[str, Any] = {
    "systems": {"windows": {"version": BUILD}},
    "engines": {
        "silos": {"format": "pe", "ram_mib": 60},
        "wsl": {"format": "pe", "ram_mib": 60, "utility": "linux"},
    },
    "programs": {"exe": {"ram_mib": 29}},
    "images": {
        "exe_image": {
            "os": "windows",
            "os_version": BUILD,
            "libraries": ["windows-libraries"],
        }
    },
}


def windows(plan: Any, world: Any = None, engine: str = "silos", **more: Any) -> Run:
    setup = [install("windows"), power_on(), install(engine)]
    return run_plan([*setup, *plan], world=merged(PE, world or {}), **more)


def exe(**more: Any) -> dict[str, Any]:
    return box(image="exe_image", run="exe", **more)


def test_a_windows_container_on_a_windows_kernel() -> None:
    done = windows([exe(count=2)])
    assert failures(done) == []
    assert done.metrics["kernels"] == 1
    assert done.observation["programs"]["exe"]["running"] == 2


def test_an_old_windows_has_nothing_for_an_engine() -> None:
    done = windows([], {"systems": {"windows": {"version": "10.0.10240"}}})
    assert failures(done) == [("silos", "start", "ENOSYS")]


def test_a_mismatch_is_refused_or_gets_a_machine() -> None:
    old = {"images": {"exe_image": {"os_version": OTHER}}}
    done = windows([exe(isolation="process")], old)
    assert "does not match the host operating system" in failures(done)[0][2]
    assert children(done)[0]["state"] == "failed"
    helped = windows([exe(isolation="hyperv")], old)
    assert failures(helped) == []
    assert helped.metrics["kernels"] == 2


def test_a_desktop_isolates_by_machines() -> None:
    desktop = {"systems": {"windows": {"desktop": True}}}
    assert windows([exe(count=2)], desktop).metrics["kernels"] == 3
    habit = [mechanism("windows.isolation", "process")]
    assert windows([exe(count=2)], desktop, changes=habit).metrics["kernels"] == 1


def test_a_linux_image_on_windows() -> None:
    done = windows([box()])
    assert failures(done) == [("silos", "create", REFUSED.format("linux"))]
    wsl = windows([box()], engine="wsl")
    assert failures(wsl) == []
    assert wsl.metrics["kernels"] == 2


def test_a_windows_image_on_linux() -> None:
    done = run([exe()], {"images": PE["images"]})
    assert failures(done) == [("docker", "create", REFUSED.format("windows"))]


def test_a_process_in_a_utility_machine_takes_longer_to_start() -> None:
    spans = []
    for isolation in ("process", "hyperv"):
        done = windows([exe(isolation=isolation)])
        asked = events(done, "start_container")[0]
        started = events(done, "execve", target="/srv/app.exe")[0]
        spans.append((started.time - asked.time) / 1_000_000)
    assert 1 <= spans[0] <= 2
    assert 5 <= spans[1] <= 10


def test_programs_run_in_a_sandbox_by_hand_too() -> None:
    done = run([box(runtime="runsc"), execute("app", "box")])
    assert [e.actor for e in events(done, "execve", place="box-1")] == ["linux-2"] * 2
    assert isinstance(Engine().now, int)


def test_files_and_page_walks_in_a_sandbox_are_the_hosts() -> None:
    writes = {"does": [{"write_file": {"path": "/srv/x", "bytes": 1_048_576}}]}
    world = {
        "programs": {"app": {"tlb_misses": 10, **writes}},
        "images": {"app_image": {"programs": ["app"]}},
    }
    done = run([box(runtime="runsc"), {"wait": {"seconds": 1}}, load("app")], world)
    (wrote,) = events(done, "write_file")
    assert (wrote.actor, wrote.outcome, wrote.detail["size"]) == (
        "linux-2",
        "ok",
        1_048_576,
    )
    assert done.metrics["device_kib"]["server"] >= 1024
    plain = run([box(), {"wait": {"seconds": 1}}, load("app")], world)
    assert done.metrics["request_ns"]["app"] > plain.metrics["request_ns"]["app"]
