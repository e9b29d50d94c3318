"""Builds as a world declares them."""

from typing import Any

import pytest

from simulator.builds import DAY, Builds, builds_of
from simulator.subsystems.builds.archives import Archive, Package, Resource
from simulator.subsystems.builds.site import Meaning
from simulator.subsystems.files import DataFile, Program

TOOL = Program("tool", "/usr/bin/tool", "elf", "x86_64")
SCRIPT = Program("script", "/srv/run.py", "script", "x86_64", interpreter="/bin/sh")
PROGRAMS = {"tool": TOOL, "script": SCRIPT}

HELD: dict[str, Any] = {"path": "a", "kib": 4, "content": "", "program": None}
FILE: dict[str, Any] = {**HELD, "unpacks": (), "compiles_to": None}
PACKAGE: dict[str, Any] = {
    "name": "package",
    "version": "1.0",
    "download_kib": 10,
    "installed_kib": 40,
    "depends": (),
    "recommends": (),
    "programs": (),
    "libraries": (),
    "files": (),
    "release_days": 0,
}
ARCHIVE: dict[str, Any] = {
    "manager": "apt",
    "host": "archive.example.org",
    "index_kib": 100,
    "mib_s": 5,
    "packages": (),
    "keeps_old": False,
}
RESOURCE: dict[str, Any] = {
    "url": "https://example.org/a",
    "kib": 7,
    "content": "",
    "program": None,
    "release_days": 0,
}


def builds(**sections: Any) -> Builds:
    names = ("dockerfiles", "contexts", "archives", "resources")
    empty: dict[str, Any] = {key: {} for key in names}
    return builds_of({**empty, **sections}, PROGRAMS, lambda name: name)


def context(*files: dict[str, Any], ignore: tuple[str, ...] = ()) -> Builds:
    entries = tuple({**FILE, **entry} for entry in files)
    return builds(contexts={"project": {"files": entries, "ignore": ignore}})


def test_a_world_without_builds() -> None:
    found = builds()
    assert (found.texts, found.contexts, found.outcomes) == ({}, {}, {})
    assert (found.around.archives, found.around.resources) == ({}, {})
    assert found.around.named("x") == "x"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("FROM a\nRUN b\n", "FROM a\nRUN b\n"),
        (("FROM a", "RUN b"), "FROM a\nRUN b"),
        (("FROM a",), "FROM a"),
        (("FROM a", "RUN b \\\n c"), "FROM a\nRUN b \\\n c"),
    ],
)
def test_a_dockerfile_is_one_text(written: Any, text: str) -> None:
    found = builds(dockerfiles={"app": {"text": written}})
    assert found.texts == {"app": text}


def test_archives_and_their_packages() -> None:
    package = {
        **PACKAGE,
        "name": "python3",
        "depends": ("libpython3",),
        "recommends": ("certificates",),
        "programs": ("tool",),
        "libraries": ("glibc",),
        "files": ("/usr/share/doc/x",),
        "release_days": 3,
    }
    found = builds(archives={"main": {**ARCHIVE, "packages": (package,)}})
    expected = Package(
        "python3",
        "1.0",
        10,
        40,
        ("libpython3",),
        ("certificates",),
        (TOOL,),
        ("glibc",),
        (DataFile("/usr/share/doc/x", 0, "python3"),),
        3 * DAY,
    )
    assert found.around.archives == {
        "main": Archive(
            "main",
            "apt",
            "archive.example.org",
            100,
            5,
            {"python3": expected},
            keeps_old=False,
        )
    }


def test_the_last_of_two_packages_of_one_name_counts() -> None:
    packages = ({**PACKAGE, "version": "1"}, {**PACKAGE, "version": "2"})
    found = builds(archives={"main": {**ARCHIVE, "packages": packages}})
    assert found.around.archives["main"].packages["package"].version == "2"


def test_addresses() -> None:
    found = builds(
        resources={
            "plain": RESOURCE,
            "program": {**RESOURCE, "url": "http://b/c", "program": "tool"},
            "moving": {
                **RESOURCE,
                "url": "http://b/d",
                "content": "bytes",
                "release_days": 2,
            },
        }
    )
    assert found.around.resources == {
        "https://example.org/a": Resource("plain", "https://example.org/a", 7, "plain"),
        "http://b/c": Resource("program", "http://b/c", 7, "program", TOOL),
        "http://b/d": Resource("moving", "http://b/d", 7, "bytes", release_us=2 * DAY),
    }


def test_files_of_a_context() -> None:
    found = context(
        {"path": "README.md", "kib": 3},
        {"path": "src/list.txt", "content": "flask", "kib": 1},
        {"path": "run.py", "program": "script", "kib": 2},
    ).contexts["project"]
    assert found.files == {
        "/README.md": DataFile("/README.md", 3 * 1024, "project/README.md"),
        "/src/list.txt": DataFile("/src/list.txt", 1024, "flask"),
        "/run.py": Program(
            "script",
            "/run.py",
            "script",
            "x86_64",
            interpreter="/bin/sh",
            content="project/run.py",
            size_kib=2,
        ),
    }
    assert found.touched == {}


def test_two_files_that_say_nothing_of_their_content_differ() -> None:
    files = context({"path": "a"}, {"path": "b"}).contexts["project"].files
    first, second = files["/a"], files["/b"]
    assert isinstance(first, DataFile)
    assert isinstance(second, DataFile)
    assert first.content != second.content


def test_what_is_ignored() -> None:
    found = context({"path": "a"}, {"path": "b.log"}, ignore=("*.log", "!keep"))
    assert list(found.contexts["project"].sent()) == ["/a"]


def test_what_can_be_made_of_files() -> None:
    held = {**HELD, "path": "bin/tool", "program": "tool", "kib": 9}
    found = context(
        {"path": "a.tar", "content": "archive", "unpacks": (held, HELD)},
        {"path": "main.c", "compiles_to": "tool"},
        {"path": "plain"},
    )
    tool = Program(
        "tool",
        "/bin/tool",
        "elf",
        "x86_64",
        content="a.tar/bin/tool",
        size_kib=9,
    )
    assert found.around.meanings == {
        "archive": Meaning((tool, DataFile("/a", 4096, "a.tar/a"))),
        "project/main.c": Meaning(compiles_to=TOOL),
    }


def test_each_engine_has_a_builder_whose_cache_outlives_it() -> None:
    class Platform:
        name = "server"

    class Host:
        platform = Platform()

    class Engine:
        host = Host()

        def __init__(self, name: str) -> None:
            self.name = name

    found = builds()
    first: Any = Engine("docker")
    again: Any = Engine("docker")
    other: Any = Engine("podman")
    cache = found.builder(first).cache
    assert found.builder(again).cache is cache
    assert found.builder(other).cache is not cache
    assert found.builder(first).around is found.around
