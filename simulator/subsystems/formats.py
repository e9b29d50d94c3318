"""Which binary formats the loader ``misc`` knows: one table, or one per user namespace.

Up to Linux 6.6 there is one table for all. From then on a user namespace has one of
its own as soon as binfmt_misc is mounted in it, and shares it with those inside.
"""

from simulator.subsystems.families import reaches
from simulator.subsystems.loaders import Handler
from simulator.subsystems.users import Credentials, UserNamespace

SINCE = "6.7"
"""The Linux from which a user namespace can have formats of its own."""


def formats_of(user: UserNamespace) -> dict[str, Handler]:
    """Return the formats that hold in a user namespace, by name.

    They are those of the first table from there outwards; the last is the host's.
    """
    while user.formats is None and user.parent is not None:
        user = user.parent
    if user.formats is None:
        user.formats = {}
    return user.formats


def mount_formats(credentials: Credentials, version: str) -> str:
    """Give somebody's user namespace a table of its own, as mounting binfmt_misc does.

    ``version`` is the kernel's. Returns what is said when that cannot be, else
    nothing. Whoever is in the first namespace has the host's table, mounted or not.
    """
    user = credentials.user
    if not credentials.may("SYS_ADMIN", user):
        return "must be superuser to use mount"
    if user.parent is None or user.formats is not None:
        return ""
    if not reaches(version, SINCE):
        return "permission denied: this kernel has one table for all"
    user.formats = {}
    return ""
