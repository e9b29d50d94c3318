"""Memory as a kernel hands it out: private pages, page cache, swap, limits.

Each page that a process touches for the first time is charged to its cgroup, to all
groups above and to the machine. Where a limit is reached the kernel takes back what
it can do without (``reclaim``). Where that is not enough the OOM killer ends a
process. Above ``memory.high`` a process is put to sleep, the longer the further it
is above.
"""

from dataclasses import dataclass

from simulator.calibration import figure
from simulator.engine import Work
from simulator.subsystems import oom
from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.copy_on_write import Loans
from simulator.subsystems.processes import Executive, Process
from simulator.subsystems.reclaim import reclaim

PAGE_KIB = 4
BATCH_KIB = 256
"""Pages are charged in batches of 64, as in the kernel."""
PARTS = 64
"""A batch near a large limit is one part in so many of it: the sleep above
``memory.high`` is proportional to the batch, so the sum of sleeps stays the same."""
CLUSTER_KIB = 32
"""How much is read back from swap at a time."""
MOST_SLEEP_US = 2_000_000
LEAST_SLEEP_US = 10_000
"""The kernel's bounds of one sleep above ``memory.high``; less is not worth it."""
MEASURED_KIB = 32 * 1024
CACHE = "page cache"
"""Who has the pages of files in the accounts of memory."""


@dataclass(slots=True)
class Space:
    """The private memory of one process, in KiB."""

    resident: int = 0
    swapped: int = 0
    reserved: int = 0
    """Allocated and never touched: there are no pages yet."""
    order: int = 0
    """When it was touched last: a number that grows."""


@dataclass(slots=True)
class Cached:
    """Pages of one file, charged to the group whose process read them first."""

    kib: int = 0
    order: int = 0


class Pages:
    """The memory of one kernel's processes and files."""

    __slots__ = ("_kernel", "_order", "cache", "loans", "spaces", "swapped_kib")

    def __init__(self, kernel: Executive) -> None:
        self._kernel = kernel
        self._order = 0
        self.spaces: dict[Process, Space] = {}
        self.cache: dict[tuple[str, Cgroup | None], Cached] = {}
        """Per file and group that is charged for it: what is in RAM."""
        self.swapped_kib = 0
        self.loans = Loans()
        """Pages that forked processes share."""

    def may_commit(self, kib: int) -> bool:
        """Return whether a process may ask for so much, used or not.

        A kernel that overcommits refuses only what could never fit; one that does
        not promises no more than RAM and swap together.
        """
        kernel = self._kernel
        memory = kernel.platform.memory
        whole = memory.capacity_kib + kernel.swap_kib
        policy = kernel.overcommit
        if policy == "always":
            return True
        if policy == "heuristic":
            return kib <= whole
        reserved = sum(space.reserved for space in self.spaces.values())
        cached = sum(entry.kib for entry in self.cache.values())
        reserved += self.loans.total()
        promised = memory.used_kib - cached + self.swapped_kib + reserved
        return promised + kib <= whole

    def size_of(self, process: Process) -> int:
        """Return the memory of a process, in RAM and in swap, shared pages too."""
        space = self.spaces.get(process)
        own = 0 if space is None else space.resident + space.swapped
        return own + self.loans.borrowed(process)

    def may_fork(self, process: Process) -> bool:
        """Return whether a process may have a copy: all of it may be written."""
        space = self.spaces.get(process)
        return space is None or self.may_commit(self.size_of(process) + space.reserved)

    def fork(self, parent: Process, child: Process) -> None:
        """Let a child share its parent's pages until one of them writes."""
        space = self.spaces.get(parent)
        if space is not None:
            self.loans.fork(parent, child, space.resident + space.swapped)
            self._space(child).reserved = space.reserved

    def reserve(self, process: Process, kib: int) -> bool:
        """Promise memory to a process, without any page; False: too much."""
        if not self.may_commit(kib):
            return False
        self._space(process).reserved += kib
        return True

    def take(self, process: Process, kib: int, *, touches: bool = True) -> Work:
        """Give a process pages that it touches for the first time.

        It may sleep on the way, and it may be killed: ask ``alive``. With
        ``touches`` each page costs a fault. The result is False when there is no
        memory and nobody to kill for it.
        """
        left = kib
        while left > 0:
            batch = self._batch(process.cgroup, left)
            fits = yield from self._make_room(process, process.cgroup, batch)
            if not process.alive or not fits:
                return False
            self._charge(process, batch)
            left -= batch
            if touches:
                yield from self._fault(process, batch)
            if process.cgroup is not None:
                yield from self._slow_down(process, process.cgroup, batch)
        return process.alive

    def touch(self, process: Process, kib: int) -> Work:
        """Let a process use its pages: swapped ones come back, and others go.

        What it has allocated and never touched comes first. The result is as of
        ``take``.
        """
        space = self._space(process)
        new = min(kib, space.reserved)
        space.reserved -= new
        fits = yield from self.take(process, new)
        left = kib - new
        if fits and left > 0:
            copied = self._unshare(process, left)
            fits = yield from self.take(process, copied)
            left -= copied
        while fits and left > 0 and space.swapped:
            whole = space.resident + space.swapped
            batch = min(left, max(BATCH_KIB, whole // PARTS))
            left -= batch
            back = -(-batch * space.swapped // whole)
            yield from self._kernel.platform.block_device.move(
                back, -(-back // CLUSTER_KIB)
            )
            self.drop_swapped(process, min(back, space.swapped))
            fits = yield from self.take(process, back, touches=False)
        return fits

    def free(self, process: Process, kib: int) -> None:
        """Take memory back from a process: what it never touched first."""
        space = self._space(process)
        unused = min(kib, space.reserved)
        space.reserved -= unused
        left = kib - unused - self._unshare(process, kib - unused)
        resident = min(left, space.resident)
        self.give_back(process, resident)
        self.drop_swapped(process, min(left - resident, space.swapped))

    def forget(self, process: Process) -> None:
        """Take back all that a process has: it ends, or becomes another program.

        What others still share with it is theirs from now on.
        """
        self.loans.forget(process)
        self._hand_over(process, self.loans.lent(process))
        space = self.spaces.pop(process, None)
        if space is None:
            return
        if process.cgroup is not None:
            process.cgroup.charge(-space.resident)
            process.cgroup.charge_swap(-space.swapped)
        self.swapped_kib -= space.swapped
        self._kernel.platform.memory.release(process.owner)

    def map_text(self, process: Process, file: str, kib: int) -> Work:
        """Map pages of a program's file, which are in RAM once for all.

        They are charged to the group that maps them first.
        """
        memory = self._kernel.platform.memory
        if memory.is_mapped(file):
            return True
        fits = yield from self._make_room(process, process.cgroup, kib)
        if not process.alive or not fits:
            return False
        memory.map_file(file, kib)
        if process.cgroup is not None:
            process.cgroup.charge(kib)
        return True

    def read(self, process: Process, file: str, kib: int) -> Work:
        """Read so much of a file: from the page cache, or into it from the device."""
        self._order += 1
        held = 0
        for (name, _), entry in self.cache.items():
            if name == file:
                entry.order = self._order
                held += entry.kib
        missing = max(0, kib - held)
        if missing:
            # Whoever reads the same pages meanwhile finds them on their way.
            yield from self.fill_cache(process, file, missing)
            yield from self._kernel.platform.block_device.move(missing)
        return missing

    def fill_cache(self, process: Process, file: str, kib: int) -> Work:
        """Keep pages of a file in RAM, as far as there is room for them."""
        group = process.cgroup
        if self._kernel.mechanisms["cgroup.page_cache"] == "root":
            group = None
        left = kib
        while left > 0:
            batch = self._batch(group, left)
            left -= batch
            fits = yield from self._make_room(process, group, batch, kills=False)
            if not process.alive or not fits:
                return
            entry = self.cache.setdefault((file, group), Cached())
            self._order += 1
            entry.kib, entry.order = entry.kib + batch, self._order
            self._kernel.platform.memory.charge(CACHE, batch)
            if group is not None:
                group.charge(batch)

    def relieve(self, kib: int) -> None:
        """Free so much for others than processes: guests, the kernel itself."""
        memory = self._kernel.platform.memory
        wanted = memory.free_kib + kib
        while memory.free_kib < wanted:
            freed, _ = reclaim(self._kernel, None, wanted - memory.free_kib)
            if freed or self._relents(wanted - memory.free_kib):
                continue
            if oom.kill(self._kernel, None, self._kernel.state_seq) is None:
                return

    def _relents(self, kib: int) -> bool:
        """Return whether a balloon gives pages back before somebody is killed."""
        return self._kernel.platform.memory.relent(kib) > 0

    def enforce(self, group: Cgroup, cause: int) -> None:
        """Bring a group below a limit that was set lower than what it has.

        What can be taken back is; then its processes are killed, as at any limit.
        """
        while (limit := group.hard_limit) is not None:
            over = group.memory_current - limit
            if over <= 0:
                return
            freed, _ = reclaim(self._kernel, group, over)
            if not freed and oom.kill(self._kernel, group, cause) is None:
                return

    def give_back(self, process: Process, kib: int) -> None:
        """Take pages in RAM from a process."""
        if not kib:
            return
        self.spaces[process].resident -= kib
        self._kernel.platform.memory.give_back(process.owner, kib)
        if process.cgroup is not None:
            process.cgroup.charge(-kib)

    def drop_swapped(self, process: Process, kib: int) -> None:
        """Take pages in swap from a process; negative: put pages there."""
        self.spaces[process].swapped -= kib
        self.swapped_kib -= kib
        if process.cgroup is not None:
            process.cgroup.charge_swap(-kib)

    def _unshare(self, process: Process, kib: int) -> int:
        """Let a process write shared pages; return how much it needs copies of."""
        borrowed = min(kib, self.loans.borrowed(process))
        self.loans.write(process, borrowed)
        lent = min(kib - borrowed, self.loans.lent(process))
        self._hand_over(process, lent)
        return borrowed + lent

    def _hand_over(self, lender: Process, kib: int) -> None:
        """Give pages that a process has lent to who shares them, until none are left.

        They are charged to the new owner; no frame is taken, none is free.
        """
        if not kib:
            return
        heir, space = self.loans.heir(lender, kib), self.spaces[lender]
        resident = min(kib, space.resident)
        swapped = min(kib - resident, space.swapped)
        self.give_back(lender, resident)
        self._charge(heir, resident)
        self.drop_swapped(lender, swapped)
        self.drop_swapped(heir, -swapped)

    def _space(self, process: Process) -> Space:
        space = self.spaces.get(process)
        if space is None:
            space = self.spaces[process] = Space()
        self._order += 1
        space.order = self._order
        return space

    def _charge(self, process: Process, kib: int) -> None:
        self._kernel.platform.memory.charge(process.owner, kib)
        self._space(process).resident += kib
        if process.cgroup is not None:
            process.cgroup.charge(kib)

    def _batch(self, group: Cgroup | None, left: int) -> int:
        """Return how much to charge at a time: up to the next limit, then little."""
        memory = self._kernel.platform.memory
        size = min(left, _step(memory.free_kib, memory.capacity_kib))
        for above in () if group is None else group.chain:
            for limit in (above.memory_high, above.memory_max):
                if limit is not None:
                    size = min(size, _step(limit - above.memory_current, limit))
        return size

    def _short(
        self, group: Cgroup | None, kib: int
    ) -> tuple[Cgroup | None, int] | None:
        """Return which limit so much would go over, and by how much."""
        for above in () if group is None else group.chain:
            limit = above.hard_limit
            if limit is not None and above.memory_current + kib > limit:
                return above, above.memory_current + kib - limit
        memory = self._kernel.platform.memory
        if kib > memory.free_kib:
            return None, kib - memory.free_kib
        if not memory.backs(kib):
            return None, kib
        return None

    def _make_room(
        self,
        process: Process,
        group: Cgroup | None,
        kib: int,
        *,
        kills: bool = True,
    ) -> Work:
        """Free memory until so much fits; the result says whether it does."""
        while process.alive:
            short = self._short(group, kib)
            if short is None:
                return True
            where, missing = short
            if where is not None:
                where.count("max")
            freed, written = reclaim(self._kernel, where, missing)
            if written:
                yield from self._kernel.platform.block_device.move(written)
            if freed or (where is None and self._relents(missing)):
                continue
            if not kills or (where is not None and not where.kills):
                return False
            helped = yield from self._call_killer(process, group, kib, where)
            if not helped:
                return False
        return False

    def _call_killer(
        self, process: Process, group: Cgroup | None, kib: int, where: Cgroup | None
    ) -> Work:
        """Look once more for memory, in vain, then kill; False: nobody is left."""
        yield from process.compute(_fruitless_us())
        short = self._short(group, kib)
        if short is None or short[0] is not where or not process.alive:
            return True
        return oom.kill(self._kernel, short[0], process.last_seq, process) is not None

    def _tell_high(self, process: Process, group: Cgroup) -> None:
        """Record the first time that a group is above ``memory.high``."""
        if group.events["high"] > 1:
            return
        process.last_seq = self._kernel.platform.engine.record(
            self._kernel.name,
            "memory_high",
            cause=process.last_seq,
            target=process.program.path,
            pid=process.pid,
            cgroup=group.name,
            over_kib=group.over_high,
        )

    def _fault(self, process: Process, kib: int) -> Work:
        """Spend the time of first touches: a fault for each page."""
        platform = self._kernel.platform
        hops = platform.way("page_fault")
        ns = figure("first_touch") * platform.kernel_permille // 1000
        ns += sum(hop.ns for hop in hops)
        pages = -(-kib // PAGE_KIB)
        platform.exits += pages * sum(hop.exits for hop in hops)
        yield from platform.cores.use(pages * ns // 1000, process.cpu_group)

    def _slow_down(self, process: Process, own: Cgroup, kib: int) -> Work:
        """Above ``memory.high``: take back what can be, then sleep for the rest."""
        sleep = 0
        for group in own.chain:
            over = group.over_high
            if over <= 0:
                continue
            group.count("high")
            self._tell_high(process, group)
            _, written = reclaim(self._kernel, group, over)
            if written:
                yield from self._kernel.platform.block_device.move(written)
            sleep = max(sleep, _sleep_us(group))
        if sleep >= LEAST_SLEEP_US and process.alive:
            yield min(sleep, MOST_SLEEP_US) * kib // BATCH_KIB


def _fruitless_us() -> int:
    """Return the time of a reclaim that finds nothing: what the OOM killer waits for.

    That is what is left of a measured kill in 32 MiB without the program's start and
    its touches.
    """
    touched = MEASURED_KIB // PAGE_KIB * figure("first_touch") // 1000
    return figure("oom_kill") - figure("fork_exec") - touched


def _step(room: int, whole: int) -> int:
    return max(room, BATCH_KIB, whole // PARTS)


def _sleep_us(group: Cgroup) -> int:
    """Return the kernel's penalty for 64 pages: 64 s by the square of the excess."""
    over, high = group.over_high, group.memory_high
    if over <= 0 or not high:
        return 0
    excess = (over << 20) // high
    return excess * excess * 1_000_000 >> 34
