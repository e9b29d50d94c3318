"""The repository's own Python files, read and measured."""

import ast
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("simulator", "quizzes", "platform/trapframe")
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    path: str  # from the root
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def lines(self) -> int:
        return len(self.source.splitlines())


@dataclass(frozen=True)
class Function:
    where: str
    lines: int


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """All modules below the folders, migrations left out, in the order of paths."""
    return tuple(
        Module(str(path.relative_to(ROOT)), source)
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
        for source in [path.read_text()]
        if source.strip()
    )


def functions(module: Module) -> Iterator[Function]:
    for node in ast.walk(module.tree):
        if isinstance(node, FUNCTION):
            last = node.end_lineno or node.lineno
            where = f"{module.path}:{node.lineno} {node.name}"
            yield Function(where, last - node.lineno + 1)


def percentile(values: Sequence[int], share: float) -> int:
    """The value that `share` of all do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def public_without_docstring(module: Module) -> Iterator[str]:
    """Public functions, and public methods of public classes, that say nothing.

    Methods of a Protocol are included; overloads, properties' setters are not.
    """
    for node in module.tree.body:
        if isinstance(node, FUNCTION):
            yield from _undocumented(module, node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for member in node.body:
                if isinstance(member, FUNCTION):
                    yield from _undocumented(module, member)


def inline_imports(module: Module) -> Iterator[tuple[str, str]]:
    """Imports inside functions: where, and the line's text."""
    lines = module.source.splitlines()
    for function in ast.walk(module.tree):
        if not isinstance(function, FUNCTION):
            continue
        for node in ast.walk(function):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield f"{module.path}:{node.lineno}", lines[node.lineno - 1]


def _undocumented(
    module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[str]:
    if not node.name.startswith("_") and ast.get_docstring(node) is None:
        yield f"{module.path}:{node.lineno} {node.name}"
