"""Plans for sandboxes, written short."""

import base64
from typing import Any

from simulator.live.binaries.code import Code
from simulator.live.binaries.formats import elf
from simulator.live.binaries.programs import Recipe, executable

KINDS = ("pid", "mnt", "uts", "ipc", "net")
Step = dict[str, Any]


def write(step: int, path: str, content: bytes, mode: int = 0o755) -> Step:
    text = base64.b64encode(content).decode()
    return {"do": "write", "step": step, "path": path, "content": text, "mode": mode}


def program(step: int, path: str, *steps: Any, **more: Any) -> Step:
    return write(step, path, executable(Recipe(1, tuple(steps), **more)))


def run(step: int, name: str, path: str, place: str = "") -> Step:
    return {"do": "run", "step": step, "name": name, "path": path, "in": place}


def contain(step: int, name: str, path: str, **more: Any) -> Step:
    return {
        "do": "contain",
        "step": step,
        "name": name,
        "path": path,
        "image": "0",
        "namespaces": KINDS,
        "uid_base": None,
        "boottime_offset_s": 0,
        "cgroups": [],
        **more,
    }


def send(step: int, name: str, number: int, seconds: float = 0.2) -> Step:
    return {
        "do": "signal",
        "step": step,
        "name": name,
        "number": number,
        "seconds": seconds,
    }


def wait(step: int, seconds: float) -> Step:
    return {"do": "wait", "step": step, "seconds": seconds}


def look(step: int) -> Step:
    return {"do": "look", "step": step}


def request(step: int, names: list[str], count: int) -> Step:
    return {"do": "request", "step": step, "names": names, "count": count}


def calling(number: int, *arguments: Any) -> bytes:
    """A program that makes one system call and reports what it gave.

    Text among the arguments becomes an address.
    """
    code = Code()
    texts = [a for a in arguments if isinstance(a, str) and a != "rsp"]
    operands = [f"@{texts.index(a)}" if a in texts else a for a in arguments]
    code.system_call(number, *operands)
    code.move("rbx", "rax")
    code.subtract("rsp", 32)
    for offset, value in ((0, 99), (8, 1), (24, 0)):
        code.move("rcx", value)
        code.store("rsp", offset, "rcx")
    code.store("rsp", 16, "rbx")
    code.system_call(1, 3, "rsp", 32)
    code.system_call(231, 0)
    for index, text in enumerate(texts):
        code.data(str(index), text.encode() + b"\0")
    return elf(code.finished(), "x86_64")
