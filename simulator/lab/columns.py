"""Tables as command-line tools write them, and spans of time in words."""

from collections.abc import Iterable, Sequence

SECOND = 1_000_000
_SPANS = (
    (60, 1, "second"),
    (60 * 60, 60, "minute"),
    (48 * 3600, 3600, "hour"),
    (14 * 86_400, 86_400, "day"),
    (10**12, 7 * 86_400, "week"),
)
"""Up to so many seconds a span is told in units of so many, called this."""
_THOUSAND = 1000


def table(rows: Iterable[Sequence[str]], gap: int = 3, least: int = 0) -> list[str]:
    """Return lines whose columns start below each other, the first row on top."""
    cells = [list(row) for row in rows]
    widths = [max(least, *map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "".join(
            f"{cell:<{width + gap}}" for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]


def span(microseconds: int) -> str:
    """Return a span of time as Docker tells it: ``Less than a second``, ``2 hours``."""
    seconds = microseconds // SECOND
    if seconds == 0:
        return "Less than a second"
    size, name = next((s, n) for most, s, n in _SPANS if seconds < most)
    count = seconds // size
    if count == 1 and name != "second":
        return f"About {'an' if name == 'hour' else 'a'} {name}"
    return f"{count} {name}{'s' if count != 1 else ''}"


def decimal(kib: float) -> str:
    """Return a size in powers of 1000, three digits: ``187MB``."""
    size = kib * 1024.0
    units = ["B", "kB", "MB", "GB", "TB"]
    while size >= _THOUSAND and len(units) > 1:
        size /= _THOUSAND
        units.pop(0)
    return f"{size:.3g}{units[0]}"


def binary(kib: int) -> str:
    """Return a size in powers of 1024, four digits: ``7.625MiB``."""
    size = float(kib)
    units = ["KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 and len(units) > 1:  # noqa: PLR2004  the next unit
        size /= 1024
        units.pop(0)
    return f"{size:.4g}{units[0]}"
