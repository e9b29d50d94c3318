"""A shell that carries out command lines: a process, its variables, its children."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from posixpath import dirname

from simulator.dockerfile import Heredoc, matches
from simulator.engine import Work
from simulator.subsystems.builds.shell.builtins import BUILTINS
from simulator.subsystems.builds.shell.commands import (
    NOT_FOUND,
    Streams,
    complain,
    execute,
)
from simulator.subsystems.builds.shell.syntax import (
    AndOr,
    Command,
    Group,
    Line,
    Pipeline,
    Redirection,
    parse_line,
)
from simulator.subsystems.builds.shell.tokens import Part, ShellSyntaxError, Word
from simulator.subsystems.builds.shell.words import fields_of, text_of
from simulator.subsystems.builds.site import Site
from simulator.subsystems.builds.trees import (
    absolute,
    entry_at,
    is_directory,
    may_write,
    write,
)
from simulator.subsystems.files import DataFile
from simulator.subsystems.processes import Process

DEEPEST = 8
SYNTAX = 2
"""Exit status of a shell that cannot read its input."""
_parsed = lru_cache(maxsize=256)(parse_line)


@dataclass(slots=True)
class Shell:
    """A shell in a container of a build."""

    site: Site
    process: Process
    name: str
    """What it was started as: its messages begin with it."""
    env: dict[str, str]
    cwd: str
    uid: int
    options: set[str] = field(default_factory=set)
    """``e``: end at the first failure; ``pipefail``: a pipe fails with any of it."""
    texts: dict[str, Heredoc] = field(default_factory=dict)
    """Heredocs by name."""
    status: int = 0
    depth: int = 0
    """How many shells it runs in."""
    left: bool = False
    """It has been told to end."""

    def run(self, text: str, streams: Streams) -> Work:
        """Carry out a line, or the lines of a script; the result is the status."""
        try:
            yield from self._line(_parsed(text), streams)
        except ShellSyntaxError as error:
            self.status = complain(self, streams, SYNTAX, f"Syntax error: {error}")
        return self.status

    def nested(
        self,
        process: Process,
        argv: list[str],
        env: Mapping[str, str],
        streams: Streams,
    ) -> Work:
        """Be another shell in a child process; the result is its status."""
        if self.depth >= DEEPEST:
            return complain(self, streams, NOT_FOUND, "too many shells in each other")
        inner = Shell(self.site, process, argv[0], dict(env), self.cwd, self.uid)
        inner.depth, inner.texts = self.depth + 1, self.texts
        words = iter(argv[1:])
        text = streams.stdin or ""
        for word in words:
            if not word.startswith("-"):
                found = entry_at(self.site.tree, absolute(self.cwd, word))
                if not isinstance(found, DataFile):
                    return complain(inner, streams, NOT_FOUND, f"{word}: not found")
                text = found.content
                break
            inner.options |= set(word[1:]) - {"c", "o"}
            if "o" in word:
                inner.options.add(next(words, ""))
            if "c" in word:
                text = next(words, "")
                break
        yield from inner.run(text, streams)
        return inner.status

    def _line(self, line: Line, streams: Streams) -> Work:
        for entry in line:
            yield from self._and_or(entry, streams)
            if self.left:
                return

    def _and_or(self, entry: AndOr, streams: Streams) -> Work:
        for number, (operator, pipeline) in enumerate(entry.parts):
            if (operator == "&&" and self.status) or (
                operator == "||" and not self.status
            ):
                continue
            yield from self._pipeline(pipeline, streams)
            is_last = number == len(entry.parts) - 1
            if self.status and is_last and "e" in self.options and not pipeline.negated:
                self.left = True
            if self.left:
                return

    def _pipeline(self, pipeline: Pipeline, streams: Streams) -> Work:
        *first, last = pipeline.commands
        given, failed = streams.stdin, 0
        for command in first:
            piped = Streams(given, [], streams.err)
            inner = self._copy()
            yield from inner.command(command, piped)
            failed = inner.status or failed
            given = "".join(piped.out)
        if first:
            inner = self._copy()
            yield from inner.command(last, Streams(given, streams.out, streams.err))
            self.status = inner.status
        else:
            yield from self.command(last, streams)
        if failed and not self.status and "pipefail" in self.options:
            self.status = failed
        if pipeline.negated:
            self.status = int(not self.status)

    def command(self, command: Command | Group, streams: Streams) -> Work:
        """Carry out one command, its output where it is to go."""
        opened = self._opened(command.redirections, streams)
        if opened is None:
            return
        if isinstance(command, Command):
            yield from self._simple(command, opened)
        elif command.is_subshell:
            inner = self._copy()
            yield from inner._line(command.body, opened)  # noqa: SLF001
            self.status = inner.status
        else:
            yield from self._line(command.body, opened)
        self._store(command.redirections, opened)

    def _simple(self, command: Command, streams: Streams) -> Work:
        values = {**self.env, "?": str(self.status)}
        argv = fields_of(command.words, values, self._glob)
        assigned = {name: text_of(word, values) for name, word in command.assignments}
        if not argv:
            self.env.update(assigned)
            self.status = 0
            return
        builtin = BUILTINS.get(argv[0])
        if builtin is not None:
            self.status = builtin(self, argv, streams)
            return
        env = {**self.env, **assigned}
        self.status = yield from execute(self, argv, env, streams)

    def _copy(self) -> "Shell":
        """Return a shell of its own: what it sets, only it sees."""
        return replace(self, env=dict(self.env), options=set(self.options))

    def _opened(
        self, redirections: Iterable[Redirection], streams: Streams
    ) -> Streams | None:
        """Return where a command reads and writes; None when that cannot be opened."""
        opened = Streams(streams.stdin, streams.out, streams.err)
        for kind, word in redirections:
            if kind == "2>&1":
                opened.err = opened.out
            elif kind == ">&2":
                opened.out = opened.err
            elif kind == "<<":
                opened.stdin = self._text(self._target(word).removeprefix("-"))
            elif kind == "<":
                path = absolute(self.cwd, self._target(word))
                found = entry_at(self.site.tree, path)
                if found is None and path != "/dev/null":
                    message = f"cannot open {self._target(word)}: No such file"
                    self.status = complain(self, streams, SYNTAX, message)
                    return None
                opened.stdin = found.content if isinstance(found, DataFile) else ""
            else:
                if not self._may_create(word, streams):
                    return None
                if kind.startswith("2"):
                    opened.err = []
                else:
                    opened.out = []
                    opened.err = opened.out if kind == "&>" else opened.err
        return opened

    def _may_create(self, word: Word, streams: Streams) -> bool:
        name = self._target(word)
        path = absolute(self.cwd, name)
        if path.startswith("/dev/"):
            return True
        reason = ""
        if not is_directory(self.site.tree, dirname(path)):
            reason = "Directory nonexistent"
        elif is_directory(self.site.tree, path):
            reason = "Is a directory"
        elif not may_write(self.site.tree, path, self.uid):
            reason = "Permission denied"
        if reason:
            message = f"cannot create {name}: {reason}"
            self.status = complain(self, streams, SYNTAX, message)
        return not reason

    def _store(self, redirections: Iterable[Redirection], streams: Streams) -> None:
        """Write what was redirected into its files."""
        for kind, word in redirections:
            if ">" not in kind or kind in {"2>&1", ">&2"}:
                continue
            path = absolute(self.cwd, self._target(word))
            if path.startswith("/dev/"):
                continue
            text = "".join(streams.err if kind.startswith("2") else streams.out)
            found = self.site.tree.data.get(path)
            if kind.endswith(">>") and found is not None:
                text = found.content + text
            write(self.site.tree, path, text, self.uid)

    def _text(self, name: str) -> str:
        """Return a heredoc, its variables replaced unless its name was quoted."""
        found = self.texts.get(name)
        if found is None:
            raise ShellSyntaxError("a heredoc inside of a script is not modelled")
        if not found.expands:
            return found.body
        quoted = Part(found.body.replace('"', '\\"'), '"')
        return text_of(Word((quoted,)), self.env)

    def _target(self, word: Word) -> str:
        return text_of(word, self.env)

    def _glob(self, pattern: str) -> list[str]:
        """Return the paths that a pattern names, as it was written."""
        tree = self.site.tree
        wanted = absolute(self.cwd, pattern).strip("/")
        depth = wanted.count("/") + 1
        found = {
            "/".join(path.strip("/").split("/")[:depth])
            for table in (tree.files, tree.data)
            for path in table
        }
        paths = sorted(f"/{p}" for p in found if matches(wanted, p))
        if pattern.startswith("/"):
            return paths
        cut = len(self.cwd.rstrip("/")) + 1
        return [path[cut:] for path in paths]
