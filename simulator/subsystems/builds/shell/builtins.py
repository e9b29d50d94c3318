"""Commands that the shell carries out itself, without a process."""

from collections.abc import Callable, Mapping

from simulator.subsystems.builds.shell.commands import Caller, Streams, complain
from simulator.subsystems.builds.trees import absolute, entry_at, exists, is_directory
from simulator.subsystems.files import DataFile, Program

Builtin = Callable[[Caller, list[str], Streams], int]
_MOST = 100_000
_LONG = {"errexit": "e", "nounset": "u", "xtrace": "x"}
"""Options of ``set -o`` that have a letter."""


def _echo(shell: Caller, argv: list[str], streams: Streams) -> int:  # noqa: ARG001
    words = argv[1:]
    end = "\n"
    while words and words[0] in {"-n", "-e"}:
        end = "" if words[0] == "-n" else end
        words = words[1:]
    streams.out.append((" ".join(words) + end)[:_MOST])
    return 0


def _cd(shell: Caller, argv: list[str], streams: Streams) -> int:
    name = argv[1] if len(argv) > 1 else shell.env.get("HOME", "/root")
    path = absolute(shell.cwd, name)
    if not is_directory(shell.site.tree, path):
        return complain(shell, streams, 2, f"cd: can't cd to {name}")
    shell.cwd = path
    return 0


def _exit(shell: Caller, argv: list[str], streams: Streams) -> int:
    word = argv[1] if len(argv) > 1 else str(shell.status)
    shell.left = True
    if not (word.isascii() and word.isdigit() and len(word) < len("1000000")):
        return complain(shell, streams, 2, f"exit: Illegal number: {word}")
    return int(word) % 256


def _export(shell: Caller, argv: list[str], streams: Streams) -> int:  # noqa: ARG001
    for word in argv[1:]:
        name, sign, value = word.partition("=")
        if sign:
            shell.env[name] = value
    return 0


def _set(shell: Caller, argv: list[str], streams: Streams) -> int:  # noqa: ARG001
    words = iter(argv[1:])
    for word in words:
        names = set(word[1:])
        if "o" in names:
            names = names - {"o"} | {_LONG.get(name := next(words, ""), name)}
        if word.startswith("-"):
            shell.options |= names
        elif word.startswith("+"):
            shell.options -= names
    return 0


def _printf(shell: Caller, argv: list[str], streams: Streams) -> int:  # noqa: ARG001
    text = argv[1] if len(argv) > 1 else ""
    streams.out.append(text.replace("\\n", "\n")[:_MOST])
    return 0


def _nothing(shell: Caller, argv: list[str], streams: Streams) -> int:  # noqa: ARG001
    return 0


def _false(shell: Caller, argv: list[str], streams: Streams) -> int:  # noqa: ARG001
    return 1


def _pwd(shell: Caller, argv: list[str], streams: Streams) -> int:  # noqa: ARG001
    streams.out.append(f"{shell.cwd}\n")
    return 0


def _test(shell: Caller, argv: list[str], streams: Streams) -> int:
    words = argv[1:]
    if argv[0] == "[":
        if words[-1:] != ["]"]:
            return complain(shell, streams, 2, "[: missing ]")
        words = words[:-1]
    negated = words[:1] == ["!"]
    words = words[negated:]
    held = _held(shell, words)
    if held is None:
        return complain(shell, streams, 2, f"{argv[0]}: {' '.join(words)}: unknown")
    return int(held is negated)


def _held(shell: Caller, words: list[str]) -> bool | None:
    """Return whether a test holds; None for one that is not known here."""
    if len(words) <= 1:
        return bool(words and words[0])
    if len(words) == 3 and words[1] in {"=", "==", "!="}:  # noqa: PLR2004
        return (words[0] == words[2]) is (words[1] != "!=")
    if len(words) == 2 and words[0] in _TESTS:  # noqa: PLR2004
        return _TESTS[words[0]](shell, words[1])
    return None


def _is_file(shell: Caller, name: str) -> bool:
    path = absolute(shell.cwd, name)
    return entry_at(shell.site.tree, path) is not None and not _is_dir(shell, name)


def _is_dir(shell: Caller, name: str) -> bool:
    return is_directory(shell.site.tree, absolute(shell.cwd, name))


def _is_there(shell: Caller, name: str) -> bool:
    return exists(shell.site.tree, absolute(shell.cwd, name))


def _is_executable(shell: Caller, name: str) -> bool:
    found = entry_at(shell.site.tree, absolute(shell.cwd, name))
    return isinstance(found, Program) and found.executable


def _has_content(shell: Caller, name: str) -> bool:
    found = entry_at(shell.site.tree, absolute(shell.cwd, name))
    return found is not None and not (isinstance(found, DataFile) and not found.size)


_TESTS: Mapping[str, Callable[[Caller, str], bool]] = {
    "-e": _is_there,
    "-f": _is_file,
    "-d": _is_dir,
    "-x": _is_executable,
    "-s": _has_content,
    "-n": lambda _, word: bool(word),
    "-z": lambda _, word: not word,
}
BUILTINS: Mapping[str, Builtin] = {
    "echo": _echo,
    "printf": _printf,
    "cd": _cd,
    "exit": _exit,
    "export": _export,
    "set": _set,
    "pwd": _pwd,
    "test": _test,
    "[": _test,
    "true": _nothing,
    ":": _nothing,
    "ulimit": _nothing,
    "umask": _nothing,
    "false": _false,
}
"""Every builtin, by its name."""
