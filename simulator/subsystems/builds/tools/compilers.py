"""Compilers: a source file of the build context becomes a program."""

from dataclasses import replace
from posixpath import dirname

from simulator.engine import Work
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.trees import (
    absolute,
    files_in,
    is_directory,
    make_directory,
)
from simulator.subsystems.containers.images import ARCH_OF_OCI

ARCH_OF_NAME = {name: arch for arch, name in ARCH_OF_OCI.items()}
COMPILE_US = 400_000
"""Processor time for one program: this model's choice."""


def _compile(call: Call) -> Work:
    """``cc -o OUT SOURCE``, ``go build -o OUT [DIRECTORY]``; GOARCH is obeyed."""
    options, operands = call.split("-o")
    is_go = call.argv[0] == "go"
    if is_go and operands[:1] != ["build"]:
        return call.fail(2, f"go {' '.join(operands[:1])}: unknown command")
    sources = operands[1:] or ["."] if is_go else operands
    if not sources:
        return call.fail(1, f"{call.argv[0]}: fatal error: no input files")
    entries = [e for n in sources for e in files_in(call.tree, absolute(call.cwd, n))]
    made = [found for found in map(call.site.compiled, entries) if found is not None]
    if not made:
        return call.fail(1, f"{call.argv[0]}: no source of a program in {sources[0]}")
    yield from call.site.compute(COMPILE_US)
    path = absolute(call.cwd, options.get("-o", "a.out"))
    if is_go:
        make_directory(call.tree, dirname(path))
    elif not is_directory(call.tree, dirname(path)):
        return call.fail(1, f"ld: cannot open output file {path}")
    arch = ARCH_OF_NAME.get(call.env.get("GOARCH", ""), call.site.arch)
    program = replace(made[-1], path=path, arch=arch, executable=True)
    call.tree.add(replace(program, links=_linked(call)))
    return 0


def _linked(call: Call) -> str:
    """Return what the program needs where it runs: these libraries, or none."""
    if "-static" in call.argv or call.env.get("CGO_ENABLED") == "0":
        return "static"
    here = call.tree.runtime_for("posix")
    return "" if here is None else here.name


TOOLS = dict.fromkeys(("cc", "gcc", "go"), _compile)
