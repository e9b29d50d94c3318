"""Included files: what they add, what is refused, and where it is said."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator import (
    InputError,
    ScenarioError,
    load_scenario,
    load_scenario_file,
    run_arm,
)
from simulator.scenario.includes import beside
from tests.simulator.worlds import BOOT, WORLD, document, text_of

MACHINES = {"world": {"machines": WORLD["machines"], "systems": WORLD["systems"]}}
"""A file with a part of the world."""
SMALL: dict[str, Any] = {
    "key": "small",
    "title": "t",
    "arms": {"a": {"label": "a", "plan": [*BOOT]}},
    "claims": {"c": {"text": "t", "expression": "runs.a.metrics.kernels == 1"}},
}
"""A scenario without a world of its own."""


def problems(
    spec: Mapping[str, Any], files: Mapping[str, Any] | None = None
) -> list[str]:
    """What is wrong with a scenario whose included files are these."""
    try:
        load_scenario(text_of(spec), loader=loader(files or {}))
    except ScenarioError as error:
        return [str(problem) for problem in error.problems]
    return []


def loader(files: Mapping[str, Any]) -> Any:
    texts = {
        name: file if isinstance(file, str) else text_of(file)
        for name, file in files.items()
    }
    return texts.__getitem__


def including(*names: Any, **more: Any) -> dict[str, Any]:
    return {**SMALL, "include": list(names), **more}


def messages(*args: Any) -> list[str]:
    """Only what is said, without the place."""
    return [problem.partition(": ")[2] for problem in problems(*args)]


def test_parts_of_the_world_come_from_another_file() -> None:
    spec = including("base.yaml")
    found = load_scenario(text_of(spec), loader=loader({"base.yaml": MACHINES}))
    assert list(found.world["machines"]) == ["server"]
    assert run_arm(found, "a", {}).metrics["kernels"] == 1


def test_what_is_included_counts_as_if_it_stood_here() -> None:
    included = load_scenario(
        text_of(including("b.yaml")), loader=loader({"b.yaml": MACHINES})
    )
    written_out = load_scenario(text_of({**SMALL, **MACHINES}))
    assert included.digest == written_out.digest
    more = {
        "world": {**MACHINES["world"], "machines": {"m": {"cores": 1, "ram_mib": 9}}}
    }
    other = load_scenario(
        text_of(including("b.yaml", world={"machines": WORLD["machines"]})),
        loader=loader({"b.yaml": more}),
    )
    assert other.digest != included.digest
    assert list(other.world["machines"]) == ["server", "m"]


def test_every_named_part_is_gathered_from_all_files() -> None:
    arm = {"label": "b", "plan": [*BOOT]}
    claim = {"text": "t", "expression": "runs.b != null"}
    files = {
        "arms.yaml": {"arms": {"b": arm}, "parameters": {"m": [1]}},
        "claims.yml": {"claims": {"d": claim}, "setup": [*BOOT], "plan": [*BOOT]},
        "world.yaml": MACHINES,
    }
    spec = including(*files, parameters={"n": [1, 2]})
    found = load_scenario(text_of(spec), loader=loader(files))
    assert (list(found.arms), list(found.claims)) == (["a", "b"], ["c", "d"])
    assert found.parameters == {"n": (1, 2), "m": (1,)}
    assert len(found.setup) == 2


def test_files_include_files() -> None:
    systems = {"world": {"systems": WORLD["systems"]}}
    middle = {"include": ["systems.yaml"], "world": {"machines": WORLD["machines"]}}
    files = {"middle.yaml": middle, "systems.yaml": systems}
    found = load_scenario(text_of(including("middle.yaml")), loader=loader(files))
    assert (list(found.world["machines"]), len(found.world["systems"])) == (
        ["server"],
        3,
    )


def test_a_file_itself_is_not_changed_by_what_it_includes() -> None:
    extra = {"world": {"machines": {"m": {"cores": 1, "ram_mib": 9}}}}
    files = {"b.yaml": MACHINES, "e.yaml": extra}
    texts = text_of(including("b.yaml", "e.yaml"))
    first, second = (load_scenario(texts, loader=loader(files)) for _ in range(2))
    assert first.digest == second.digest
    assert list(second.world["machines"]) == ["server", "m"]


def test_a_name_stands_once() -> None:
    base = {
        **MACHINES,
        "arms": {"a": {"label": "again"}},
        "setup": [*BOOT],
    }
    files = {"base.yaml": base, "more.yaml": MACHINES}
    assert messages(including("base.yaml", "more.yaml", setup=[*BOOT]), files) == [
        "the name 'a' is taken in the scenario already",
        "setup stands in the scenario already",
        "the name 'server' is taken in base.yaml already",
        "the name 'linux' is taken in base.yaml already",
        "the name 'windows' is taken in base.yaml already",
        "the name 'mac' is taken in base.yaml already",
    ]


def test_a_place_is_that_in_the_included_file() -> None:
    base = "world:\n  machines:\n    server: {cores: 0, ram_mib: 1, rom: 2}\n"
    said = problems(including("base.yaml"), {"base.yaml": base})
    assert [line.partition(": ")[0] for line in said] == [
        "line 8, column 15 at arms.a.plan[0].install.what",
        "base.yaml, line 3, column 21 at world.machines.server.cores",
        "base.yaml, line 3, column 36 at world.machines.server",
    ]
    double = "world: {machines: {m: {cores: 1, cores: 2, ram_mib: 1}}}\n"
    (found,) = problems(including("d.yaml", **MACHINES), {"d.yaml": double})
    assert found == (
        "d.yaml, line 1, column 34 at world.machines.m.cores: the key 'cores' stands "
        "twice in one mapping (the first is in line 1)"
    )
    numbered = "arms: {9x: {label: l}}\nparameters: {P: [1], n: [9999999999999999]}\n"
    said = problems(including("n.yaml", **MACHINES), {"n.yaml": numbered})
    assert [line.partition(": ")[0] for line in said] == [
        "n.yaml, line 1, column 8 at arms",
        "n.yaml, line 2, column 14 at parameters.P",
        "n.yaml, line 2, column 26 at parameters.n[0]",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x 1", "base.yaml, line 1, column 4: anchors and aliases are not allowed"),
        ("a: !x 1", "base.yaml, line 1, column 4: tags are not allowed"),
        ("a: [", "base.yaml, line 2, column 1: not valid YAML: "),
        ("\0", "base.yaml, line 1, column 1: not valid YAML: "),
        ("", "base.yaml, line 1, column 1: the file is empty"),
        ("- 1", "base.yaml, line 1, column 1: a mapping expected, not a list"),
        ("x: 1", "base.yaml, line 1, column 1: an included file has no key 'x'"),
        ("key: x", "base.yaml, line 1, column 1: an included file has no key 'key'"),
        ("worlds: {}", "base.yaml, line 1, column 1: an included file has no key"),
        ("world: 5", "base.yaml, line 1, column 8 at world: a mapping expected"),
        ("arms: 5", "base.yaml, line 1, column 7 at arms: a mapping expected, not a w"),
        (
            "world: {machines: 5}",
            "base.yaml, line 1, column 19 at world.machines: a mapping expected",
        ),
        ("include: x", "base.yaml, line 1, column 10 at include: a list expected, not"),
        ("[" * 40, "base.yaml, line 1, column 33: nested deeper than 32 levels"),
        ("a: b\n---\nc: d", "base.yaml, line 2, column 1: a second document in one"),
        ("#" * 300_000, "line 2, column 3 at include[0]: the scenario and what it"),
    ],
)
def test_what_is_wrong_with_an_included_file(text: str, says: str) -> None:
    spec = {"include": ["base.yaml"], **SMALL, **MACHINES}
    assert problems(spec, {"base.yaml": text})[0].startswith(says)


@pytest.mark.parametrize(
    "name",
    ["../base.yaml", "/etc/base.yaml", "a/b.yaml", "base.txt", "", ".yaml", "..yaml/",
     "a\\b.yaml", "x" * 90 + ".yaml", "b.yaml\n"],
)  # fmt: skip
def test_a_path_leads_nowhere(name: str) -> None:
    spec = including(name, **MACHINES)
    assert "not the name of a YAML file (a file beside this one: base.yaml)" in (
        messages(spec, {name: MACHINES})
    )


@pytest.mark.parametrize("wrong", [5, ["base.yaml"], None])
def test_a_name_is_text(wrong: Any) -> None:
    assert "not the name of a YAML file (a file beside this one: base.yaml)" in (
        messages(including(wrong, **MACHINES))
    )


def test_a_list_of_names_is_a_list() -> None:
    spec = {**SMALL, **MACHINES, "include": "base.yaml"}
    assert messages(spec) == ["a list expected, not text"]


def test_without_a_loader_nothing_is_included() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(text_of(including("base.yaml", **MACHINES)))
    assert [problem.message for problem in caught.value.problems] == [
        "this scenario is read without other files"
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    spec = including("none.yaml", **MACHINES)
    assert messages(spec) == ["none.yaml cannot be read: 'none.yaml'"]
    path = tmp_path / "s.yaml"
    path.write_text(text_of(spec))
    with pytest.raises(ScenarioError) as caught:
        load_scenario_file(path)
    assert caught.value.problems[0].message == (
        "none.yaml cannot be read: No such file or directory"
    )


def test_a_circle_is_an_error_with_its_place() -> None:
    files = {
        "a.yaml": {"include": ["b.yaml"], **MACHINES},
        "b.yaml": {"include": ["a.yaml"]},
    }
    (found,) = problems(including("a.yaml"), files)
    assert found == (
        "b.yaml, line 2, column 3 at include[0]: a.yaml includes itself "
        "(a.yaml -> b.yaml -> a.yaml)"
    )


def test_depth_and_number_are_bounded() -> None:
    deep: dict[str, Any] = {
        f"f{n}.yaml": {"include": [f"f{n + 1}.yaml"]} for n in range(9)
    }
    assert messages(including("f0.yaml", **MACHINES), deep) == [
        "files include each other more than 4 deep"
    ]
    many: dict[str, Any] = {f"m{n}.yaml": {} for n in range(17)}
    many = {name: "plan: []\n" if name == "m0.yaml" else "arms: {}\n" for name in many}
    assert messages(including(*many, **MACHINES), many) == [
        "more than 16 files are included"
    ]


def test_a_scenario_in_a_file_includes_what_is_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(text_of(MACHINES))
    path = tmp_path / "small.yaml"
    path.write_text(text_of(including("base.yaml")))
    assert load_scenario_file(path).key == "small"


def test_a_link_to_another_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "base.yaml").write_text(text_of(MACHINES))
    (folder / "base.yaml").symlink_to(tmp_path / "base.yaml")
    with pytest.raises(InputError, match="it stands in another folder"):
        beside(folder)("base.yaml")
    path = folder / "small.yaml"
    path.write_text(text_of(including("base.yaml", **MACHINES)))
    with pytest.raises(ScenarioError) as caught:
        load_scenario_file(path)
    assert caught.value.problems[0].message == (
        "base.yaml cannot be read: it stands in another folder"
    )


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_bytes(b"\xff\xfe\xff")
    path = tmp_path / "small.yaml"
    path.write_text(text_of(including("base.yaml", **MACHINES)))
    with pytest.raises(
        ScenarioError, match=r"base\.yaml cannot be read: 'utf-8' codec"
    ):
        load_scenario_file(path)


def test_a_scenario_that_includes_nothing_reads_as_before() -> None:
    spec = document()
    assert load_scenario(text_of(spec)).digest == (
        load_scenario(text_of({**spec, "include": []})).digest
    )
