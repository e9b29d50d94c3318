"""How processes end: exit statuses, zombies, orphans, and a kernel's own death."""

from simulator.events import FAILED, OK
from simulator.subsystems.families import PANICS
from simulator.subsystems.processes import ALIVE, Executive, Process
from simulator.subsystems.signals import KILLED, LOGS, NUMBERS


def end(
    kernel: Executive,
    process: Process,
    *,
    exit_status: int | None = None,
    signal: str = "",
    cause: int | None,
    log: str = "",
) -> int:
    """End a process and return the ``seq`` of that event.

    It leaves an exit status behind until its parent collects that; its children
    get a new parent; the end of a namespace's init ends all that live in it.
    """
    status = KILLED + NUMBERS[signal] if signal else exit_status or 0
    process.state, process.exit_status, process.signal = "zombie", status, signal
    kernel.pages.forget(process)
    seq = _record(process, cause, log)
    process.state_seq = seq
    _stop_work(process)
    if process is kernel.init:
        return kernel.panic(
            f"Attempted to kill init! exitcode=0x{_wait_status(status, signal):08x}",
            seq,
        )
    _end_namespace(kernel, process, seq)
    _orphan(kernel, process, seq)
    if process.parent is None or _collects(process.parent):
        reap(process)
    for watcher in process.watchers:
        watcher(process)
    kernel.platform.engine.open(process.ended)
    return seq


def reap(process: Process) -> None:
    """Collect the exit status of a zombie: then its number is free again."""
    if process.state != "zombie":
        return
    process.state = "gone"
    if process.parent is not None:
        process.parent.children.remove(process)
    process.kernel.pids_used -= 1
    if process.cgroup is not None:
        process.cgroup.leave(process)


def bug(kernel: Executive, process: Process | None, cause: int | None) -> int:
    """Run into a bug in a process's system call, or in an interrupt.

    Returns the ``seq`` of what it led to: the end of that process or of the kernel.
    """
    context = {} if process is None else {"pid": process.pid}
    seq = kernel.platform.engine.record(
        kernel.name,
        "oops",
        FAILED,
        cause=cause,
        target=process.program.path if process else kernel.platform.name,
        **context,
        log="BUG: kernel NULL pointer dereference, address: 0000000000000000",
    )
    if process is None:
        return kernel.panic("Fatal exception in interrupt", seq)
    if kernel.survives_bugs:
        return kernel.end(process, signal="SIGKILL", cause=seq)
    return kernel.panic("Fatal exception", seq)


def panic(kernel: Executive, log: str, cause: int | None) -> int:
    """Stop a kernel for good, and with it everything that shares it."""
    engine = kernel.platform.engine
    if kernel.state == "dead":
        return kernel.state_seq or 0
    seq = engine.record(
        kernel.name,
        "panic",
        FAILED,
        cause=cause,
        target=kernel.platform.name,
        log=PANICS[kernel.family].format(log),
    )
    fall(kernel, seq)
    return seq


def fall(kernel: Executive, seq: int) -> None:
    """Take down all that runs on a kernel, because of event ``seq``."""
    if kernel.state == "dead":
        return
    kernel.state, kernel.state_seq = "dead", seq
    for process in list(kernel.everyone()):
        if process.state in ALIVE:
            process.state, process.state_seq = "gone", seq
            _stop_work(process)
            kernel.platform.engine.open(process.ended)
    for guest in kernel.guests:
        guest.fall(seq)
    for watcher in kernel.watchers:
        watcher(seq)


def _record(process: Process, cause: int | None, log: str) -> int:
    kernel, status, signal = process.kernel, process.exit_status, process.signal
    detail: dict[str, object] = {"exit_status": status}
    if signal:
        detail["signal"] = signal
    if status or log:
        detail["log"] = log or LOGS.get(signal) or f"exited with status {status}"
    return kernel.platform.engine.record(
        kernel.name,
        "exit",
        FAILED if status else OK,
        cause=cause,
        target=process.program.path,
        pid=process.pid,
        **detail,
    )


def _stop_work(process: Process) -> None:
    engine = process.kernel.platform.engine
    for task in process.tasks:
        task.cancel(engine)
    process.tasks.clear()


def _end_namespace(kernel: Executive, process: Process, seq: int) -> None:
    """When a PID namespace's init ends, the kernel kills all others in it."""
    namespace = process.namespaces.pid
    alone = kernel.mechanisms["kernel.pid1_end"] == "alone"
    if namespace.init is not process or alone:
        return
    for other in kernel.processes:
        if other.alive and other.pid_in(namespace):
            end(kernel, other, signal="SIGKILL", cause=seq)


def _orphan(kernel: Executive, process: Process, seq: int) -> None:
    """Give the children of an ended process to whoever is to wait for them."""
    children, process.children = process.children, []
    for child in children:
        heir = _heir(kernel, process)
        child.parent = heir
        if heir is None:
            continue
        heir.children.append(child)
        if child.alive:
            kernel.platform.engine.record(
                kernel.name,
                "reparent",
                cause=seq,
                target=child.program.path,
                pid=child.pid,
                parent=heir.pid,
            )
        elif _collects(heir):
            reap(child)


def _heir(kernel: Executive, process: Process) -> Process | None:
    """Return the new parent of an orphan: a subreaper above it, or an init."""
    namespace = process.namespaces.pid
    above = process.parent
    while above is not None and above.namespaces.pid is namespace:
        if above.is_subreaper and above.alive:
            return above
        above = above.parent
    if kernel.mechanisms["kernel.orphans"] == "system":
        return kernel.init
    init = namespace.init
    return init if init is not None and init.alive else kernel.init


def _collects(parent: Process) -> bool:
    """Return whether a parent's children vanish as soon as they end."""
    return parent.reaps or parent.kernel.mechanisms["kernel.reaping"] == "kernel"


def _wait_status(status: int, signal: str) -> int:
    """Return what wait(2) gives: the status in the second byte, or the signal."""
    return NUMBERS[signal] if signal else status << 8
