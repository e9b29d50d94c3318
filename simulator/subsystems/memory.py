"""RAM, counted in KiB at every level that owns some.

A guest's memory is a part of its host's: each charge inside is charged outside
too, so the machine at the bottom knows what is really in use. Pages of files are
charged once per kernel however many processes map them, when sharing is on.
"""


class OutOfMemoryError(Exception):
    """A charge went over the capacity of this memory or of one below it."""

    def __init__(self, memory: str, wanted_kib: int, free_kib: int) -> None:
        super().__init__(f"{memory}: {wanted_kib} KiB wanted, {free_kib} KiB free")


class Memory:
    """Some RAM and who uses it. ``used_kib`` is always the sum of all charges."""

    __slots__ = ("_pages", "capacity_kib", "charges", "host", "name", "used_kib")

    def __init__(
        self, name: str, capacity_kib: int, host: "Memory | None" = None
    ) -> None:
        self.name = name
        self.capacity_kib = capacity_kib
        self.host = host
        self.used_kib = 0
        self.charges: dict[str, int] = {}
        self._pages: set[str] = set()

    def charge(self, owner: str, kib: int) -> None:
        """Give ``owner`` so much memory, or raise OutOfMemoryError."""
        free = self.capacity_kib - self.used_kib
        if kib > free:
            raise OutOfMemoryError(self.name, kib, free)
        if self.host is not None:
            self.host.charge(self.name, kib)
        self.used_kib += kib
        self.charges[owner] = self.charges.get(owner, 0) + kib

    def map_file(self, file: str, kib: int, *, shared: bool, owner: str) -> None:
        """Bring a file's pages into RAM: once when shared, else for each owner."""
        if not shared:
            self.charge(owner, kib)
        elif file not in self._pages:
            self.charge("page cache", kib)
            self._pages.add(file)

    def release(self, owner: str) -> None:
        """Take back all that ``owner`` has."""
        kib = self.charges.pop(owner, 0)
        self.used_kib -= kib
        if self.host is not None:
            self.host.give_back(self.name, kib)

    def give_back(self, owner: str, kib: int) -> None:
        """Take back a part of what ``owner`` has."""
        self.charges[owner] -= kib
        self.used_kib -= kib
        if self.host is not None:
            self.host.give_back(self.name, kib)
