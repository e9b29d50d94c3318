"""Figures of image builds: what package managers make a processor do."""

from simulator.calibration.figures import measured

FIGURES = {
    "package_unpack": measured(
        18_500, "us", "dpkg-deb --extract (xz), CPU time per MiB installed", 30
    ),
    "index_read": measured(
        54_000, "us", "apt-cache gencaches, CPU time per MiB of stored lists", 30
    ),
}
