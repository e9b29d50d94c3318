"""Paths, directories, copies and differences of file trees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.subsystems.builds.trees import (
    DIRECTORY,
    absolute,
    below,
    copy,
    difference,
    entry_at,
    exists,
    files_in,
    is_directory,
    is_marker,
    make_directory,
    may_write,
    place,
    snapshot,
    target_of,
    write,
)
from simulator.subsystems.containers.images import Layer, merged
from simulator.subsystems.files import DataFile, FileTree, Program


def tree(*paths: str) -> FileTree:
    """Texts at these paths; a path with a slash at its end is a directory."""
    found = FileTree()
    for path in paths:
        if path.endswith("/"):
            make_directory(found, path.rstrip("/"))
        else:
            write(found, path, path)
    return found


def program(path: str, **more: str) -> Program:
    return Program("tool", path, "elf", "x86_64", **more)


def listed(found: FileTree) -> list[str]:
    return sorted([*found.files, *found.data])


@pytest.mark.parametrize(
    ("cwd", "path", "expected"),
    [
        ("/", "a", "/a"),
        ("/a", "b", "/a/b"),
        ("/a", "/b", "/b"),
        ("/a", "..", "/"),
        ("/a/b", "../c", "/a/c"),
        ("/", "../../x", "/x"),
        ("/a", ".", "/a"),
        ("/a", "./b/./c", "/a/b/c"),
        ("/a", "b//c/", "/a/b/c"),
        ("//a", "b", "/a/b"),
        ("/a", "", "/a"),
        ("/", "/", "/"),
    ],
)
def test_absolute_paths(cwd: str, path: str, expected: str) -> None:
    assert absolute(cwd, path) == expected


def test_what_is_at_a_path() -> None:
    found = tree("/a/b", "/d/")
    found.add(program("/bin/tool"))
    assert entry_at(found, "/a/b") == DataFile("/a/b", 4, "/a/b")
    assert entry_at(found, "/bin/tool") == program("/bin/tool")
    assert entry_at(found, "/d") == DataFile("/d", 0, DIRECTORY)
    assert entry_at(found, "/a") is None
    assert entry_at(found, "/c") is None


@pytest.mark.parametrize(
    ("path", "there", "directory"),
    [
        ("/", True, True),
        ("/a", True, True),
        ("/a/b", True, False),
        ("/d", True, True),
        ("/bin", True, True),
        ("/bin/tool", True, False),
        ("/a/bb", False, False),
        ("/aa", False, False),
        ("/d/x", False, False),
    ],
)
def test_files_and_directories(path: str, there: bool, directory: bool) -> None:
    found = tree("/a/b", "/d/")
    found.add(program("/bin/tool"))
    assert exists(found, path) is there
    assert is_directory(found, path) is directory


def test_an_empty_tree_has_a_root() -> None:
    assert is_directory(FileTree(), "/")
    assert exists(FileTree(), "/")


def test_what_is_below_a_directory() -> None:
    found = tree("/a/b", "/a/c/d", "/ab")
    found.add(program("/a/tool"))
    assert sorted(e.path for e in below(found, "/a")) == ["/a/b", "/a/c/d", "/a/tool"]
    assert sorted(e.path for e in below(found, "/a/")) == [
        "/a/b",
        "/a/c/d",
        "/a/tool",
    ]
    assert [e.path for e in files_in(found, "/ab")] == ["/ab"]
    assert [e.path for e in files_in(found, "/")] == [
        "/a/b",
        "/a/c/d",
        "/a/tool",
        "/ab",
    ]
    assert files_in(found, "/nowhere") == []


def test_directories_are_made_with_those_above() -> None:
    found = tree()
    make_directory(found, "/a/b/c", 7)
    assert listed(found) == ["/a", "/a/b", "/a/b/c"]
    assert {entry.uid for entry in found.data.values()} == {7}
    make_directory(found, "/a/b", 9)
    assert found.data["/a/b"].uid == 7
    make_directory(found, "/")
    assert listed(found) == ["/a", "/a/b", "/a/b/c"]


def test_a_directory_that_files_are_in_needs_no_entry() -> None:
    found = tree("/a/b")
    make_directory(found, "/a")
    assert listed(found) == ["/a/b"]


def test_writing_counts_bytes() -> None:
    found = tree()
    write(found, "/a", "\u00e4", 3)
    assert found.data["/a"] == DataFile("/a", 2, "\u00e4", 3)
    write(found, "/a", "")
    assert found.data["/a"] == DataFile("/a", 0, "")


def test_writing_over_a_program_makes_it_a_file() -> None:
    found = FileTree()
    found.add(program("/a"))
    write(found, "/a", "x")
    assert (list(found.files), list(found.data)) == ([], ["/a"])


def test_placing_keeps_what_an_entry_is() -> None:
    found = tree("/p")
    place(found, program("/x", content="v"), "/p")
    assert found.files["/p"] == program("/p", content="v")
    assert "/p" not in found.data
    place(found, DataFile("/y", 5, "c", 4), "/q")
    assert found.data["/q"] == DataFile("/q", 5, "c", 4)
    place(found, DataFile("/y", 5, "c", 4), "/q", 8)
    assert found.data["/q"].uid == 8
    place(found, DataFile("/y", 5, "c"), "/p")
    assert "/p" not in found.files


@pytest.mark.parametrize(
    ("source", "target", "files", "count"),
    [
        ("/a/b", "/x", ["/x"], 1),
        ("/a", "/x", ["/x/b", "/x/c/d"], 2),
        ("/a/", "/x", ["/x/b", "/x/c/d"], 2),
        ("/a/c", "/", ["/d"], 1),
        ("/", "/x", ["/x/a/b", "/x/a/c/d", "/x/e"], 2),
        ("/e", "/x", ["/x"], 0),
        ("/nowhere", "/x", [], 0),
    ],
)
def test_copies(source: str, target: str, files: list[str], count: int) -> None:
    found = FileTree()
    assert copy(found, source, target, tree("/a/b", "/a/c/d", "/e/")) == count
    assert listed(found) == files


def test_where_a_copy_goes() -> None:
    found = tree("/d/", "/f")
    assert target_of(found, "/d", "/x/y") == "/d/y"
    assert target_of(found, "/f", "/x/y") == "/f"
    assert target_of(found, "/new", "/x/y") == "/new"


@pytest.mark.parametrize(
    ("path", "uid", "allowed"),
    [
        ("/x", 0, True),
        ("/x", 5, False),
        ("/tmp/x", 5, True),
        ("/var/tmp/x", 5, True),
        ("/tmp", 5, False),
        ("/mine", 5, True),
        ("/mine/new", 5, True),
        ("/mine/deep/new", 5, True),
        ("/mine/theirs", 5, False),
        ("/mine/theirs/new", 5, False),
        ("/mine", 6, False),
        ("/mine/theirs", 6, True),
    ],
)
def test_who_may_write_where(path: str, uid: int, allowed: bool) -> None:
    found = tree()
    make_directory(found, "/mine", 5)
    make_directory(found, "/mine/theirs", 6)
    assert may_write(found, path, uid) is allowed


def test_markers_are_no_files() -> None:
    assert is_marker(DataFile("/d", 0, DIRECTORY))
    assert not is_marker(DataFile("/d", 0, ""))
    assert not is_marker(program("/d"))


def test_nothing_has_changed() -> None:
    found = tree("/a")
    layer = difference(snapshot(found), found, "RUN true")
    assert (layer.programs, layer.files, layer.whiteouts) == ((), (), ())
    assert (layer.libraries, layer.created_by) == ((), "RUN true")


def test_what_has_changed() -> None:
    found = tree("/same", "/changed", "/gone", "/d/one", "/d/two")
    found.add(program("/bin/old"))
    found.add(program("/bin/gone"))
    before = snapshot(found)
    write(found, "/changed", "new")
    write(found, "/added", "new")
    found.hide("/gone")
    found.hide("/d")
    found.hide("/bin/gone")
    found.add(program("/bin/new"))
    found.runtimes.add("glibc")
    layer = difference(before, found, "x")
    assert [p.path for p in layer.programs] == ["/bin/new"]
    assert [e.path for e in layer.files] == ["/changed", "/added"]
    assert layer.whiteouts == ("/bin/gone", "/d/one", "/d/two", "/gone")
    assert layer.libraries == ("glibc",)


def test_a_directory_that_goes_is_one_whiteout() -> None:
    found = tree("/d/", "/d/a", "/d/b/", "/d/b/c")
    before = snapshot(found)
    found.hide("/d")
    assert difference(before, found, "x").whiteouts == ("/d",)


PATHS = st.sampled_from(["/a", "/b", "/d/a", "/d/b", "/d/e/a", "/x/y"])
CHANGES = st.lists(
    st.tuples(st.sampled_from(["write", "hide", "add", "make"]), PATHS, st.text()),
    max_size=12,
)


def changed(found: FileTree, changes: list[tuple[str, str, str]]) -> None:
    for kind, path, text in changes:
        if kind == "write" and not is_directory(found, path):
            write(found, path, text)
        elif kind == "hide":
            found.hide(path)
        elif kind == "add" and not is_directory(found, path):
            place(found, program("/p", content=text), path)
        elif kind == "make" and not exists(found, path):
            make_directory(found, path)


@given(CHANGES, CHANGES)
@settings(max_examples=150, deadline=None)
def test_a_layer_is_all_that_it_takes(
    first: list[tuple[str, str, str]], second: list[tuple[str, str, str]]
) -> None:
    found = FileTree()
    changed(found, first)
    below_it = difference(snapshot(FileTree()), found, "first")
    before = snapshot(found)
    changed(found, second)
    above = difference(before, found, "second")
    whole = merged([below_it, above], "image")
    assert whole.files == found.files
    assert whole.data == found.data


@given(CHANGES)
@settings(max_examples=80, deadline=None)
def test_no_whiteout_stands_below_another(changes: list[tuple[str, str, str]]) -> None:
    found = tree("/a", "/b", "/d/a", "/d/b", "/d/e/a", "/x/y")
    before = snapshot(found)
    changed(found, changes)
    layer: Layer = difference(before, found, "x")
    for path in layer.whiteouts:
        assert not exists(found, path)
        assert not any(path.startswith(f"{w}/") for w in layer.whiteouts)
