import pytest

from simulator.lab import open_lab
from simulator.subsystems.formats import formats_of
from simulator.subsystems.users import Credentials
from tests.simulator.lab.labs import TOOLS, answered, lab, typed, view
from tests.simulator.worlds import BOOT, mechanism, scenario

REGISTER = "/proc/sys/fs/binfmt_misc/register"


def test_a_registered_interpreter_gets_the_files() -> None:
    here = lab()
    assert answered(here, "/srv/app.exe")[1] == 126
    typed(here, f"echo ':dos:M::MZ::/usr/bin/wine:' > {REGISTER}")
    assert typed(here, "cat /proc/sys/fs/binfmt_misc/dos") == (
        "enabled\ninterpreter /usr/bin/wine\nflags: \noffset 0\nmagic 4d5a\n"
    )
    assert typed(here, "ls /proc/sys/fs/binfmt_misc") == "dos\nregister\nstatus\n"
    typed(here, "echo -1 > /proc/sys/fs/binfmt_misc/dos")
    assert answered(here, "/srv/app.exe")[1] == 126


def test_a_running_program_shows_its_interpreter() -> None:
    here = lab()
    typed(here, f"echo ':dos:M::MZ::/usr/bin/wine:F' > {REGISTER}")
    assert "flags: F" in typed(here, "cat /proc/sys/fs/binfmt_misc/dos")
    typed(here, "/srv/app.exe & sleep 1")
    assert typed(here, "ps -o comm=,args= -p $!") == (
        "wine /usr/bin/wine /srv/app.exe\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "Invalid argument"),
        ("", "Invalid argument"),
        (":x:E::exe::/usr/bin/wine:", "Invalid argument"),
        (":x:M::AB::/usr/bin/wine:", "Invalid argument"),
        (":x:M::MZ::wine:", "Invalid argument"),
        ("::M::MZ::/usr/bin/wine:", "Invalid argument"),
        (":x:M::MZ::/no:F", "No such file or directory"),
        (":dos:M::MZ::/usr/bin/wine:", "File exists"),
    ],
)
def test_what_the_kernel_does_not_take(text: str, said: str) -> None:
    here = lab()
    typed(here, f"echo ':dos:M::MZ::/usr/bin/wine:' > {REGISTER}")
    assert answered(here, f"echo '{text}' > {REGISTER}") == (
        f"bash: write error: {said}\n",
        1,
    )


HEADER = r"\x7fELF\x02\x01\x01" + 9 * r"\x00" + r"\x02\x00"


@pytest.mark.parametrize(
    ("magic", "arch"),
    [
        (HEADER + r"\xb7", "aarch64"),
        (HEADER + r"\x3e", "x86_64"),
        (r"\x7fELF", "x86_64"),
    ],
)
def test_the_header_tells_the_processor(magic: str, arch: str) -> None:
    here = lab()
    typed(here, f"echo ':q:M::{magic}::/usr/bin/wine:' > {REGISTER}")
    handler = formats_of(view(here).namespaces.user)["q"]
    assert (handler.format, handler.arch) == ("elf", arch)


def test_who_takes_the_systems_own_format_breaks_it() -> None:
    here = lab()
    typed(here, f"echo ':q:M::{HEADER}::/usr/bin/wine:' > {REGISTER}")
    text = "bash: ls: Too many levels of symbolic links\n"
    assert answered(here, "ls") == (text, 126)
    typed(here, "echo -1 > /proc/sys/fs/binfmt_misc/q")
    assert answered(here, "ls > /tmp/f") == ("", 0)


def test_only_those_may_register_who_have_the_right() -> None:
    here = lab()
    user = Credentials(1000, view(here).namespaces.user, frozenset())
    here.console.process.credentials = user
    line = f"echo ':dos:M::MZ::/usr/bin/wine:' > {REGISTER}"
    assert answered(here, line)[0] == "bash: write error: Operation not permitted\n"


def test_a_user_namespace_can_have_a_table_of_its_own() -> None:
    here = lab(BOOT, {"systems": {"linux": {"version": "6.8"}}})
    typed(here, f"echo ':dos:M::MZ::/usr/bin/wine:' > {REGISTER}")
    line = f"echo ':own:M::MZ::/usr/bin/wine:' > {REGISTER}"
    typed(here, "unshare -rm")
    assert "Operation not permitted" in answered(here, line)[0]
    typed(here, "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc")
    assert typed(here, line) == ""
    assert typed(here, "ls /proc/sys/fs/binfmt_misc") == "own\nregister\nstatus\n"
    typed(here, "exit")
    assert typed(here, "ls /proc/sys/fs/binfmt_misc") == "dos\nregister\nstatus\n"


def test_an_older_kernel_has_one_table_for_all() -> None:
    here = lab()
    typed(here, "unshare -rm")
    text, status = answered(here, "mount -t binfmt_misc none /proc")
    assert status == 32
    assert text == (
        "mount: /proc: permission denied: this kernel has one table for all.\n"
    )


def test_only_a_change_that_is_known_is_taken() -> None:
    here = lab()
    typed(here, f"echo ':dos:M::MZ::/usr/bin/wine:' > {REGISTER}")
    assert answered(here, "echo 7 > /proc/sys/fs/binfmt_misc/dos")[0] == (
        "bash: write error: Invalid argument\n"
    )


def test_a_kernel_without_the_loader_has_no_files() -> None:
    found = scenario(
        BOOT, world=TOOLS, changes=[mechanism("kernel.linux.loaders", ["elf"])]
    )
    here = open_lab(found, "a", {})
    assert typed(here, "ls /proc/sys/fs/binfmt_misc") == ""
