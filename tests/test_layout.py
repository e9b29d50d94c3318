"""The house: where files are, how long they are, what each must say."""

import platform
import re
import sysconfig
from pathlib import Path

from tests.source_code import (
    ROOT,
    SHIPPED,
    functions,
    inline_imports,
    modules,
    percentile,
    public_without_docstring,
)

INLINE_REASON = re.compile(r"# noqa: PLC0415  \S")


def test_platform_is_the_module_of_the_standard_library() -> None:
    assert Path(platform.__file__).parent == Path(sysconfig.get_path("stdlib"))
    assert list((ROOT / "platform").glob("*.py")) == []
    assert not (ROOT / "tests" / "platform").exists()


def test_modules_are_short() -> None:
    sizes = [module.lines for module in modules(*SHIPPED)]
    assert [m.path for m in modules(*SHIPPED) if m.lines > 600] == []
    assert percentile(sizes, 0.5) <= 80
    assert percentile(sizes, 0.95) <= 350


def test_functions_are_short() -> None:
    found = [f for module in modules(*SHIPPED) for f in functions(module)]
    assert [f.where for f in found if f.lines > 80] == []
    assert percentile([f.lines for f in found], 0.95) <= 35


def test_there_is_more_test_than_code() -> None:
    """Scenarios, probes and transcripts count: their claims and lines are asserted."""
    code = sum(module.lines for module in modules(*SHIPPED))
    written = [
        *(ROOT / "fixtures" / "scenarios").glob("*.yaml"),
        *(ROOT / "fixtures" / "lab").glob("*.txt"),
        *(ROOT / "simulator" / "live" / "probes").glob("*.yaml"),
    ]
    tests = sum(module.lines for module in modules("tests"))
    tests += sum(len(path.read_text().splitlines()) for path in written)
    assert tests >= 1.5 * code, f"{tests} lines of tests for {code} of code"


def test_public_functions_of_simulator_and_domain_are_documented() -> None:
    silent = [
        where
        for module in modules("simulator", "quizzes/domain")
        for where in public_without_docstring(module)
    ]
    assert silent == []


def test_inline_imports_are_few_and_have_a_reason() -> None:
    inline = [entry for m in modules(*SHIPPED) for entry in inline_imports(m)]
    assert [where for where, text in inline if not INLINE_REASON.search(text)] == []
    every = sum(
        text.startswith(("import ", "from "))
        for module in modules(*SHIPPED)
        for text in module.source.splitlines()
    )
    assert len(inline) <= 0.01 * every


def test_each_test_folder_is_a_package_and_mirrors_code() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [f for f in folders if not (f / "__init__.py").exists()] == []


def test_nothing_is_left_out_of_the_tests() -> None:
    words = (
        "pragma: no " + "cover",
        "pragma: no " + "branch",
        "TO" + "DO",
        "FIX" + "ME",
    )
    marks = re.compile(rf"#.*(?:{'|'.join(words)})|mark\.(skip|xfail)")
    everything = modules(*SHIPPED, "tests")
    assert [m.path for m in everything if marks.search(m.source)] == []


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils.py", "helpers.py", "misc.py", "common.py"}
    everything = modules(*SHIPPED, "tests")
    assert [m.path for m in everything if Path(m.path).name in drawers] == []
