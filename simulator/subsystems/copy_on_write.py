"""Copy-on-write: pages that forked processes share until one of them writes.

A fork copies no page: they stay with the process that was forked, the lender, and its
child borrows them. Whoever writes gets a copy. Pages whose lender has gone, or has a
copy, belong to who still borrows them. All write their pages in the same order: of two
that borrow from one lender, who has written less borrows all that the other does.
"""

from simulator.subsystems.processes import Process


class Loans:
    """Who borrows how much of whose memory, in KiB."""

    __slots__ = ("_of", "_to")

    def __init__(self) -> None:
        # Per borrower what it has from each lender; per lender its borrowers in order.
        self._of: dict[Process, dict[Process, int]] = {}
        self._to: dict[Process, dict[Process, None]] = {}

    def borrowed(self, process: Process) -> int:
        """Return what a process has of others."""
        return sum(self._of.get(process, {}).values())

    def lent(self, process: Process) -> int:
        """Return what others have of a process: so much of it is not its alone."""
        return max((self._of[b][process] for b in self._to.get(process, ())), default=0)

    def total(self) -> int:
        """Return all that would be copied if everybody wrote everything."""
        return sum(sum(loans.values()) for loans in self._of.values())

    def fork(self, parent: Process, child: Process, own_kib: int) -> None:
        """Let a child borrow what its parent has, of its own and of others."""
        loans = {**self._of.get(parent, {}), parent: own_kib}
        for lender, kib in loans.items():
            self._set(child, lender, kib)

    def write(self, borrower: Process, kib: int) -> None:
        """Let a process have copies of so much of what it borrows."""
        for lender, lent in list(self._of.get(borrower, {}).items()):
            part = min(kib, lent)
            self._set(borrower, lender, lent - part)
            kib -= part

    def heir(self, lender: Process, kib: int) -> Process:
        """Return who is to have so much of what a lender has lent; note the change.

        It is who borrows most; who borrows less has that from the heir from now on.
        """
        lent = self.lent(lender)
        borrowers = list(self._to[lender])
        heir = next(b for b in borrowers if self._of[b][lender] == lent)
        for borrower in borrowers:
            held = self._of[borrower][lender]
            passed = max(0, held - (lent - kib))
            self._set(borrower, lender, held - passed)
            if borrower is not heir and passed:
                before = self._of.get(borrower, {}).get(heir, 0)
                self._set(borrower, heir, before + passed)
        return heir

    def forget(self, borrower: Process) -> None:
        """End what a process borrows: it is no more, or another program."""
        for lender in list(self._of.get(borrower, {})):
            self._set(borrower, lender, 0)

    def _set(self, borrower: Process, lender: Process, kib: int) -> None:
        if kib:
            self._of.setdefault(borrower, {})[lender] = kib
            self._to.setdefault(lender, {})[borrower] = None
            return
        loans, borrowers = self._of.get(borrower, {}), self._to.get(lender, {})
        loans.pop(lender, None)
        borrowers.pop(borrower, None)
        if not loans:
            self._of.pop(borrower, None)
        if not borrowers:
            self._to.pop(lender, None)
