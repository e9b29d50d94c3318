"""Signals: their numbers, what each does by default, and who may send one."""

from collections.abc import Mapping
from types import MappingProxyType

from simulator.engine import Gate
from simulator.events import FAILED
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.processes import Executive, Process

NUMBERS: Mapping[str, int] = MappingProxyType(
    {
        "SIGHUP": 1,
        "SIGINT": 2,
        "SIGQUIT": 3,
        "SIGILL": 4,
        "SIGABRT": 6,
        "SIGKILL": 9,
        "SIGUSR1": 10,
        "SIGSEGV": 11,
        "SIGUSR2": 12,
        "SIGPIPE": 13,
        "SIGALRM": 14,
        "SIGTERM": 15,
        "SIGCHLD": 17,
        "SIGCONT": 18,
        "SIGSTOP": 19,
        "SIGTSTP": 20,
    }
)
"""The numbers of Linux on x86 and ARM, signal(7)."""
DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "SIGCHLD": "ignore",
        "SIGCONT": "continue",
        "SIGSTOP": "stop",
        "SIGTSTP": "stop",
    }
)
"""What a signal does by default, where that is not the process's end."""
UNSTOPPABLE = ("SIGKILL", "SIGSTOP")
"""No process can handle or ignore these."""
KILLED = 128
"""A shell adds this to a signal's number to tell it from an exit status."""
LOGS: Mapping[str, str] = MappingProxyType(
    {
        "SIGHUP": "Hangup",
        "SIGINT": "Interrupt",
        "SIGQUIT": "Quit (core dumped)",
        "SIGILL": "Illegal instruction (core dumped)",
        "SIGABRT": "Aborted (core dumped)",
        "SIGKILL": "Killed",
        "SIGSEGV": "Segmentation fault (core dumped)",
        "SIGTERM": "Terminated",
    }
)


def deliver(
    kernel: Executive,
    process: Process,
    name: str,
    cause: int | None,
    sender: Process | None = None,
) -> int:
    """Send a signal and return the ``seq`` of the event that it led to.

    ``sender`` None is the kernel's own root, outside all containers.
    """
    refusal = _refusal(process, sender)
    if refusal:
        return _refused(process, name, refusal, cause)
    what = _disposition(process, name, sender)
    seq = kernel.platform.engine.record(
        kernel.name,
        "signal",
        cause=cause,
        target=process.program.path,
        pid=process.pid,
        signal=name,
        disposition=what,
    )
    if what == "terminate":
        return kernel.end(process, signal=name, cause=seq)
    if what == "exit":
        return kernel.end(process, exit_status=0, cause=seq)
    if what == "forward":
        for child in list(process.children):
            if child.alive:
                deliver(kernel, child, name, seq, process)
    elif what == "pend":
        process.pending.append((name, sender))
    elif what == "stop":
        process.state, process.state_seq = "stopped", seq
        process.resumed = Gate()
    elif what == "continue" and process.state == "stopped":
        _resume(process, seq)
    return seq


def _resume(process: Process, seq: int) -> None:
    """Let a stopped process go on."""
    process.state, process.state_seq = "running", seq
    process.kernel.platform.engine.open(process.resumed)
    deliver_pending(process, seq)


def deliver_pending(process: Process, seq: int) -> None:
    """Deliver what was sent to a process while it stood still, after event ``seq``."""
    waiting, process.pending = process.pending, []
    for name, sender in waiting:
        deliver(process.kernel, process, name, seq, sender)


def _disposition(process: Process, name: str, sender: Process | None) -> str:
    """Return what a signal does to a process: its own choice, or the default."""
    if process.state == "zombie":
        return "none"
    if process.held is not None and name != "SIGKILL":
        # SIGCONT takes effect when it is sent, whatever the process does about it.
        goes_on = process.state == "stopped" and name == "SIGCONT"
        return "continue" if goes_on else "pend"
    chosen = process.handlers.get(name, "default")
    if chosen != "default":
        return chosen
    if _is_protected(process, name, sender):
        return "discard"
    return DEFAULTS.get(name, "terminate")


def _is_protected(process: Process, name: str, sender: Process | None) -> bool:
    """Return whether the kernel keeps the default action from a namespace's init.

    pid_namespaces(7): an init gets only signals that it has a handler for, except
    SIGKILL and SIGSTOP from a PID namespace around its own.
    """
    namespace = process.namespaces.pid
    if namespace.init is not process:
        return False
    if process.kernel.mechanisms["kernel.pid1_signals"] == "ordinary":
        return False
    if name not in UNSTOPPABLE or namespace.parent is None:
        return True
    return sender is not None and sender.namespaces.pid is namespace


def _refusal(process: Process, sender: Process | None) -> tuple[str, str] | None:
    """Return errno and log when a sender cannot signal a process."""
    if process.state == "gone":
        return "ESRCH", "No such process"
    if sender is None:
        return None
    if not process.pid_in(sender.namespaces.pid):
        return "ESRCH", "No such process in this PID namespace"
    same = sender.credentials.uid == process.credentials.uid
    if same or sender.may("KILL", process.credentials.user):
        return None
    return "EPERM", "Operation not permitted"


def _refused(
    process: Process, name: str, refusal: tuple[str, str], cause: int | None
) -> int:
    errno_name, log = refusal
    kernel = process.kernel
    return kernel.platform.engine.record(
        kernel.name,
        "signal",
        FAILED,
        cause=cause,
        target=process.program.path,
        pid=process.pid,
        signal=name,
        errno=ERRNO[errno_name],
        errno_name=errno_name,
        log=f"kill: {log}",
    )
