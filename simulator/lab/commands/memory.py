"""Commands on memory: who has it, and how much is left."""

from simulator.lab.call import Answer, Call, options

TEN = 10
UNITS = {"b": 1 / 1024, "k": 1, "m": 1024, "g": 1024 * 1024}


def free(call: Call) -> Answer:
    """Write how much memory the kernel has: the same from inside a container."""
    found = options(call.words[1:], "bkmghtw")
    memory = call.view.platform.memory
    total, cached = memory.capacity_kib, memory.charges.get("page cache", 0)
    used = memory.used_kib - cached
    numbers = [total, used, total - memory.used_kib, 0, cached, total - used]
    unit = next((flag for flag in "bmgh" if flag in found.flags), "k")
    heads = ("total", "used", "free", "shared", "buff/cache", "available")
    call.line(" " * 8 + "".join(f" {head:>11}" for head in heads))
    call.line("Mem:    " + "".join(f" {_sized(kib, unit):>11}" for kib in numbers))
    call.line("Swap:   " + "".join(f" {_sized(0, unit):>11}" for _ in range(3)))
    return 0


def _sized(kib: int, unit: str) -> str:
    if unit == "h":
        return human(kib)
    return str(int(kib / UNITS[unit]))


def human(kib: int) -> str:
    """Return a size as people read it: ``512Ki``, ``1.5Gi``."""
    size = float(kib)
    for name in ("Ki", "Mi", "Gi"):
        if size < 1024:  # noqa: PLR2004  the next unit
            digits = int(size < TEN and size % 1 > 0)
            return f"{size:.{digits}f}{name}"
        size /= 1024
    return f"{size:.1f}Ti"


COMMANDS = {"free": free}
