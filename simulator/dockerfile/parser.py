"""From a text to a Dockerfile, gathering every problem on the way."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from simulator.dockerfile import commands, files, settings
from simulator.dockerfile.limits import (
    MAX_BYTES,
    MAX_INSTRUCTIONS,
    MAX_STAGES,
    Report,
    TooManyProblemsError,
)
from simulator.dockerfile.lines import Lines, LogicalLine
from simulator.dockerfile.model import (
    Dockerfile,
    DockerfileError,
    Instruction,
    Stage,
)
from simulator.dockerfile.words import flags_of

Reader = Callable[[LogicalLine, str, Report], Instruction]

_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,127}\Z")
_NO_TRIGGERS = ("FROM", "ONBUILD", "MAINTAINER")
_FROM_WORDS = (1, 3)
_ONCE = ("CMD", "ENTRYPOINT", "HEALTHCHECK")
"""Of these only the last one of a stage counts."""


def parse_dockerfile(text: str, *, name: str = "Dockerfile") -> Dockerfile:
    """Read a Dockerfile.

    Raises DockerfileError with all problems of the text, each with its line and a
    hint. ``name`` says in messages where the text came from. Any text is safe: its
    size and the number of its parts are bounded.
    """
    report = Report()
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        report.wrong(1, "", f"the file is larger than {MAX_BYTES // 1024} KiB")
        raise DockerfileError(name, tuple(report.problems))
    reading = _Reading(report)
    try:
        lines = Lines(text.removeprefix("\ufeff").splitlines(), report)
        for line in lines.logical():
            reading.take(line, lines.escape)
        reading.finish()
    except TooManyProblemsError:
        pass
    if report.problems:
        raise DockerfileError(name, tuple(report.problems))
    return Dockerfile(
        tuple(reading.stages),
        tuple(reading.arguments),
        lines.escape,
        tuple(sorted(report.advice)),
    )


@dataclass(slots=True)
class _Reading:
    """The instructions read so far."""

    report: Report
    stages: list[Stage] = field(default_factory=list)
    arguments: list[Instruction] = field(default_factory=list)
    count: int = 0
    began: bool = False
    """A FROM was there, be it a wrong one."""

    def take(self, line: LogicalLine, escape: str) -> None:
        """Read one instruction."""
        self.count += 1
        if self.count > MAX_INSTRUCTIONS:
            message = f"more than {MAX_INSTRUCTIONS} instructions"
            self.report.wrong(line.line, "", message)
            raise TooManyProblemsError
        word, _, rest = line.text.partition(" ")
        word, _, more = word.partition("\t")
        keyword, rest = word.upper(), f"{more} {rest}".strip()
        if keyword == "FROM":
            self._from(line, rest)
            return
        found = _instruction(keyword, line, rest, escape, self.report)
        if found is None:
            return
        if self.began:
            self._add(found)
        elif keyword == "ARG":
            self.arguments.append(found)
        else:
            message = "no build stage in current context"
            hint = "only ARG, comments and directives may stand before the first FROM"
            self.report.wrong(line.line, keyword, message, hint)

    def finish(self) -> None:
        """Look at the whole."""
        if not self.count:
            message = "file with no instructions"
            self.report.wrong(1, "", message, "begin with FROM and a base image")
        elif not self.began:
            self.report.wrong(1, "", "no FROM: no image to begin with")
        for stage in self.stages:
            self._mind_repeated(stage)

    def _from(self, line: LogicalLine, rest: str) -> None:
        self.began = True
        flags, rest = flags_of(rest, ("platform",), line.line, "FROM", self.report)
        words = rest.split()
        name = ""
        if len(words) not in _FROM_WORDS:
            message = "FROM requires either one or three arguments"
            self.report.wrong(line.line, "FROM", message, "FROM image [AS name]")
            words = words[:1] or [""]
        elif len(words) == max(_FROM_WORDS):
            name = self._stage_name(line.line, words)
        if len(self.stages) >= MAX_STAGES:
            self.report.wrong(line.line, "FROM", f"more than {MAX_STAGES} stages")
            raise TooManyProblemsError
        platform = dict(flags).get("platform", "")
        stage = Stage(len(self.stages), words[0], line.line, name, platform)
        self.stages.append(stage)

    def _stage_name(self, line: int, words: list[str]) -> str:
        name = words[2].lower()
        if words[1].upper() != "AS":
            message = f"{words[1]!r} where AS is expected"
            self.report.wrong(line, "FROM", message, "FROM image AS name")
        elif not _STAGE_NAME.match(name):
            message = f"invalid name for build stage: {words[2]!r}"
            hint = "a letter first, then letters, digits, _, . and -"
            self.report.wrong(line, "FROM", message, hint)
        if any(stage.name == name for stage in self.stages):
            hint = f"two stages are called {name}; the last one counts"
            self.report.unwise(line, "FROM", "DuplicateStageName", hint)
        return name

    def _add(self, instruction: Instruction) -> None:
        stage = self.stages[-1]
        instructions = (*stage.instructions, instruction)
        self.stages[-1] = replace(stage, instructions=instructions)

    def _mind_repeated(self, stage: Stage) -> None:
        for keyword in _ONCE:
            found = [one for one in stage.instructions if one.keyword == keyword]
            for earlier in found[:-1]:
                hint = f"line {found[-1].line} has another {keyword}, which counts"
                rule = "MultipleInstructionsDisallowed"
                self.report.unwise(earlier.line, keyword, rule, hint)


def _instruction(
    keyword: str, line: LogicalLine, rest: str, escape: str, report: Report
) -> Instruction | None:
    if keyword == "ONBUILD":
        return _onbuild(line, rest, escape, report)
    if keyword in _WITH_ESCAPE:
        return _WITH_ESCAPE[keyword](line, rest, escape, report)
    if keyword in _READERS:
        return _READERS[keyword](line, rest, report)
    report.wrong(line.line, "", f"unknown instruction: {keyword[:40]}", _hint(keyword))
    return None


def _onbuild(
    line: LogicalLine, rest: str, escape: str, report: Report
) -> Instruction | None:
    """Read the instruction that images built upon this one carry out first."""
    word, _, after = rest.partition(" ")
    trigger = word.upper()
    if not trigger:
        report.wrong(line.line, "ONBUILD", "ONBUILD requires at least one argument")
        return None
    if trigger in _NO_TRIGGERS:
        message = f"{trigger} isn't allowed as an ONBUILD trigger"
        report.wrong(line.line, "ONBUILD", message)
        return None
    inner = _instruction(trigger, line, after.strip(), escape, report)
    return Instruction("ONBUILD", line.line, line.text, (rest,), inner=inner)


def _hint(keyword: str) -> str:
    close = get_close_matches(keyword[:40], _KEYWORDS, 1, 0.6)
    if close:
        return f"did you mean {close[0]}?"
    if keyword.startswith(("&", "|", ";", "-")):
        return "the line above may lack the \\ that continues it"
    return "a command of the shell stands after RUN"


_READERS: Mapping[str, Reader] = {
    "RUN": commands.read_run,
    "CMD": commands.read_cmd,
    "ENTRYPOINT": commands.read_entrypoint,
    "SHELL": commands.read_shell,
    "HEALTHCHECK": commands.read_healthcheck,
    "COPY": files.read_copy,
    "ADD": files.read_add,
    "VOLUME": files.read_volume,
    "WORKDIR": settings.read_workdir,
    "USER": settings.read_user,
    "STOPSIGNAL": settings.read_stopsignal,
    "MAINTAINER": settings.read_maintainer,
    "EXPOSE": settings.read_expose,
}
_WITH_ESCAPE = {
    "ENV": settings.read_env,
    "LABEL": settings.read_label,
    "ARG": settings.read_arg,
}
_KEYWORDS = ("FROM", "ONBUILD", *_READERS, *_WITH_ESCAPE)
