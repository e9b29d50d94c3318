"""Commands on text: what stands in files, and what comes through a pipe."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.files import FileError, absolute, read_file, write_file

TEN = 10
MOST_NUMBERS = 10_000
_COUNT = re.compile(r"-(\d+)\Z")


def cat(call: Call) -> Answer:
    """Write files, or what it reads."""
    found = options(call.words[1:], "n")
    status = 0
    number = 0
    for _, text in inputs(call, found.rest):
        if text is None:
            status = 1
            continue
        if not found.has("n"):
            call.out(text)
            continue
        for line in text.splitlines():
            number += 1
            call.line(f"{number:>6}\t{line}")
    return status


def grep(call: Call) -> Answer:
    """Write the lines that a pattern is found in."""
    found = options(call.words[1:], "ivncEFwoqrhHlx", ("e", "A", "B", "color"))
    patterns = found.values.get("e") or found.rest[:1]
    if not patterns:
        raise CommandError("usage: grep [OPTION]... PATTERNS [FILE]...", 2)
    names = found.rest if found.values.get("e") else found.rest[1:]
    pattern = _pattern(patterns[0], found.flags)
    status = 1
    for name, text in inputs(call, names):
        if text is None:
            status = 2
            continue
        lines = text.splitlines()
        hits = [
            (number, line)
            for number, line in enumerate(lines, 1)
            if bool(pattern.search(line)) != found.has("v")
        ]
        status = 0 if hits and status == 1 else status
        if found.has("q"):
            continue
        before = f"{name}:" if len(names) > 1 and not found.has("h") else ""
        if found.has("c"):
            call.line(f"{before}{len(hits)}")
            continue
        for number, line in hits:
            shown = [m[0] for m in pattern.finditer(line)] if found.has("o") else [line]
            for part in shown:
                call.line(f"{before}{f'{number}:' if found.has('n') else ''}{part}")
    return status


def _pattern(text: str, flags: set[str]) -> re.Pattern[str]:
    if "F" in flags:
        text = re.escape(text)
    elif "E" not in flags:
        text = _basic(text)
    if "w" in flags:
        text = rf"\b(?:{text})\b"
    if "x" in flags:
        text = rf"\A(?:{text})\Z"
    try:
        return re.compile(text, re.IGNORECASE if "i" in flags else 0)
    except re.error as error:
        raise CommandError(f"Invalid regular expression: {error}", 2) from error


def _basic(text: str) -> str:
    """Write a basic regular expression as an extended one: the bars change sides."""
    return re.sub(
        r"\\?[+?|(){}]",
        lambda found: found[0][1:] if found[0][0] == "\\" else f"\\{found[0]}",
        text,
    )


def head(call: Call) -> Answer:
    """Write the first lines."""
    return _part(call, lambda lines, count: lines[:count])


def tail(call: Call) -> Answer:
    """Write the last lines."""
    return _part(call, lambda lines, count: lines[-count:] if count else [])


def _part(call: Call, choose: Callable[[list[str], int], list[str]]) -> int:
    words = list(call.words[1:])
    words[:1] = [_COUNT.sub(r"-n\1", word) for word in words[:1]]
    found = options(words, "fq", ("n",))
    wanted = found.value("n") or str(TEN)
    from_start = wanted.startswith("+")
    if not wanted.lstrip("+-").isdigit():
        raise CommandError(f"invalid number of lines: '{wanted}'")
    count = int(wanted.lstrip("+-"))
    status = 0
    for name, text in inputs(call, found.rest):
        if text is None:
            status = 1
            continue
        if len(found.rest) > 1:
            call.line(f"==> {name} <==")
        lines = text.splitlines(keepends=True)
        if from_start and call.name == "tail":
            chosen = lines[max(0, count - 1) :]
        elif wanted.startswith("-") and call.name == "head":
            chosen = lines[: max(0, len(lines) - count)]
        else:
            chosen = choose(lines, count)
        call.out("".join(chosen))
    return status


def wc(call: Call) -> Answer:
    """Count lines, words and characters."""
    found = options(call.words[1:], "lwcm")
    wanted = [flag for flag in "lwc" if flag in found.flags or not found.flags]
    status = 0
    rows: list[tuple[list[int], str]] = []
    for name, text in inputs(call, found.rest):
        if text is None:
            status = 1
            continue
        sizes = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
        rows.append(([sizes[flag] for flag in wanted], name))
    if len(rows) > 1:
        sums = [sum(column) for column in zip(*(row for row, _ in rows), strict=True)]
        rows.append((sums, "total"))
    is_alone = len(wanted) == 1 and len(rows) == 1
    width = 1 if is_alone else (7 if not found.rest else _width(rows))
    for counts, name in rows:
        numbers = " ".join(f"{count:>{width}}" for count in counts)
        call.line(f"{numbers} {name}" if name != "-" else numbers)
    return status


def _width(rows: Sequence[tuple[list[int], str]]) -> int:
    return max((len(str(n)) for counts, _ in rows for n in counts), default=1)


def sort(call: Call) -> Answer:
    """Write lines in order."""
    found = options(call.words[1:], "nrufh", ("k", "t"))
    status = 0
    lines: list[str] = []
    for _, text in inputs(call, found.rest):
        if text is None:
            status = 2
        else:
            lines += text.splitlines()
    column = (found.value("k") or "").split(",")[0].rstrip("nr")
    if column and not column.isdigit():
        raise CommandError(f"invalid number at field start: '{column}'", 2)
    numeric = found.has("n", "h") or "n" in (found.value("k") or "")
    separator = found.value("t")

    def key(line: str) -> tuple[float, str]:
        fields = line.split(separator)[int(column) - 1 :] if column else [line]
        text = " ".join(fields)
        return (_number(text), line) if numeric else (0, text)

    backwards = found.has("r") or "r" in (found.value("k") or "")
    lines.sort(key=key, reverse=backwards)
    if found.has("u"):
        lines = [line for line, _ in groupby(lines)]
    for line in lines:
        call.line(line)
    return status


def _number(text: str) -> float:
    match = re.match(r"\s*(-?\d+(?:\.\d+)?)", text)
    return float(match[1]) if match else 0.0


def uniq(call: Call) -> Answer:
    """Write each of equal neighbours once."""
    found = options(call.words[1:], "cdu")
    status = 0
    for _, text in inputs(call, found.rest[:1]):
        if text is None:
            status = 1
            continue
        for line, group in groupby(text.splitlines()):
            count = len(list(group))
            if (found.has("d") and count == 1) or (found.has("u") and count > 1):
                continue
            call.line(f"{count:>7} {line}" if found.has("c") else line)
    return status


def tee(call: Call) -> Answer:
    """Write what it reads, and to files too."""
    found = options(call.words[1:], "a")
    text = call.stdin or ""
    call.out(text)
    status = 0
    for name in found.rest:
        path = absolute(call.console.cwd, name)
        try:
            write_file(call.view, path, text, appends=found.has("a"))
        except FileError as error:
            call.complain(f"{name}: {error.text}")
            status = 1
    return status


def cut(call: Call) -> Answer:
    """Write some fields of each line."""
    found = options(call.words[1:], "s", ("d", "f", "c"))
    wanted = found.value("f", "c")
    if wanted is None:
        raise CommandError("you must specify a list of bytes, characters, or fields")
    separator = found.value("d") or "\t"
    by_field = found.value("f") is not None
    status = 0
    for _, text in inputs(call, found.rest):
        if text is None:
            status = 1
            continue
        for line in text.splitlines():
            fields = line.split(separator) if by_field else list(line)
            chosen = [fields[n - 1] for n in _numbers(wanted, len(fields))]
            call.line((separator if by_field else "").join(chosen))
    return status


def _numbers(wanted: str, count: int) -> list[int]:
    """Return which of so many fields a list such as ``1,3-`` names."""
    found: set[int] = set()
    for part in wanted.split(","):
        first, dash, last = part.partition("-")
        if not (first or last) or not (first + last).isdigit():
            raise CommandError(f"invalid field value '{part}'")
        low = int(first or 1)
        high = int(last or count) if dash else low
        found.update(range(max(low, 1), min(high, count) + 1))
    return sorted(found)


def seq(call: Call) -> Answer:
    """Write numbers, one in each line."""
    words = call.words[1:]
    if not words or not all(word.lstrip("-").isdigit() for word in words[:3]):
        raise CommandError("missing operand" if not words else "invalid argument")
    first, *middle, last = (1, *(int(word) for word in words[:3]))[-3:]
    if len(words) > 1:
        first = int(words[0])
    step = middle[0] if len(words) > 2 else 1  # noqa: PLR2004  first, step, last
    if not step or abs(last - first) // abs(step) > MOST_NUMBERS:
        raise CommandError(f"invalid increment or range: '{step}'")
    for number in range(first, last + (1 if step > 0 else -1), step):
        call.line(str(number))
    return 0


def inputs(call: Call, names: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Go through names and contents; one that cannot be read has None and is told."""
    for name in names or ("-",):
        if name == "-":
            yield name, call.stdin or ""
            continue
        try:
            yield name, read_file(call.view, absolute(call.console.cwd, name))
        except FileError as error:
            call.complain(f"{name}: {error.text}")
            yield name, None


COMMANDS = {
    "cat": cat,
    "cut": cut,
    "grep": grep,
    "head": head,
    "seq": seq,
    "sort": sort,
    "tail": tail,
    "tee": tee,
    "uniq": uniq,
    "wc": wc,
}
