"""The build context."""

from simulator.dockerfile import IgnoreList
from simulator.subsystems.builds.context import Context
from simulator.subsystems.files import DataFile, Program

FILE = DataFile("/a.txt", 10, "one")
SCRIPT = Program("s", "/s.py", "script", "x86_64", content="v1", size_kib=2)


def context(*ignored: str) -> Context:
    files = {"/a.txt": FILE, "/s.py": SCRIPT, "/d/b.log": DataFile("/d/b.log", 1, "b")}
    return Context("c", dict(files), {}, IgnoreList.read("\n".join(ignored)))


def test_everything_is_sent() -> None:
    assert list(context().sent()) == ["/a.txt", "/s.py", "/d/b.log"]
    assert Context("nothing").sent() == {}


def test_what_is_ignored_is_not_sent() -> None:
    assert list(context("**/*.log").sent()) == ["/a.txt", "/s.py"]
    assert list(context("d").sent()) == ["/a.txt", "/s.py"]
    assert list(context("*", "!s.py").sent()) == ["/s.py"]


def test_new_content() -> None:
    found = context()
    found.write("/a.txt", "two", 7)
    assert found.files["/a.txt"] == DataFile("/a.txt", 10, "two")
    assert found.touched == {"/a.txt": 7}


def test_the_same_content_at_another_time() -> None:
    found = context()
    found.write("/a.txt", "", 9)
    assert found.files["/a.txt"] == FILE
    assert found.touched == {"/a.txt": 9}


def test_a_script_has_content_too() -> None:
    found = context()
    found.write("/s.py", "v2", 1)
    script = found.files["/s.py"]
    assert isinstance(script, Program)
    assert (script.content, script.size_kib, script.name) == ("v2", 2, "s")


def test_a_new_file() -> None:
    found = context()
    found.write("/new", "\u00e4", 1)
    assert found.files["/new"] == DataFile("/new", 2, "\u00e4")
    found.write("/empty", "", 2)
    assert found.files["/empty"] == DataFile("/empty", 0, "")
    assert found.touched == {"/new": 1, "/empty": 2}
