"""Which files COPY takes, and where they go, without any build around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.dockerfile import Heredoc, Instruction
from simulator.subsystems.builds.copying import copies, files_of
from simulator.subsystems.builds.errors import BuildError
from simulator.subsystems.builds.settings import Settings
from simulator.subsystems.builds.trees import make_directory, write
from simulator.subsystems.files import DataFile, FileTree, Program

PATHS = ("/a.txt", "/b.py", "/d/c.txt", "/d/e/f.py", "/d/e/g.txt", "/x y/z")
FILES = {path: DataFile(path, 1, path) for path in PATHS}


def taken(
    *words: str, workdir: str = "/", there: tuple[str, ...] = ()
) -> dict[str, str]:
    """Source and target of each file that is copied."""
    tree = FileTree()
    for path in there:
        make_directory(tree, path)
    found = copies(
        Settings(workdir=workdir), Instruction("COPY", 1, "", words), FILES, tree
    )
    return {copy.source: copy.target for copy in found}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("a.txt", "/t"), {"/a.txt": "/t"}),
        (("a.txt", "/t/"), {"/a.txt": "/t/a.txt"}),
        (("a.txt", "t"), {"/a.txt": "/t"}),
        (("a.txt", "."), {"/a.txt": "/a.txt"}),
        (("./a.txt", "/t/"), {"/a.txt": "/t/a.txt"}),
        (("/a.txt", "/t/"), {"/a.txt": "/t/a.txt"}),
        (("d/../a.txt", "/t/"), {"/a.txt": "/t/a.txt"}),
        (("../../a.txt", "/t/"), {"/a.txt": "/t/a.txt"}),
        (("x y/z", "/t/"), {"/x y/z": "/t/z"}),
        (("a.txt", "b.py", "/t/"), {"/a.txt": "/t/a.txt", "/b.py": "/t/b.py"}),
        (("a.txt", "a.txt", "/t/"), {"/a.txt": "/t/a.txt"}),
        (("d/e", "/t"), {"/d/e/f.py": "/t/f.py", "/d/e/g.txt": "/t/g.txt"}),
        (("d/e/", "/t/"), {"/d/e/f.py": "/t/f.py", "/d/e/g.txt": "/t/g.txt"}),
        (
            ("d", "/t"),
            {
                "/d/c.txt": "/t/c.txt",
                "/d/e/f.py": "/t/e/f.py",
                "/d/e/g.txt": "/t/e/g.txt",
            },
        ),
        (("*.py", "/t/"), {"/b.py": "/t/b.py"}),
        (("*.py", "/t"), {"/b.py": "/t/b.py"}),
        (("d/*.txt", "/t/"), {"/d/c.txt": "/t/c.txt"}),
        (("?.txt", "/t/"), {"/a.txt": "/t/a.txt"}),
        (("*/e", "/t/"), {"/d/e/f.py": "/t/f.py", "/d/e/g.txt": "/t/g.txt"}),
        (("d/*/f.py", "/t/"), {"/d/e/f.py": "/t/f.py"}),
    ],
)
def test_sources_and_targets(words: tuple[str, ...], found: dict[str, str]) -> None:
    assert taken(*words) == found


def test_everything() -> None:
    assert taken(".", "/t") == {path: f"/t{path}" for path in PATHS}
    assert taken("./", "/t/") == {path: f"/t{path}" for path in PATHS}
    assert taken("/", "/") == {path: path for path in PATHS}


@pytest.mark.parametrize(
    ("target", "workdir", "there", "found"),
    [
        ("t", "/w", (), "/w/t"),
        ("./t", "/w", (), "/w/t"),
        ("../t", "/w", (), "/t"),
        ("t/", "/w", (), "/w/t/a.txt"),
        (".", "/w", (), "/w/a.txt"),
        ("./", "/w", (), "/w/a.txt"),
        ("/t", "/w", (), "/t"),
        ("/t", "/", ("/t",), "/t/a.txt"),
        ("t", "/w", ("/w/t",), "/w/t/a.txt"),
        ("t", "/w", ("/t",), "/w/t"),
    ],
)
def test_where_one_file_goes(
    target: str, workdir: str, there: tuple[str, ...], found: str
) -> None:
    assert taken("a.txt", target, workdir=workdir, there=there) == {"/a.txt": found}


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("nowhere", "/nowhere"),
        ("d/nowhere", "/d/nowhere"),
        ("a.txt/b", "/a.txt/b"),
        ("a.tx", "/a.tx"),
        ("*.rs", "/*.rs"),
        ("../up", "/up"),
    ],
)
def test_sources_that_are_not_there(word: str, shown: str) -> None:
    with pytest.raises(BuildError) as caught:
        taken(word, "/t/")
    assert caught.value.log == (
        f'failed to calculate checksum of ref: "{shown}": not found'
    )
    assert caught.value.exit_status is None


def test_one_missing_source_of_several() -> None:
    with pytest.raises(BuildError, match="/nowhere"):
        taken("a.txt", "nowhere", "/t/")


def test_variables() -> None:
    found = Settings(env={"F": "a.txt", "T": "/target/"})
    instruction = Instruction("COPY", 1, "", ("$F", "${T}"))
    copied = copies(found, instruction, FILES, FileTree())
    assert [copy.target for copy in copied] == ["/target/a.txt"]


def test_heredocs_come_with_their_text() -> None:
    heredocs = (Heredoc("one", "$A\n"), Heredoc("two", "$A\n", expands=False))
    words = ("<<one", "<<'two'", "a.txt", "/t/")
    instruction = Instruction("COPY", 1, "", words, heredocs=heredocs)
    copied = copies(Settings(env={"A": "1"}), instruction, FILES, FileTree())
    assert [(c.target, c.entry) for c in copied] == [
        ("/t/one", DataFile("/one", 2, "1\n")),
        ("/t/two", DataFile("/two", 3, "$A\n")),
        ("/t/a.txt", FILES["/a.txt"]),
    ]


def test_a_heredoc_alone_may_have_another_name() -> None:
    heredoc = Heredoc("one", "text\n")
    instruction = Instruction("COPY", 1, "", ("<<one", "/t"), heredocs=(heredoc,))
    copied = copies(Settings(), instruction, {}, FileTree())
    assert [copy.target for copy in copied] == ["/t"]


def test_all_files_of_a_tree() -> None:
    tree = FileTree()
    write(tree, "/a", "text")
    tree.add(Program("p", "/bin/p", "elf", "x86_64"))
    assert files_of(tree) == {
        "/bin/p": Program("p", "/bin/p", "elf", "x86_64"),
        "/a": DataFile("/a", 4, "text"),
    }


@given(
    st.sets(st.sampled_from(PATHS)),
    st.sampled_from([".", "d", "d/e", "*", "*.txt", "d/*"]),
)
@settings(max_examples=100, deadline=None)
def test_only_files_that_are_there_are_copied(paths: set[str], word: str) -> None:
    files = {path: FILES[path] for path in sorted(paths)}
    instruction = Instruction("COPY", 1, "", (word, "/t/"))
    try:
        found = copies(Settings(), instruction, files, FileTree())
    except BuildError:
        found = []
    assert {copy.source for copy in found} <= paths
    assert all(copy.target.startswith("/t/") for copy in found)
    assert len({copy.target for copy in found}) == len(found)
