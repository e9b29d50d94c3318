"""Experiments with machines that move from one server to another."""

from simulator.experiments.worlds import (
    TYPE_1,
    Parts,
    Step,
    carried_out,
    guests,
    of,
    span,
)
from simulator.trace import Run

MIB_S = 1000
"""Bandwidth between the servers, and the MiB that the guest has: a second's worth."""
UNIKERNEL_MIB = 8
FAST_DISK_MIB_S = 10_000
MOST_MS = 2000
SECOND: tuple[Step, ...] = (
    {"install": {"what": "type_1", "on": "other"}},
    {"power_on": {"machine": "other"}},
)
SAVE: Step = {"snapshot": {"on": "guest", "name": "saved"}}
RESTORE: Step = {"restore_vm": {"name": "guest", "on": "server", "snapshot": "saved"}}
MOVE: Step = {"migrate": {"on": "guest", "to": "other"}}


def _parts(dirties_mib_s: int, ram_mib: int = MIB_S, boot: str = "micro") -> Parts:
    """Two servers, and a guest that has so much memory and changes it so fast."""
    server = {"cores": 8, "ram_mib": 65_536, "network_mib_s": MIB_S}
    server["disk_mib_s"] = FAST_DISK_MIB_S
    system = {"kernel_mib": 0, "drivers_mib": 0, "boot": boot}
    return {
        "machines": {"server": server, "other": server},
        "systems": {"linux": system},
        "programs": {"app": {"ram_mib": ram_mib, "dirties_mib_s": dirties_mib_s}},
    }


def _moved(dirties_mib_s: int) -> Run:
    return carried_out([*TYPE_1, *SECOND, guests(), MOVE], _parts(dirties_mib_s))


def migration_downtime() -> int:
    """The most that may be left after the one round that is enough.

    A guest that changes d MiB each second has d MiB left after the first second, and
    they take d ms.
    """
    low, high = 0, MOST_MS
    while high - low > 1:
        middle = (low + high) // 2
        if len(of(_moved(middle), "copy_round")) == 1:
            low = middle
        else:
            high = middle
    return low * 1000


def migration_ratio() -> int:
    """How much shorter each round is than the one before, in thousandths.

    Half the bandwidth is changed, so half of each round is left.
    """
    rounds = of(_moved(MIB_S // 2), "copy_round")
    first = rounds[0].detail
    return int(first["dirty_kib"]) * 1000 // int(first["sent_kib"])


def vm_migrate() -> int:
    """From the wish to move a unikernel to its first instruction elsewhere."""
    run = _unikernel(*SECOND, MOVE)
    return span(of(run, "migrate")[0], of(run, "resume")[0])


def vm_save() -> int:
    """From the wish to save a unikernel to the end of that, on a fast disk."""
    run = _unikernel(*SECOND, SAVE)
    return span(*of(run, "snapshot"))


def vm_restore() -> int:
    """From the start of a monitor's process to the saved unikernel's going on in it."""
    run = _unikernel(*SECOND, SAVE, RESTORE)
    return span(of(run, "start_monitor")[-1], of(run, "restore")[0])


def _unikernel(*more: Step) -> Run:
    parts = _parts(0, UNIKERNEL_MIB, "unikernel")
    return carried_out([*TYPE_1, guests(ram_mib=16), *more], parts)


EXPERIMENTS = {
    "migration_downtime": migration_downtime,
    "migration_ratio": migration_ratio,
    "vm_save": vm_save,
    "vm_restore": vm_restore,
    "vm_migrate": vm_migrate,
}
