"""What base images hold besides their own programs: a shell, tools, package managers.

Sizes are those of the image as a whole; these files take nothing of their own.
"""

from functools import cache

from simulator.subsystems.builds.trees import DIRECTORY
from simulator.subsystems.files import DataFile, Program

SHELL = "/bin/sh"
_TOOLS = (
    *("cat", "chmod", "chown", "cp", "env", "false", "id", "ln", "ls", "mkdir", "mv"),
    *("printenv", "rm", "rmdir", "sleep", "tar", "touch", "true", "uname", "whoami"),
    "yes",
)
_DEBIAN = (
    *("/bin/bash", "/usr/bin/apt-get", "/usr/bin/apt"),
    *("/usr/sbin/useradd", "/usr/sbin/groupadd", "/usr/sbin/adduser"),
)
_ALPINE = ("/sbin/apk", "/usr/sbin/adduser", "/usr/sbin/addgroup", "/usr/bin/wget")
PATHS = {
    "none": (),
    "busybox": (SHELL, *(f"/bin/{tool}" for tool in _TOOLS), "/bin/wget"),
    "alpine": (SHELL, *(f"/bin/{tool}" for tool in _TOOLS), *_ALPINE),
    "debian": (SHELL, *(f"/usr/bin/{tool}" for tool in _TOOLS), *_DEBIAN),
}
"""Per kind of user land: the programs that it has."""
LIBRARIES = {
    "none": (),
    "busybox": ("musl",),
    "alpine": ("musl",),
    "debian": ("glibc",),
}
"""Per kind of user land: the libraries that its programs stand on."""
_SHELLS = ("sh", "bash")
_DIRECTORIES = ("/home", "/opt", "/root", "/srv", "/tmp", "/var")  # noqa: S108
PASSWD = "/etc/passwd"  # noqa: S105 - the file of users, no secret
DOCKER_CLEAN = "/etc/apt/apt.conf.d/docker-clean"
"""Tells apt to drop each archive file once it is unpacked, in official images."""


@cache
def programs_of(kind: str, arch: str) -> tuple[Program, ...]:
    """Return the programs of a kind of user land, for a processor."""
    return tuple(_program(path, arch) for path in PATHS[kind])


def _program(path: str, arch: str) -> Program:
    """Return a tool; of the shells bash becomes the last command of a line."""
    name = path.rpartition("/")[2]
    acts_as = "shell" if name in _SHELLS else "program"
    return Program(name, path, "elf", arch, acts_as=acts_as, execs_last=name == "bash")


@cache
def files_of(kind: str) -> tuple[DataFile, ...]:
    """Return the files that are no programs, of any kind but ``none``."""
    files = [DataFile(path, 0, DIRECTORY) for path in _DIRECTORIES]
    files.append(DataFile(PASSWD, 0, "root\nnobody"))
    if kind == "debian":
        files.append(DataFile(DOCKER_CLEAN, 0, "clean"))
    return tuple(files)
