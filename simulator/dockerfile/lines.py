"""From text to logical lines: directives, comments, continued lines, heredocs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulator.dockerfile.limits import Report
from simulator.dockerfile.model import Heredoc

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)\Z")
DIRECTIVES = ("syntax", "escape", "check")
ESCAPES = ("\\", "`")
_HEREDOC = re.compile(r"[0-9]*<<(-?)(['\"]?)([A-Za-z_][A-Za-z0-9_.]*)\2\Z")
_TAKES_HEREDOC = re.compile(r"(ONBUILD\s+)?(RUN|COPY|ADD)\b", re.IGNORECASE)
_WORD = re.compile(
    r"(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[\"'\\])+", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One instruction's text, its lines joined."""

    line: int
    text: str
    heredocs: tuple[Heredoc, ...] = ()


@dataclass(slots=True)
class Lines:
    """The physical lines of a text, read from the top."""

    lines: list[str]
    report: Report
    escape: str = "\\"
    at: int = 0
    """Index of the next line."""
    seen: set[str] = field(default_factory=set)
    """Directives that stood at the top."""

    def logical(self) -> Iterator[LogicalLine]:
        """Go through the instructions of the text."""
        self._directives()
        while self.at < len(self.lines):
            first = self.at
            text = self._joined()
            if text.strip():
                found = self._heredocs(text, first + 1)
                yield LogicalLine(first + 1, text.strip(), found)

    def _directives(self) -> None:
        """Read ``# escape=`` and its like; they stand at the very top."""
        while self.at < len(self.lines):
            match = _DIRECTIVE.match(self.lines[self.at])
            name = match[1].lower() if match else ""
            if match is None or name not in DIRECTIVES:
                return
            self.at += 1
            if name in self.seen:
                message = f"only one {name} parser directive can be used"
                self.report.wrong(self.at, name, message)
            self.seen.add(name)
            if name == "escape":
                self._set_escape(match[2].rstrip())

    def _set_escape(self, value: str) -> None:
        if value in ESCAPES:
            self.escape = value
            return
        message = f"invalid ESCAPE {value!r}: must be \\ or `"
        self.report.wrong(self.at, "escape", message)

    def _joined(self) -> str:
        """Return the next instruction's text, with the lines that continue it."""
        text, goes_on = self._take(self.lines[self.at].lstrip())
        if text.startswith("#"):
            return ""
        parts = [text]
        while goes_on and self.at < len(self.lines):
            line = self.lines[self.at]
            if line.lstrip().startswith("#"):
                self.at += 1
            elif not line.strip():
                self.at += 1
                hint = "an empty line inside a continued instruction is passed over"
                self.report.unwise(self.at, "", "NoEmptyContinuation", hint)
            else:
                more, goes_on = self._take(line)
                parts.append(more)
        return "".join(parts)

    def _take(self, line: str) -> tuple[str, bool]:
        """Return a line without its continuation mark, and whether it had one."""
        self.at += 1
        stripped = line.rstrip(" \t")
        if line.startswith("#") or not stripped.endswith(self.escape):
            return line, False
        if stripped.endswith(self.escape * 2):
            return line, False
        return stripped[:-1], True

    def _heredocs(self, text: str, line: int) -> tuple[Heredoc, ...]:
        if "<<" not in text or not _TAKES_HEREDOC.match(text.strip()):
            return ()
        marks = [_HEREDOC.match(word) for word in _WORD.findall(text)]
        return tuple(self._body(mark, line) for mark in marks if mark is not None)

    def _body(self, mark: re.Match[str], line: int) -> Heredoc:
        """Take the lines up to the one that holds only the heredoc's name."""
        strips, quote, name = mark.groups()
        body: list[str] = []
        while self.at < len(self.lines):
            taken = self.lines[self.at]
            self.at += 1
            taken = taken.lstrip("\t") if strips else taken
            if taken == name:
                return Heredoc(name, "".join(f"{entry}\n" for entry in body), not quote)
            body.append(taken)
        hint = f"a line that holds only {name}"
        self.report.wrong(line, f"<<{name}", "unterminated heredoc", hint)
        return Heredoc(name, "", not quote)
