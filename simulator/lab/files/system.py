"""Small text files that an installed system has, filled in from the world."""

from collections.abc import Iterator

from simulator.lab.view import USERS, View


def system_texts(view: View) -> Iterator[tuple[str, str]]:
    """Go through paths and contents."""
    hostname = view.hostname
    yield "/etc/hostname", f"{hostname}\n"
    yield "/etc/hosts", f"127.0.0.1\tlocalhost\n127.0.1.1\t{hostname}\n"
    yield "/etc/os-release", os_release(view)
    homes = {"root": "/root", "user": "/home/user"}
    yield (
        "/etc/passwd",
        "".join(
            f"{name}:x:{uid}:{uid}:{name}:{homes.get(name, '/')}:/bin/sh\n"
            for uid, name in USERS.items()
        ),
    )


def os_release(view: View) -> str:
    """Return what names the distribution: what is installed, not what boots."""
    device = view.root.device
    system = view.kernel.system.name
    name = system if device == view.platform.name else device
    return f'NAME="{name}"\nID={name}\nPRETTY_NAME="{name}"\n'
