"""Moving a running machine to another server: its memory first, then itself.

Pre-copy sends all memory while the guest runs, then what the guest has changed
meanwhile, and so on: with dirty rate d and bandwidth b each round is d / b times as
long as the one before. When what is left can be sent within the downtime limit the
guest is stopped, the rest goes over, and it continues there. Where d is not below b
that never happens, unless the guest is slowed down (auto-converge). The disk stays
where it is: on storage that both servers reach.
"""

from dataclasses import dataclass
from typing import NamedTuple

from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.virtualization.hypervisor import Hypervisor
from simulator.subsystems.virtualization.machine import VirtualMachine
from simulator.subsystems.virtualization.vcpus import cap, uncap

MOST_ROUNDS = 30
"""After so many rounds a migration that does not converge is given up, as Xen does."""
FIRST_THROTTLE, NEXT_THROTTLE, MOST_THROTTLE = 20, 10, 99
"""Per cent of its processors that auto-converge takes from a guest, and adds to."""
KIB = 1024
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """How one migration is to be done."""

    mib_s: int
    """Bandwidth between the servers."""
    downtime_us: int
    """How long the guest may stand still at most."""
    auto_converge: bool = False
    checks_processor: bool = True
    """Refuse when the target lacks something that the guest's processor shows."""

    def span_us(self, kib: int) -> int:
        """Return how long so much memory takes on the way."""
        return kib * SECOND // (self.mib_s * KIB)


class Rest(NamedTuple):
    """What a round has left to send."""

    kib: int
    seq: int
    throttle: int = 0


def migrate(
    machine: VirtualMachine, target: Hypervisor, terms: Terms, cause: int
) -> Work:
    """Move a machine to another hypervisor; a failure leaves it where it is."""
    log = _obstacle(machine, target, terms)
    engine = machine.engine
    source = machine.hypervisor.name
    if log:
        engine.record(
            source, "migrate", FAILED, cause=cause, target=machine.name, log=log
        )
        return
    rest = Rest(machine.memory.used_kib, cause)
    if machine.hypervisor.mechanisms["vm.migration"] == "pre-copy":
        found: Rest | None = yield from _send_while_running(machine, terms, rest)
        if found is None:
            return
        rest = found
    yield from _switch(machine, target, terms, rest)


def dirty_mib_s(machine: VirtualMachine) -> int:
    """Return how fast the programs of a guest change its memory."""
    kernel = machine.occupant
    if kernel is None:
        return 0
    return sum(
        process.program.dirties_mib_s for process in kernel.processes if process.running
    )


def _send_while_running(machine: VirtualMachine, terms: Terms, rest: Rest) -> Work:
    """Send memory in rounds; the result is what remains, None when it was given up."""
    engine, source = machine.engine, machine.hypervisor.name
    for number in range(1, MOST_ROUNDS + 1):
        span = terms.span_us(rest.kib)
        yield span
        if machine.state != "on":
            return None
        speed = dirty_mib_s(machine) * (100 - rest.throttle) // 100
        left = min(machine.memory.used_kib, speed * KIB * span // SECOND)
        seq = engine.record(
            source,
            "copy_round",
            cause=rest.seq,
            target=machine.name,
            number=number,
            sent_kib=rest.kib,
            dirty_kib=left,
        )
        if terms.span_us(left) <= terms.downtime_us:
            return Rest(left, seq, rest.throttle)
        throttle = rest.throttle
        if terms.auto_converge and left >= rest.kib // 2:
            throttle = _slow_down(machine, throttle)
        rest = Rest(left, seq, throttle)
    uncap(machine.cores)
    engine.record(
        source,
        "migrate",
        FAILED,
        cause=rest.seq,
        target=machine.name,
        log=(
            f"migration does not converge: {dirty_mib_s(machine)} MiB/s change,"
            f" {terms.mib_s} MiB/s can be sent"
        ),
    )
    return None


def _slow_down(machine: VirtualMachine, throttle: int) -> int:
    """Take processor time from the guest, so that it changes less."""
    more = throttle + NEXT_THROTTLE if throttle else FIRST_THROTTLE
    throttle = min(more, MOST_THROTTLE)
    cap(machine.cores, (100 - throttle) * machine.cores.count)
    machine.cores.change()
    return throttle


def _switch(
    machine: VirtualMachine, target: Hypervisor, terms: Terms, rest: Rest
) -> Work:
    """Stop the guest, send the rest, and continue on the target."""
    engine, source = machine.engine, machine.hypervisor
    machine.cores.freeze(frozen=True)
    down = terms.span_us(rest.kib) + figure("vm_save") + figure("vm_restore")
    seq = engine.record(
        source.name, "pause", cause=rest.seq, target=machine.name, left_kib=rest.kib
    )
    yield down
    if rest.throttle:
        uncap(machine.cores)
    gone = "" if target.state == "running" else "the target is gone"
    log = gone or target.refusal(machine)
    if log or machine.state != "on":
        log = log or "the guest is gone"
        engine.record(
            source.name, "migrate", FAILED, cause=seq, target=machine.name, log=log
        )
        machine.cores.freeze(frozen=False)
        return
    source.give_up(machine)
    target.adopt(machine)
    machine.state_seq = engine.record(
        target.name,
        "resume",
        cause=seq,
        target=machine.name,
        downtime_us=down,
        dirty_mib_s=dirty_mib_s(machine),
    )
    machine.cores.freeze(frozen=False)
    _first_use(machine, target)


def _obstacle(machine: VirtualMachine, target: Hypervisor, terms: Terms) -> str:
    """Return what stands in the way of a migration; empty when nothing does."""
    kernel = machine.occupant
    if machine.state != "on" or kernel is None or kernel.state != "running":
        return "the guest is not running"
    if target.state != "running" or target is machine.hypervisor:
        return "no other hypervisor is running there"
    if kernel.guests:
        return "a guest with services of its own that hold machines cannot move yet"
    missing = machine.cpu_flags - target.below.cpu_flags
    if missing and terms.checks_processor:
        names = ", ".join(sorted(missing))
        return f"guest CPU doesn't match host CPU: missing features: {names}"
    return target.refusal(machine)


def _first_use(machine: VirtualMachine, target: Hypervisor) -> None:
    """End the programs that go on to use instructions which are not there."""
    kernel = machine.occupant
    missing = machine.cpu_flags - target.below.cpu_flags
    if kernel is None or not missing:
        return
    for process in list(kernel.processes):
        lacking = sorted(missing.intersection(process.program.uses_flags))
        if process.alive and lacking:
            kernel.end(
                process,
                signal="SIGILL",
                cause=machine.state_seq,
                log=f"traps: invalid opcode ({lacking[0]})",
            )
