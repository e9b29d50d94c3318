"""From what a sandbox told to a run: the model's events and its observation."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from errno import errorcode
from typing import Any

from simulator.events import ASKED, FAILED, OK, Event
from simulator.live.binaries import writing as told
from simulator.live.binaries.asking import CALLS
from simulator.live.binaries.sockets import LOOPBACK_BIT
from simulator.live.binaries.writing import NOT_EXECUTABLE
from simulator.live.sandbox import Fact
from simulator.live.translating import Deed, Translation
from simulator.subsystems.containers.lifecycle import START_FAILED
from simulator.subsystems.network.namespace import LOOPBACK, WILDCARD
from simulator.subsystems.signals import KILLED, NUMBERS

MACHINE = "machine"
"""What a sandbox calls itself."""
STATES = {"Z": "zombie", "T": "stopped"}
"""What ``/proc/<pid>/stat`` says of processes that do not run."""
NOBODY: Mapping[str, Any] = {
    "pid": 0,
    "pid_outside": 0,
    "uid": 0,
    "uid_outside": 0,
    "hostname": "",
    "own": [],
    "namespaces": {},
    "processes": [],
    "zombies": 0,
}
"""What is seen where nothing runs."""
KERNEL = "linux-1"
"""What the model calls the first Linux of a world."""
INIT = "docker-init"
"""What the model calls an engine's own init."""
_AS_SEEN = ("interfaces", "shared_memory", "uptime_us")
_SIGNALS = {number: name for name, number in NUMBERS.items()}


@dataclass(slots=True)
class Seen:
    """A process as it was told of."""

    pid: int
    program: str
    place: str
    seq: int
    alive: bool = True
    status: int | None = None
    served: int = 0


@dataclass(slots=True)
class Recorder:
    """Goes through what was told, deed by deed, and keeps the model's records."""

    translation: Translation
    facts: Iterator[Fact]
    events: list[Event] = field(default_factory=list)
    processes: dict[int, Seen] = field(default_factory=dict)
    ended: list[Seen] = field(default_factory=list)
    attempts: dict[str, dict[str, Any]] = field(default_factory=dict)
    containers: dict[str, str] = field(default_factory=dict)
    """State of each container."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Exit status of each container that has ended."""
    views: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    """What the kernel has counted for the cgroup of each container."""
    cause: int | None = None
    """``seq`` of the operator's wish that is being carried out."""
    at: int = 0
    overdue: bool = False
    """True when something went on for longer than anybody waits for it."""

    def __post_init__(self) -> None:
        self.attempts = {
            name: {"attempts": 0, "errno_name": "", "loader": ""}
            for name in self.translation.programs
        }

    def record(self, actor: str, action: str, outcome: str = OK, **detail: Any) -> int:
        """Append an event whose cause is the present wish; return its ``seq``."""
        seq, cause = len(self.events), detail.pop("cause", self.cause)
        self.events.append(Event(seq, self.at, actor, action, outcome, detail, cause))
        return seq

    def go_through(self) -> None:
        """Record every deed with what came of it, then what was seen at the end."""
        for deed in self.translation.deeds:
            self._ask(deed)
            for number, name in deed.steps:
                fact = self._until(number)
                AFTER.get(fact["kind"], _nothing)(self, fact, name)
            DONE.get(deed.verb, _nothing_more)(self, deed)
        seen = self._until(len(self.translation.steps) - 1)
        self.views = self._views(seen["views"]) if "views" in seen else {}
        self.overdue |= not seen.get("whole", True)
        counted = seen.get("counts", {}).items()
        self.counts = {name: _nested(counts) for name, counts in counted}

    def _ask(self, deed: Deed) -> None:
        arguments = deed.arguments
        target = arguments.get("on") or arguments.get("machine") or ""
        subjects = (arguments.get(key) for key in ("what", "program", "name"))
        what = next((subject for subject in subjects if subject), target)
        detail = {
            "target": what,
            **({"on": target} if target not in {"", what} else {}),
        }
        self.cause = self.record("operator", deed.verb, ASKED, cause=None, **detail)

    def _until(self, number: int) -> Fact:
        """Hear what happened until a step was done; return what ended it."""
        for fact in self.facts:
            self.at = fact["at"]
            if fact.get("step") == number:
                return fact
            HEARD.get(fact["kind"], _nothing)(self, fact, "")
        return {"kind": "", "step": number}

    def _views(self, found: Mapping[str, Fact]) -> dict[str, list[dict[str, Any]]]:
        """Return what was seen as the model has it: by group, a view per member."""
        names = {self.translation.machine: [""], **self.translation.groups}
        return {
            group: [self._view(name, found.get(name or MACHINE)) for name in members]
            for group, members in names.items()
            if group
        }

    def _view(self, name: str, seen: Fact | None) -> dict[str, Any]:
        """Return one view; of a container that has ended only how it ended."""
        status = self.statuses.get(name)
        state = self.containers.get(name, "running")
        place = name or self.translation.machine
        if seen is None:
            return {"place": place, "state": state, "exit_status": status, **NOBODY}
        processes = [self._row(row) for row in seen["processes"]]
        return {
            "place": place,
            "state": "on" if not name else state,
            "exit_status": status,
            "pid": seen["pid_inside"],
            "pid_outside": seen["pid_outside"],
            "uid": seen["uid_inside"],
            "uid_outside": seen["uid_outside"],
            "hostname": self._hostname(seen["hostname"]),
            **{key: seen[key] for key in _AS_SEEN if key in seen},
            "own": seen["own"],
            "namespaces": seen["namespaces"],
            "processes": processes,
            "zombies": sum(row["state"] == "zombie" for row in processes),
            "boot_id": seen["boot_id"],
        }

    def _hostname(self, seen: str) -> str:
        """Return a host name; the sandbox's own is that of the scenario's machine."""
        return self.translation.machine if seen == MACHINE else seen

    def _row(self, row: Fact) -> dict[str, Any]:
        number = row["exe"].removeprefix("/p").rstrip("i")
        program = self.program_of(int(number)) if number.isdigit() else ""
        state = STATES.get(row["state"], "running")
        found = {"pid": row["pid"], "ppid": row["ppid"], "state": state}
        return {**found, "program": program}

    def program_of(self, number: int) -> str:
        """Return the name of the program that records call by a number."""
        names = [*self.translation.programs, INIT, self.translation.engine]
        return names[number - 1]

    def path_of(self, program: str) -> str:
        """Return where the scenario has a program's file."""
        found = self.translation.programs.get(program)
        return "" if found is None else found.path


def _nothing(_recorder: Recorder, _fact: Fact, _name: str) -> None:
    """Some facts are only for those who look at a sandbox."""


def _nothing_more(_recorder: Recorder, _deed: Deed) -> None:
    """Most deeds are done with their steps."""


def _report(recorder: Recorder, fact: Fact, _name: str) -> None:
    """A program told of itself."""
    if fact["program"] == recorder.translation.daemon:
        return
    program = recorder.program_of(fact["program"])
    kind, pid = fact["what"], fact["pid"]
    if kind == told.STARTED:
        loader = _loader(recorder, program)
        seq = recorder.record(
            KERNEL, "execve", target=recorder.path_of(program), pid=pid, loader=loader
        )
        recorder.processes[pid] = Seen(pid, program, "", seq)
    elif kind == told.FORKED:
        recorder.record(KERNEL, "fork", target=recorder.path_of(program), parent=pid)
    elif kind == told.CAUGHT:
        recorder.record(
            KERNEL,
            "signal",
            target=recorder.path_of(program),
            pid=pid,
            signal=_SIGNALS.get(fact["first"], str(fact["first"])),
        )
    elif kind == told.FAILED:
        _refused(recorder, fact, program)
    elif kind == told.DONE:
        _granted(recorder, fact)
    elif kind == told.SERVED and pid in recorder.processes:
        recorder.processes[pid].served += fact["first"]


def _refused(recorder: Recorder, fact: Fact, program: str) -> None:
    """The kernel said no to what a program asked for."""
    what, value = _asked(fact)
    answer = _errno(fact["second"])
    action, target = NAMES[what](value)
    if action == "signal" and answer["errno_name"] == "ESRCH":
        action = "kill"
    target = recorder.path_of(program) if target is None else target
    recorder.record(KERNEL, action, FAILED, target=target, pid=fact["pid"], **answer)


def _granted(recorder: Recorder, fact: Fact) -> None:
    """The kernel did what a program asked for; signals are told by who gets them."""
    what, value = _asked(fact)
    action, target = NAMES[what](value)
    if action == "signal":
        return
    action = "listen" if action == "bind" else action
    recorder.record(KERNEL, action, target=target, pid=fact["pid"])


def _asked(fact: Fact) -> tuple[int, int]:
    first = fact["first"]
    return first & (1 << told.VALUE_SHIFT) - 1, first >> told.VALUE_SHIFT


def _address(value: int) -> str:
    host = LOOPBACK if value >> LOOPBACK_BIT else WILDCARD
    return f"{host}:{value & (1 << LOOPBACK_BIT) - 1}"


NAMES: Mapping[int, Callable[[int], tuple[str, Any]]] = {
    told.FORK: lambda _: ("fork", None),
    told.EXECVE: lambda _: ("execve", None),
    told.SIGNAL: lambda _: ("signal", None),
    told.SETUID: lambda uid: ("setuid", uid),
    told.UNSHARE: lambda _: ("unshare", None),
    told.CALL: lambda number: ("system_call", CALLS[number]),
    told.SEGMENT: lambda key: ("shmget", key),
    told.BIND: lambda value: ("bind", _address(value)),
    told.CONNECT: lambda port: ("connect", f"{LOOPBACK}:{port}"),
    told.MEMORY: lambda _: ("mmap", None),
}
"""By what a program asked for: the model's word, and what that is about."""


def _nested(counts: Mapping[str, int]) -> dict[str, Any]:
    """Return counts by name with the parts of their names inside each other."""
    found: dict[str, Any] = {}
    for name, count in counts.items():
        *outer, last = name.split(".")
        inner = found
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = count
    return found


def _ended(recorder: Recorder, fact: Fact, _name: str) -> None:
    """A process that was started here has ended."""
    seen = recorder.processes.pop(fact["pid"], None)
    if seen is None:
        return
    code = fact["code"]
    status = KILLED - code if code < 0 else code
    seen.alive, seen.status = False, status
    recorder.ended.append(seen)
    detail = {"signal": _SIGNALS.get(-code, str(-code))} if code < 0 else {}
    recorder.record(
        KERNEL,
        "exit",
        FAILED if status else OK,
        cause=seen.seq,
        target=recorder.path_of(seen.program),
        pid=seen.pid,
        exit_status=status,
        **detail,
    )
    if any(fact["name"] in group for group in recorder.translation.groups.values()):
        recorder.containers[fact["name"]] = "exited"
        recorder.statuses[fact["name"]] = status


def _after_run(recorder: Recorder, fact: Fact, name: str) -> None:
    _note(recorder, recorder.translation.runs[name], fact)


def _after_container(recorder: Recorder, fact: Fact, name: str) -> None:
    program = recorder.translation.runs[name]
    pid = fact["pid"]
    alive = pid in recorder.processes
    if alive:
        recorder.processes[pid].place = name
    recorder.containers[name] = "running" if alive else "exited"
    if fact["errno"]:
        why = errorcode.get(fact["errno"], "")
        recorder.statuses[name] = START_FAILED.get(why, NOT_EXECUTABLE)
    for stage in fact["stages"]:
        recorder.record(
            recorder.translation.engine, stage, target=name, at_us=fact["stages"][stage]
        )
    _note(recorder, program, fact)


def _after_wait(recorder: Recorder, fact: Fact, _name: str) -> None:
    recorder.overdue |= not fact["whole"]


def _after_register(recorder: Recorder, fact: Fact, name: str) -> None:
    if fact["errno"]:
        said = _errno(fact["errno"])
        recorder.record(KERNEL, "register_format", FAILED, target=name, **said)
    else:
        recorder.record(KERNEL, "register_format", target=name)


def _note(recorder: Recorder, program: str, fact: Fact) -> None:
    """Remember how the last attempt to run a program went."""
    if program not in recorder.attempts:
        return
    attempt = recorder.attempts[program]
    attempt["attempts"] += 1
    attempt["errno_name"] = errorcode.get(fact["errno"], "")
    attempt["loader"] = "" if fact["errno"] else _loader(recorder, program)
    if fact["errno"]:
        recorder.record(
            KERNEL,
            "execve",
            FAILED,
            target=recorder.path_of(program),
            **_errno(fact["errno"]),
        )


def _loader(recorder: Recorder, program: str) -> str:
    found = recorder.translation.programs.get(program)
    if found is None:
        return "elf"
    is_handed = (found.format, found.arch) in recorder.translation.handlers
    return "misc" if is_handed else found.format


def _errno(number: int) -> dict[str, Any]:
    return {"errno": number, "errno_name": errorcode.get(number, str(number))}


HEARD: Mapping[str, Callable[[Recorder, Fact, str], None]] = {
    "report": _report,
    "ended": _ended,
}
"""What is told in between, of programs and their ends."""
AFTER: Mapping[str, Callable[[Recorder, Fact, str], None]] = {
    "run": _after_run,
    "container": _after_container,
    "waited": _after_wait,
    "registered": _after_register,
}
"""What ends a step and says how it went."""


def _after_load(recorder: Recorder, deed: Deed) -> None:
    program = deed.arguments["program"]
    served = {
        pid: seen.served
        for pid, seen in recorder.processes.items()
        if seen.program == program
    }
    for pid, count in served.items():
        recorder.record(
            KERNEL, "serve", target=recorder.path_of(program), pid=pid, requests=count
        )
    if not served:
        log = f"connection refused: no process of {program} is running"
        recorder.record(program, "serve", FAILED, log=log)


DONE: Mapping[str, Callable[[Recorder, Deed], None]] = {"load": _after_load}
"""What is recorded once all steps of a deed are done."""
