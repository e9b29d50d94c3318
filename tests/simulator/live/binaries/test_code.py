"""Each instruction is encoded as the manual has it."""

import pytest

from simulator.live.binaries.code import ARGUMENTS, REGISTERS, Code


def written(name: str, *operands: object) -> str:
    """The bytes of one instruction in hexadecimal, labels being where it ends."""
    code = Code()
    getattr(code, name)(*operands)
    code.label("here")
    return code.finished().hex(" ")


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        (("move", "rax", 1), "48 c7 c0 01 00 00 00"),
        (("move", "rdi", -1), "48 c7 c7 ff ff ff ff"),
        (("move", "r15", 7), "49 c7 c7 07 00 00 00"),
        (("move", "rbx", 2**31), "48 bb 00 00 00 80 00 00 00 00"),
        (("move", "r10", 2**40), "49 ba 00 00 00 00 00 01 00 00"),
        (("move", "rdi", "rax"), "48 89 c7"),
        (("move", "r12", "rbx"), "49 89 dc"),
        (("move", "rsi", "r14"), "4c 89 f6"),
        (("move", "rsi", "@here"), "48 8d 35 00 00 00 00"),
        (("move", "r8", "@here"), "4c 8d 05 00 00 00 00"),
        (("add", "rsp", 32), "48 81 c4 20 00 00 00"),
        (("add", "r12", 1), "49 81 c4 01 00 00 00"),
        (("add", "rbx", "rcx"), "48 01 cb"),
        (("subtract", "rbp", 1), "48 81 ed 01 00 00 00"),
        (("subtract", "rbx", "rax"), "48 29 c3"),
        (("keep_bits", "rcx", 127), "48 81 e1 7f 00 00 00"),
        (("compare", "rax", 0), "48 81 f8 00 00 00 00"),
        (("compare", "rax", "rbx"), "48 39 d8"),
        (("shift_right", "rdx", 8), "48 c1 ea 08"),
        (("shift_right", "r9", 3), "49 c1 e9 03"),
        (("push", "rcx"), "51"),
        (("push", "r12"), "41 54"),
        (("pop", "rdi"), "5f"),
        (("pop", "r15"), "41 5f"),
        (("load", "rdi", "rax", 16), "48 8b b8 10 00 00 00"),
        (("load", "rdx", "rsp"), "48 8b 94 24 00 00 00 00"),
        (("load", "r9", "r12", 8), "4d 8b 8c 24 08 00 00 00"),
        (("store", "rsp", 8, "rcx"), "48 89 8c 24 08 00 00 00"),
        (("store", "rcx", 0, "rax"), "48 89 81 00 00 00 00"),
        (("jump", "here"), "e9 00 00 00 00"),
        (("jump_if", "equal", "here"), "0f 84 00 00 00 00"),
        (("jump_if", "not equal", "here"), "0f 85 00 00 00 00"),
        (("jump_if", "less", "here"), "0f 8c 00 00 00 00"),
        (("jump_if", "greater", "here"), "0f 8f 00 00 00 00"),
        (("raw", 0x0F, 0x0B), "0f 0b"),
        (("system_call", 39), "48 c7 c0 27 00 00 00 0f 05"),
        (
            ("system_call", 62, "rdi", "rbx"),
            "48 89 de 48 c7 c0 3e 00 00 00 0f 05",
        ),
    ],
)
def test_encodings(instruction: tuple[object, ...], expected: str) -> None:
    name, *operands = instruction
    assert written(str(name), *operands) == expected


def test_arguments_go_where_linux_takes_them_from() -> None:
    code = Code()
    code.system_call(1, 1, 2, 3, 4, 5, 6)
    expected = Code()
    for register, value in zip(ARGUMENTS, range(1, 7), strict=True):
        expected.move(register, value)
    expected.move("rax", 1)
    expected.raw(0x0F, 0x05)
    assert code.finished() == expected.finished()


def test_a_jump_back_and_a_jump_ahead() -> None:
    code = Code()
    code.label("start")
    code.jump("end")
    code.jump("start")
    code.label("end")
    assert code.finished().hex(" ") == "e9 05 00 00 00 e9 f6 ff ff ff"


def test_data_has_a_label() -> None:
    code = Code()
    code.move("rsi", "@text")
    code.raw(0x90)
    code.data("text", b"hi")
    assert code.finished() == bytes.fromhex("488d3501000000 90") + b"hi"


def test_a_label_that_is_nowhere_is_an_error() -> None:
    code = Code()
    code.jump("nowhere")
    with pytest.raises(KeyError, match="nowhere"):
        code.finished()


def test_new_labels_are_new() -> None:
    code = Code()
    assert len({code.new_label() for _ in range(20)}) == 20


def test_there_are_sixteen_registers() -> None:
    assert len(set(REGISTERS)) == 16


def test_finishing_changes_nothing() -> None:
    code = Code()
    code.jump("end")
    code.label("end")
    assert code.finished() == code.finished()
