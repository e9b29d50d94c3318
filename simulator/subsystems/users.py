"""Users and capabilities: who a process is, and what it may do because of that.

The kernel knows a user by one number of its own. A user namespace translates it:
what is root inside may be an ordinary user outside, and a number without a
translation is seen as the overflow user.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

OVERFLOW_UID = 65534
"""What Linux shows for a user that a namespace has no number for (``nobody``)."""

CAPABILITIES = (
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
)
"""Names of capabilities(7) that parts of this model ask for, without ``CAP_``."""

CONTAINER_CAPABILITIES = (
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
"""What Docker leaves to a container's root unless told otherwise."""

ALL_CAPABILITIES = frozenset(CAPABILITIES)


@dataclass(frozen=True, slots=True)
class IdRange:
    """One line of a ``uid_map``: so many numbers inside, from here, are those."""

    inside: int
    outside: int
    count: int


@dataclass(slots=True, eq=False)
class UserNamespace:
    """A translation of user numbers, and the user who owns it."""

    number: int
    parent: "UserNamespace | None" = None
    owner_uid: int = 0
    """The kernel's number of the user who made it."""
    uid_map: tuple[IdRange, ...] = (IdRange(0, 0, 2**32 - 1),)
    formats: dict[str, Any] | None = None
    """Its own table of binary formats, by name; None: that of a namespace around it."""

    def to_kernel(self, uid: int) -> int | None:
        """Return the kernel's number of a user inside; None when it is not mapped."""
        for entry in self.uid_map:
            if entry.inside <= uid < entry.inside + entry.count:
                outside = entry.outside + uid - entry.inside
                above = self.parent
                return outside if above is None else above.to_kernel(outside)
        return None

    def from_kernel(self, kernel_uid: int) -> int:
        """Return what this namespace shows for a user of the kernel."""
        outside = kernel_uid
        if self.parent is not None:
            outside = self.parent.from_kernel(kernel_uid)
        for entry in self.uid_map:
            if entry.outside <= outside < entry.outside + entry.count:
                return entry.inside + outside - entry.outside
        return OVERFLOW_UID

    def is_within(self, other: "UserNamespace") -> bool:
        """Return whether this is ``other`` or one that was made inside it."""
        here: UserNamespace | None = self
        while here is not None:
            if here is other:
                return True
            here = here.parent
        return False


@dataclass(frozen=True, slots=True, eq=False)
class Credentials:
    """Who a process is: the kernel's user number, and capabilities."""

    uid: int
    """The kernel's own number, not what a namespace shows."""
    user: UserNamespace
    capabilities: frozenset[str] = field(default=ALL_CAPABILITIES)
    devices: bool = True
    """May open the machine's devices, its disks among them."""
    groups: frozenset[str] = frozenset()
    """Names of groups that it is a member of."""

    @property
    def uid_inside(self) -> int:
        """The user number as the process itself sees it."""
        return self.user.from_kernel(self.uid)

    def may(self, capability: str, target: UserNamespace) -> bool:
        """Return whether this holds a capability over what ``target`` owns.

        As user_namespaces(7) has it: a capability counts in the own namespace and
        in those inside it; whoever made a namespace has them all in it.
        """
        here: UserNamespace | None = target
        while here is not None:
            if here is self.user:
                return capability in self.capabilities
            if here.parent is self.user and here.owner_uid == self.uid:
                return True
            here = here.parent
        return False

    def as_user(self, uid: int) -> "Credentials | None":
        """Return another user of the same namespace; None when it has no such user.

        Whoever is not root there has no capabilities.
        """
        kernel_uid = self.user.to_kernel(uid)
        if kernel_uid is None:
            return None
        held = self.capabilities if uid == 0 else frozenset[str]()
        return Credentials(kernel_uid, self.user, held)

    def with_capabilities(self, capabilities: Iterable[str]) -> "Credentials":
        """Return the same user with other capabilities."""
        return Credentials(self.uid, self.user, frozenset(capabilities))
