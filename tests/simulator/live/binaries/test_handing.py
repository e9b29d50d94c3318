"""Registered formats: the line for the kernel, and what an interpreter begins with."""

from errno import EINVAL, ENODEV, EPERM

import pytest

from simulator.live.binaries import formats
from simulator.live.binaries.handing import BESIDE, handed_over, registration
from simulator.live.binaries.programs import Recipe, executable
from simulator.live.binaries.writing import STARTED
from simulator.live.capabilities import report
from simulator.live.sandbox import carry_out
from tests.simulator.live.plans import program, run, wait, write


def test_the_line() -> None:
    line = registration("f1", "mach-o", "aarch64", "/p2", opened=True)
    magic, mask = r"\xcf\xfa\xed\xfe\x0c\x00\x00\x01", r"\xff" * 8
    assert line == f":f1:M:0:{magic}:{mask}:/p2:F"


@pytest.mark.parametrize(
    ("binary_format", "content"),
    [("elf", formats.elf(b"", "aarch64")), ("pe", formats.pe("aarch64"))],
)
def test_the_sign_is_that_of_the_processor_too(
    binary_format: str, content: bytes
) -> None:
    line = registration("f1", binary_format, "aarch64", "/p2", opened=False)
    *_, magic, mask, path, flags = line.split(":")
    signs = [int(part, 16) for part in magic.split(r"\x")[1:]]
    masks = [int(part, 16) for part in mask.split(r"\x")[1:]]
    assert (path, flags) == ("/p2", "")
    masked = [byte & bits for byte, bits in zip(content, masks, strict=False)]
    assert masked == signs
    other = registration("f1", binary_format, "x86_64", "/p2", opened=False)
    assert other != line


def test_a_format_without_a_sign() -> None:
    with pytest.raises(KeyError):
        registration("f1", "script", "x86_64", "/p2", opened=False)


def test_an_interpreter_becomes_what_is_beside_the_file_or_is_itself() -> None:
    own = executable(Recipe(2), before=handed_over())
    line = registration("f1", "pe", "x86_64", "/p2", opened=False)
    plan = [
        write(0, "/p1", formats.pe("x86_64")),
        program(1, f"/p1{BESIDE}", ("exit", {"status": 5})),
        write(2, "/p2", own),
        write(3, "/p3", formats.pe("x86_64")),
        {"do": "register", "step": 4, "line": line},
        run(5, "handed", "/p1"),
        run(6, "itself", "/p2"),
        run(7, "nothing beside", "/p3"),
        wait(8, 0.1),
    ]
    told = carry_out(plan)
    started = [f["program"] for f in told.facts if f.get("what") == STARTED]
    ended = {f["name"]: f["code"] for f in told.facts if f["kind"] == "ended"}
    if report().of("formats").available:
        assert (started, ended) == ([1, 2], {"handed": 5, "nothing beside": 1})
    else:
        assert (started, ended) == ([2], {})


def test_what_the_kernel_does_not_register() -> None:
    plan = [{"do": "register", "step": 0, "line": "nonsense"}]
    refusals = {EINVAL} if report().of("formats").available else {EPERM, ENODEV}
    assert carry_out(plan).of(0)["errno"] in refusals
