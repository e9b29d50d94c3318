"""What package managers have in common."""

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.subsystems.builds.archives import Archive, Index, Package
from simulator.subsystems.builds.tools.packages import (
    Wanted,
    closure,
    find,
    installed,
)
from simulator.subsystems.files import DataFile, FileTree


def archive(name: str, *packages: Package) -> Archive:
    return Archive(name, "apt", "h", 1, 1, {p.name: p for p in packages})


def package(name: str, *depends: str, recommends: tuple[str, ...] = ()) -> Package:
    return Package(name, "1.0", 1, 1, depends, recommends)


def names(found: list[Wanted]) -> list[str]:
    return [wanted.package.name for wanted in found]


def wanted(index: Index, *packages: str) -> list[Wanted]:
    found = [find([index], name) for name in packages]
    assert None not in found
    return [entry for entry in found if entry is not None]


MAIN = Index(
    archive(
        "main",
        package("app", "lib", "tool", recommends=("doc",)),
        package("lib", "base"),
        package("tool", "base", recommends=("extra",)),
        package("base"),
        package("doc", "viewer"),
        package("viewer"),
        package("extra"),
        package("left", "right"),
        package("right", "left"),
        package("lost", "nowhere"),
        package("self", "self"),
    ),
    0,
)


def test_finding_a_package() -> None:
    found = find([MAIN], "lib")
    assert found is not None
    assert (found.package.name, found.version, found.archive) == (
        "lib",
        "1.0",
        MAIN.archive,
    )
    assert find([MAIN], "nothing") is None
    assert find([], "lib") is None


def test_the_first_list_that_has_it_counts() -> None:
    other = Index(archive("other", Package("lib", "2.0", 1, 1)), 0)
    first, second = find([other, MAIN], "lib"), find([MAIN, other], "lib")
    assert first is not None
    assert second is not None
    assert (first.version, second.version) == ("2.0", "1.0")


def test_what_is_needed_comes_first() -> None:
    found = closure(wanted(MAIN, "app"), [MAIN], recommends=False)
    assert names(found) == ["base", "lib", "tool", "app"]


def test_recommendations_count_all_the_way_down() -> None:
    found = closure(wanted(MAIN, "app"), [MAIN], recommends=True)
    assert names(found) == ["base", "lib", "extra", "tool", "viewer", "doc", "app"]


def test_packages_that_need_each_other() -> None:
    found = closure(wanted(MAIN, "left"), [MAIN], recommends=True)
    assert names(found) == ["right", "left"]
    assert names(closure(wanted(MAIN, "self"), [MAIN], recommends=True)) == ["self"]


def test_what_no_list_has_is_left_out() -> None:
    assert names(closure(wanted(MAIN, "lost"), [MAIN], recommends=True)) == ["lost"]


def test_each_package_once() -> None:
    found = closure(wanted(MAIN, "lib", "tool", "lib"), [MAIN], recommends=False)
    assert names(found) == ["base", "lib", "tool"]
    assert closure([], [MAIN], recommends=True) == []


def test_a_ladder_takes_no_time() -> None:
    rungs = [
        package(f"{side}{number}", f"a{number + 1}", f"b{number + 1}")
        for number in range(100)
        for side in "ab"
    ]
    index = Index(archive("ladder", *rungs), 0)
    found = closure(wanted(index, "a0"), [index], recommends=False)
    assert len(found) == 199


NAMES = [f"p{number}" for number in range(6)]
GRAPHS = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from(NAMES), max_size=3) for name in NAMES}
)


@given(GRAPHS, st.lists(st.sampled_from(NAMES), max_size=3))
@settings(max_examples=100, deadline=None)
def test_a_closure_is_closed(graph: dict[str, list[str]], named: list[str]) -> None:
    index = Index(
        archive("a", *(package(name, *needs) for name, needs in graph.items())), 0
    )
    found = names(closure(wanted(index, *named), [index], recommends=False))
    assert len(found) == len(set(found))
    assert {*named} <= {*found}
    for name in found:
        assert {*graph[name]} <= {*found}


def test_what_is_installed() -> None:
    paths = {"/db/a": "1", "/db/b": "2", "/dbx/c": "3", "/other": "4"}
    tree = FileTree(data={p: DataFile(p, 0, v) for p, v in paths.items()})
    assert installed(tree, "/db") == {"a": "1", "b": "2"}
    assert installed(FileTree(), "/db") == {}
