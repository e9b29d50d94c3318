"""Figures of machines that are saved, restored and moved."""

from simulator.calibration.figures import published, told

FIGURES = {
    "vm_save": told(30_000, "us", "LightVM, SOSP'17: saving a unikernel machine", 20),
    "vm_restore": told(
        25_000, "us", "LightVM, SOSP'17: restoring a unikernel machine", 20
    ),
    "vm_migrate": told(
        60_000, "us", "LightVM, SOSP'17: migrating a unikernel machine", 20
    ),
    "migration_downtime": published(
        300_000, "us", "QEMU, DEFAULT_MIGRATE_SET_DOWNTIME: limit of the downtime", 0
    ),
    "migration_ratio": published(
        500,
        "permille",
        "pre-copy: a round is d / b of the one before, here for d = b / 2",
        0,
    ),
}
