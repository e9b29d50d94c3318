"""A sandbox carries its plan out, tells all, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from errno import EACCES, ENOENT, ENOEXEC, EPERM
from pathlib import Path
from typing import Any

import pytest

from simulator.live import sandbox
from simulator.live.binaries import formats
from simulator.live.inside.linux import PR_SET_CHILD_SUBREAPER, prctl
from simulator.live.sandbox import SandboxError, Told, carry_out
from tests.simulator.live.plans import (
    calling,
    contain,
    look,
    program,
    request,
    run,
    send,
    wait,
    write,
)
from tests.source_code import ROOT
from tests.trapframe.embedded.sessions import wait_until

EXITS = (("exit", {"status": 3}),)
TERM, KILL = int(signal.SIGTERM), int(signal.SIGKILL)


def kinds(told: Told) -> list[str]:
    return [fact["kind"] for fact in told.facts]


def reports(told: Told, what: int) -> list[dict[str, Any]]:
    return [fact for fact in told.facts if fact.get("what") == what]


@pytest.fixture(autouse=True, scope="module")
def _orphans_come_to_us() -> Iterator[None]:
    """Whatever these tests start stays below this process, orphans too."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    yield
    prctl(PR_SET_CHILD_SUBREAPER, 0)


def living_below(ancestor: int) -> list[int]:
    """Who has come from a process and not ended, itself left out."""
    parents = {}
    for entry in Path("/proc").iterdir():
        fields = read(entry / "stat").rpartition(")")[2].split()
        if entry.name.isdigit() and fields and fields[0] != "Z":
            parents[int(entry.name)] = int(fields[1])
    return [
        pid for pid in parents if pid != ancestor and is_below(pid, ancestor, parents)
    ]


def is_below(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid in parents and pid != ancestor:
        pid = parents[pid]
    return pid == ancestor


def left_behind() -> list[int]:
    """Sandboxes of these tests that still run."""
    return [
        pid
        for pid in living_below(os.getpid())
        if "simulator.live.inside" in read(Path(f"/proc/{pid}/cmdline"))
    ]


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def test_an_empty_plan() -> None:
    told = carry_out([])
    assert kinds(told) == ["unshared", "ready", "done"]
    assert told.in_time is True


def test_a_program_runs_on_the_machine() -> None:
    told = carry_out([program(0, "/p1"), run(1, "app", "/p1")])
    assert told.of(1)["errno"] == 0
    assert told.of(1)["pid"] > 1
    assert [report["pid"] for report in reports(told, 1)] == [told.of(1)["pid"]]


@pytest.mark.parametrize(
    ("content", "mode", "errno"),
    [
        (formats.pe("x86_64"), 0o755, ENOEXEC),
        (formats.mach_o("aarch64"), 0o755, ENOEXEC),
        (formats.script("/nothing"), 0o755, ENOENT),
        (formats.elf(b"\x90", "x86_64", interpreter="/nothing"), 0o755, ENOENT),
        (formats.elf(b"\x90", "x86_64"), 0o644, EACCES),
    ],
)
def test_what_execve_answers(content: bytes, mode: int, errno: int) -> None:
    told = carry_out([write(0, "/p1", content, mode), run(1, "x", "/p1")])
    assert (told.of(1)["errno"], told.of(1)["pid"]) == (errno, 0)
    assert "ended" not in kinds(told)


def test_the_bit_can_be_set_later() -> None:
    plan = [
        program(0, "/p1", *EXITS),
        {"do": "mode", "step": 1, "path": "/p1", "mode": 0o644},
        run(2, "before", "/p1"),
        {"do": "mode", "step": 3, "path": "/p1", "mode": 0o755},
        run(4, "after", "/p1"),
    ]
    told = carry_out(plan)
    assert [told.of(step)["errno"] for step in (2, 4)] == [EACCES, 0]


def test_the_end_of_a_program_is_told() -> None:
    plan = [program(0, "/p1", *EXITS), run(1, "app", "/p1"), wait(2, 0.1)]
    told = carry_out(plan)
    ended = [fact for fact in told.facts if fact["kind"] == "ended"]
    assert [(fact["name"], fact["code"]) for fact in ended] == [("app", 3)]


def test_requests_are_served() -> None:
    plan = [
        program(0, "/p1"),
        run(1, "a", "/p1"),
        run(2, "b", "/p1"),
        request(3, ["a", "b", "nobody"], 50),
    ]
    assert sorted(carry_out(plan).of(3)["served"].values()) == [50, 50]


def test_a_container_is_alone_in_its_namespaces() -> None:
    plan = [
        program(0, "/images/0/p1"),
        contain(1, "box", "/p1"),
        contain(2, "bag", "/p1"),
        look(3),
    ]
    views = carry_out(plan).of(3)["views"]
    for name in ("box", "bag"):
        view = views[name]
        assert view["hostname"] == name
        assert view["pid_inside"] == 1
        assert view["pid_outside"] > 1
        assert [row["pid"] for row in view["processes"]] == [1]
        assert view["processes"][0]["exe"] == "/p1"
        assert view["mounts"] == ["/", "/proc"]
        assert view["interfaces"] == ["lo"]
        assert view["boot_id"] == views["machine"]["boot_id"]
        for kind in ("pid", "mnt", "uts", "ipc", "net"):
            assert view["namespaces"][kind] != views["machine"]["namespaces"][kind]
        assert view["namespaces"]["user"] == views["machine"]["namespaces"]["user"]
    assert len(views["machine"]["processes"]) == 3


@pytest.mark.parametrize(
    ("shared", "part"),
    [("pid", "pid_inside"), ("uts", "hostname")],
)
def test_a_namespace_that_is_not_made_is_the_machines(shared: str, part: str) -> None:
    kept = [kind for kind in ("pid", "mnt", "uts", "ipc", "net") if kind != shared]
    plan = [
        program(0, "/images/0/p1"),
        contain(1, "box", "/p1", namespaces=kept),
        look(2),
    ]
    views = carry_out(plan).of(2)["views"]
    assert views["box"]["namespaces"][shared] == views["machine"]["namespaces"][shared]
    assert views["box"][part] == (
        "machine" if part == "hostname" else views["box"]["pid_outside"]
    )


def test_root_of_a_user_namespace_is_somebody_else_outside() -> None:
    if os.geteuid() != 0:
        assert carry_out([look(0)]).of(0)["views"]["machine"]["uid_inside"] == 0
        return
    more: dict[str, Any] = {
        "namespaces": ["user", "pid", "mnt", "uts", "ipc", "net"],
        "uid_base": 100_000,
    }
    plan = [program(0, "/images/0/p1"), contain(1, "box", "/p1", **more), look(2)]
    view = carry_out(plan).of(2)["views"]["box"]
    assert (view["uid_inside"], view["uid_outside"]) == (0, 100_000)
    assert view["uid_map"][0] == 0


@pytest.mark.parametrize("kinds", [(), ("user",)])
def test_a_time_namespace_has_its_own_time_since_the_boot(kinds: tuple[str]) -> None:
    if kinds and os.geteuid() != 0:
        return
    wanted = {
        "namespaces": [*kinds, "pid", "mnt", "time"],
        "uid_base": 100_000 if kinds else None,
        "boottime_offset_s": 3600,
    }
    plan = [
        program(0, "/images/0/p1"),
        contain(1, "ahead", "/p1", **wanted),
        contain(2, "box", "/p1"),
        run(3, "second", "/p1", "ahead"),
        look(4),
    ]
    told = carry_out(plan)
    views = told.of(4)["views"]
    hour = 3600 * 1_000_000
    assert views["ahead"]["uptime_us"] == views["machine"]["uptime_us"] + hour
    assert views["box"]["uptime_us"] == views["machine"]["uptime_us"]
    assert "time" in views["ahead"]["own"]
    assert told.of(3)["errno"] == 0
    assert len(views["ahead"]["processes"]) == 2


def test_a_program_that_joins_a_container_sees_what_it_sees() -> None:
    plan = [
        program(0, "/images/0/p1"),
        contain(1, "box", "/p1"),
        run(2, "second", "/p1", "box"),
        look(3),
    ]
    told = carry_out(plan)
    assert told.of(2)["errno"] == 0
    assert len(told.of(3)["views"]["box"]["processes"]) == 2


def test_the_first_of_a_namespace_is_spared_what_it_does_not_handle() -> None:
    plan = [
        program(0, "/images/0/p1"),
        program(1, "/images/0/p2", signals=((TERM, "exit"),)),
        program(2, "/p3"),
        contain(3, "deaf", "/p1"),
        contain(4, "polite", "/p2"),
        run(5, "ordinary", "/p3"),
        send(6, "deaf", TERM),
        send(7, "polite", TERM),
        send(8, "ordinary", TERM),
        send(9, "deaf", KILL),
        send(10, "nobody", KILL),
    ]
    told = carry_out(plan)
    alive = [told.of(step)["alive"] for step in range(6, 10)]
    assert alive == [True, False, False, False]
    codes = {f["name"]: f["code"] for f in told.facts if f["kind"] == "ended"}
    assert codes == {"polite": 0, "ordinary": -TERM, "deaf": -KILL}
    assert told.of(10)["errno"] == 3


def test_all_of_a_namespace_end_with_its_first() -> None:
    fork = ("fork", {"count": 3, "steps": []})
    plan = [
        program(0, "/images/0/p1", fork),
        contain(1, "box", "/p1"),
        look(2),
        send(3, "box", KILL),
        wait(4, 0.05),
        look(5),
    ]
    told = carry_out(plan)
    assert len(told.of(2)["views"]["box"]["processes"]) == 4
    assert [row["pid"] for row in told.of(5)["views"]["machine"]["processes"]] == [1]


def test_an_upper_layer_is_a_containers_own() -> None:
    plan = [
        program(0, "/images/0/p1"),
        contain(1, "box", "/p1"),
        contain(2, "bag", "/p1"),
        program(3, "/containers/box/root/p9"),
        look(4),
    ]
    views = carry_out(plan).of(4)["views"]
    assert (views["box"]["files"], views["bag"]["files"]) == (
        ["p1", "p9", "proc"],
        ["p1", "proc"],
    )


CALLS: list[tuple[tuple[Any, ...], int]] = [
    ((2, "/etc/passwd", 0), EPERM),  # open
    ((41, 2, 1, 0), EPERM),  # socket
    ((101, 16, 1, 0, 0), EPERM),  # ptrace: attach to process 1
    ((165, "none", "/", "tmpfs", 0, 0), EPERM),  # mount
    ((272, 0x10000000), EPERM),  # unshare a user namespace
    ((161, "/"), EPERM),  # chroot
    ((83, "/x", 0o777), EPERM),  # mkdir
    ((88, "/etc", "/x"), EPERM),  # symlink
    ((169, 0xFEE1DEAD, 672274793, 0x1234567, 0), EPERM),  # reboot
    ((246, 0, 0, 0, 0), EPERM),  # kexec_load
    ((321, 0, 0, 0), EPERM),  # bpf
    ((425, 1, 0), EPERM),  # io_uring_setup
    ((298, 0, 0, 0, 0, 0), EPERM),  # perf_event_open
    ((160, 6, 0), EPERM),  # setrlimit
    ((105, 0), EPERM),  # setuid
    ((310, 1, 0, 0, 0, 0), EPERM),  # process_vm_readv
    ((9, 0, 10 << 30, 3, 34, -1, 0), 12),  # mmap of 10 GB: ENOMEM
    ((62, 4_194_303, 9), 3),  # kill of a process outside: ESRCH
    ((1, 7, "x", 1), 9),  # write to a descriptor that it was not given: EBADF
    ((0, 0, "x", 1), 9),  # read from the controller's input: EBADF
]
"""System calls that a program could try, and the error that each gets."""


@pytest.mark.parametrize("place", ["machine", "container"])
def test_no_way_out(place: str) -> None:
    """What a program could try is refused, on the machine and in a container."""
    plan = []
    for number, (call, _) in enumerate(CALLS):
        path, name, step = f"/p{number}", f"x{number}", 3 * number
        content = calling(*call)
        if place == "machine":
            plan += [write(step, path, content), run(step + 1, name, path)]
        else:
            image = f"/images/0{path}"
            plan += [write(step, image, content), contain(step + 1, name, path)]
        plan.append(wait(step + 2, 0.05))
    told = carry_out(plan)
    answers = [report["first"] for report in reports(told, 99)]
    assert list(zip(CALLS, answers, strict=True)) == [(c, -c[1]) for c in CALLS]


def test_killing_everybody_kills_nobody_outside() -> None:
    victim = subprocess.Popen(["sleep", "30"])
    try:
        content = calling(62, -1, KILL)
        plan = [write(0, "/images/0/p1", content), contain(1, "x", "/p1"), wait(2, 0.1)]
        assert carry_out(plan).in_time
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


def test_a_plan_that_takes_too_long_is_stopped() -> None:
    began = time.monotonic()
    sleeping = program(0, "/p1", ("sleep", {"ms": 60_000}))
    told = carry_out([sleeping, run(1, "a", "/p1"), wait(2, 90)], seconds=3)
    assert time.monotonic() - began < 30
    assert told.in_time is False
    assert told.of(1)["errno"] == 0
    with pytest.raises(SandboxError, match="step 2 of the plan has told nothing"):
        told.of(2)
    assert wait_until(lambda: not left_behind())


def test_a_plan_that_fails_says_why() -> None:
    with pytest.raises(SandboxError, match="KeyError: 'dance'"):
        carry_out([{"do": "dance", "step": 0}])
    assert wait_until(lambda: not left_behind())


def test_a_controller_that_cannot_start_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "_BOOT", "raise SystemExit('no such thing')")
    with pytest.raises(SandboxError, match="no such thing"):
        carry_out([])
    monkeypatch.setattr(sandbox, "_BOOT", "import sys; sys.stdin.close()")
    with pytest.raises(SandboxError, match="ended without a word"):
        carry_out([])
    large = write(0, "/p1", bytes(1 << 20))
    with pytest.raises(SandboxError, match="ended without a word"):
        carry_out([large])


def test_nothing_is_left_when_whoever_asked_is_killed() -> None:
    """Kill the asking process in the midst of a plan with forks and containers."""
    script = (
        "from tests.simulator.live.plans import *\n"
        "from simulator.live.sandbox import carry_out\n"
        "fork = ('fork', {'count': 5, 'steps': [('sleep', {'ms': 60000})]})\n"
        "plan = [program(0, '/images/0/p1', fork), contain(1, 'a', '/p1'),"
        " program(2, '/p1', fork), run(3, 'b', '/p1'), wait(4, 60)]\n"
        "carry_out(plan, seconds=60)\n"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    everybody = 2 + 2 * 6  # the sandbox, its process 1, two programs with children
    deadline = time.monotonic() + 60
    while len(living_below(asking.pid)) < everybody and time.monotonic() < deadline:
        time.sleep(0.02)
    started = set(living_below(asking.pid))
    asking.kill()
    asking.communicate()
    assert len(started) == everybody
    while started & set(living_below(os.getpid())) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert started & set(living_below(os.getpid())) == set()


def test_sandboxes_beside_each_other() -> None:
    plan = [program(0, "/images/0/p1"), contain(1, "box", "/p1"), look(2)]
    for _ in range(5):
        assert len(carry_out(plan).of(2)["views"]["box"]["processes"]) == 1
    assert wait_until(lambda: not left_behind())
