import pytest

from simulator.lab.files import FileError, absolute, find, names_in, read_file
from simulator.lab.files.nodes import Link
from tests.simulator.lab.labs import lab, typed, view


@pytest.mark.parametrize(
    ("cwd", "path", "expected"),
    [
        ("/", "a", "/a"),
        ("/srv", "a/../b", "/srv/b"),
        ("/srv", "/x//y", "/x/y"),
        ("/srv", "..", "/"),
        ("/", "../..", "/"),
        ("/", "//a", "/a"),
    ],
)
def test_paths_from_the_root(cwd: str, path: str, expected: str) -> None:
    assert absolute(cwd, path) == expected


def test_what_is_not_there_is_told_by_errno() -> None:
    here = view(lab())
    with pytest.raises(FileError, match="ENOENT"):
        find(here, "/no")
    with pytest.raises(FileError, match="ENOTDIR"):
        find(here, "/etc/hostname/x")
    with pytest.raises(FileError, match="EISDIR"):
        read_file(here, "/srv")
    assert names_in(here, "/no") == []
    assert names_in(here, "/etc/hostname") == []


def test_links_are_followed_unless_asked_not_to() -> None:
    here = view(lab())
    assert find(here, "/proc/self", follows=False) == Link("2")
    assert read_file(here, "/proc/self/comm") == "bash\n"


def test_files_hide_those_below_them() -> None:
    here = lab()
    typed(here, "echo mine > /etc/hostname-2; echo x > /srv/app")
    assert typed(here, "cat /etc/hostname-2 /srv/app") == "mine\nx\n"


def test_a_script_begins_with_its_interpreter() -> None:
    here = lab()
    assert typed(here, "cat /srv/notes") == "#!/bin/none\n"
    assert typed(here, "head -1 /srv/app.exe") == "MZ"


def test_the_usual_files_of_a_system() -> None:
    here = lab()
    assert typed(here, "cat /etc/os-release") == (
        'NAME="linux"\nID=linux\nPRETTY_NAME="linux"\n'
    )
    assert typed(here, "grep -c . /etc/hosts /etc/passwd | cut -d : -f 2") == "2\n4\n"
