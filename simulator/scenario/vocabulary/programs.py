"""Programs, and what an operator does with their files and processes."""

from simulator.scenario.fields import (
    ListOf,
    MapOf,
    Record,
    choice,
    flag,
    integer,
    may,
    need,
    reference,
    text,
)
from simulator.scenario.vocabulary.cgroups import cgroup
from simulator.scenario.vocabulary.steps import StepList
from simulator.scenario.vocabulary.words import (
    MIB,
    USER,
    binary_format,
    path,
    place,
    program_arch,
    runtime,
    slug,
)
from simulator.subsystems.families import SYSTEM_CALLS
from simulator.subsystems.files import API_OF_FORMAT, RUNTIMES, STATIC
from simulator.subsystems.platform import CPU_FLAGS
from simulator.subsystems.signals import NUMBERS, UNSTOPPABLE

_CALLS = sorted({call for table in SYSTEM_CALLS.values() for call in table})
_INTERPRETS = Record(
    {
        "format": need(binary_format),
        "arch": need(program_arch),
        "api": need(choice(*sorted(set(API_OF_FORMAT.values())))),
    }
)
_SIGNALS = Record(
    {
        name: may(choice("default", "exit", "ignore", "forward"), "default")
        for name in NUMBERS
        if name not in UNSTOPPABLE
    }
)
_NO_SIGNALS = dict.fromkeys(_SIGNALS.fields, "default")
_PROGRAM = Record(
    {
        "path": need(path),
        "format": need(binary_format),
        "arch": may(program_arch, "x86_64"),
        "ram_mib": may(MIB, 1),
        "text_mib": may(MIB, 0),
        "cpu_us": may(integer(0, 10_000_000), 100),
        "touch_kib": may(integer(0, 1 << 30), 0),
        "disk_kib": may(integer(0, 1 << 30), 0),
        "workers": may(integer(0, 10_000), 0),
        "operations": may(integer(0, 100_000), 1),
        "privileged": may(integer(0, 100_000), 0),
        "first_touches": may(integer(0, 1_000_000), 0),
        "tlb_misses": may(integer(0, 10_000_000), 0),
        "dirties_mib_s": may(integer(0, 1_000_000), 0),
        "uses_flags": may(ListOf(choice(*CPU_FLAGS)), ()),
        "executable": may(flag(), True),
        "calls": may(ListOf(choice(*_CALLS)), ()),
        "interpreter": may(path, ""),
        "crlf": may(flag(), False),
        "truncated": may(flag(), False),
        "interprets": may(_INTERPRETS, None),
        "does": may(StepList(), ()),
        "signals": may(_SIGNALS, _NO_SIGNALS),
        "reaps": may(flag(), False),
        "oom_score_adj": may(integer(-1000, 1000), 0),
        "acts_as": may(choice("program", "shell", "init", "interpreter"), "program"),
        "execs_last": may(flag(), False),
        "links": may(choice(*RUNTIMES, STATIC), ""),
    }
)
_program = reference("programs")

SECTIONS = {"programs": may(MapOf(_PROGRAM), {})}
VERBS = {
    "install_libraries": Record({"name": need(runtime), "on": need(place)}),
    "make_executable": Record({"program": need(_program), "on": need(place)}),
    "register_format": Record(
        {
            "on": need(place),
            "name": need(slug),
            "format": need(binary_format),
            "arch": need(program_arch),
            "interpreter": need(_program),
            "open_now": may(flag(), False),
            "in_namespace": may(flag(), False),
        }
    ),
    "exec": Record(
        {
            "program": need(_program),
            "on": need(place),
            "user": may(text(USER, "a user's name or number"), ""),
            "groups": may(ListOf(text(USER, "a group's name")), ()),
            "cgroup": may(cgroup, None),
        }
    ),
    "kernel_bug": Record({"on": need(place), "program": may(_program, None)}),
    "signal": Record(
        {
            "signal": need(choice(*NUMBERS)),
            "on": need(place),
            "program": may(_program, None),
        }
    ),
    "load": Record(
        {
            "program": need(_program),
            "requests": need(integer(1, 1_000_000)),
            "rate": may(integer(1, 1_000_000), None),
            "concurrency": may(integer(1, 1_000), None),
            "timeout_ms": may(integer(1, 3_600_000), None),
            "on": may(place, None),
            "background": may(flag(), False),
        }
    ),
}
