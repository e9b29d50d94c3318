"""Carrying out a command line: each command a process of the world."""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from simulator.engine import Gate, Work
from simulator.lab.call import Call, CommandError, Function
from simulator.lab.expansion import Run, expand
from simulator.lab.files import FileError, absolute, read_file, write_file
from simulator.lab.launch import Launched, Where, as_shell_says, beside, launch
from simulator.lab.lexer import IncompleteError, ShellSyntaxError, Word
from simulator.lab.parser import (
    Compound,
    For,
    Group,
    If,
    Item,
    Redirect,
    Redirected,
    Simple,
    parse,
)
from simulator.lab.state import HOME, PATH, Console, Job, Lab, Sink
from simulator.lab.table import BUILTINS, COMMANDS
from simulator.lab.userland import SHELLS, tool_of
from simulator.lab.view import View
from simulator.subsystems.processes import Process
from simulator.subsystems.signals import LOGS

MOST_ROUNDS = 10_000
"""Rounds of one loop; who needs more has made a mistake."""
SYNTAX_ERROR = 2
LOST = 255
"""Status of what went down with its kernel."""
NOTHING: Mapping[str, str] = {}
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
Status = Generator[int | Gate, None, int]


@dataclass(frozen=True, slots=True)
class Streams:
    """Where commands read and write."""

    out: Sink
    err: Sink
    stdin: str | None = None


@dataclass(slots=True)
class Stage:
    """One command of a pipeline, started and not yet done."""

    words: tuple[str, ...]
    streams: Streams
    launched: Launched = field(default_factory=Launched)
    function: Function | None = None
    builtin: bool = False
    background: bool = False
    after: list[Callable[[], int]] = field(default_factory=list)
    """Writes what was gathered for files."""


class Lines(list[str]):
    """What a process writes, line by line, passed on at once."""

    def __init__(self, out: Sink) -> None:
        super().__init__()
        self.out = out

    def append(self, line: str) -> None:
        """Pass on a line."""
        self.out(f"{line}\n")


class Interpreter:
    """Carries out the lines of one console."""

    def __init__(self, lab: Lab, console: Console) -> None:
        self.lab = lab
        self.console = console

    def items(self, items: Sequence[Item], streams: Streams) -> Status:
        """Carry out pipelines one after the other, as their conditions say."""
        for item in items:
            went_well = self.console.status == 0
            if item.when and went_well != (item.when == "&&"):
                continue
            if not self.console.process.alive:
                break
            status = yield from self._item(item, streams)
            self.console.status = int(not status) if item.negated else status
        return self.console.status

    def _item(self, item: Item, streams: Streams) -> Status:
        *most, last = item.stages
        if not most and not isinstance(last, Simple):
            return (yield from self._compound(last, streams))
        return (yield from self._pipeline(item, streams))

    def _compound(self, command: Compound, streams: Streams) -> Status:
        if isinstance(command, Redirected):
            return (yield from self._redirected(command, streams))
        if isinstance(command, Group):
            return (yield from self.items(command.body, streams))
        if isinstance(command, If):
            status = yield from self.items(command.condition, streams)
            chosen = command.otherwise if status else command.body
            self.console.status = 0
            return (yield from self.items(chosen, streams))
        if isinstance(command, For):
            return (yield from self._for(command, streams))
        for _ in range(MOST_ROUNDS):
            if (yield from self.items(command.condition, streams)):
                self.console.status = 0
                return 0
            yield from self.items(command.body, streams)
        streams.err(f"{self._name()}: a loop of more than {MOST_ROUNDS} rounds\n")
        return 1

    def _redirected(self, command: Redirected, streams: Streams) -> Status:
        stage = Stage((), streams)
        for redirect in command.redirects:
            if not (yield from self._redirect(redirect, stage)):
                return 1
        status = yield from self._compound(command.command, stage.streams)
        return self._written(stage) or status

    def _for(self, command: For, streams: Streams) -> Status:
        status = 0
        for value in (yield from self._expand(command.words)):
            self.console.variables[command.name] = value
            status = yield from self.items(command.body, streams)
            if not self.console.process.alive:
                break
        return status

    def _pipeline(self, item: Item, streams: Streams) -> Status:
        """Start all commands of a pipeline, then let each work on what it reads."""
        stages: list[Stage | Compound] = []
        buffers: list[list[str]] = [[] for _ in item.stages]
        for index, command in enumerate(item.stages):
            is_last = index == len(item.stages) - 1
            out = streams.out if is_last else buffers[index].append
            inner = replace(streams, out=out)
            if isinstance(command, Simple):
                stage = yield from self._start(command, inner)
                stage.background = item.background
                stages.append(stage)
            else:
                stages.append(command)
        finish = self._finish(stages, buffers, streams)
        if not item.background:
            return (yield from finish)
        self._background(item, stages, finish, streams)
        return 0

    def _finish(
        self,
        stages: Sequence[Stage | Compound],
        buffers: Sequence[list[str]],
        streams: Streams,
    ) -> Status:
        status = 0
        for index, stage in enumerate(stages):
            stdin = "".join(buffers[index - 1]) if index else streams.stdin
            is_last = index == len(stages) - 1
            if isinstance(stage, Stage):
                if stage.streams.stdin is None:
                    stage.streams = replace(stage.streams, stdin=stdin)
                status = yield from self._work(stage)
            else:
                out = streams.out if is_last else buffers[index].append
                inner = Streams(out, streams.err, stdin)
                status = yield from self._compound(stage, inner)
        return status

    def _background(
        self,
        item: Item,
        stages: Sequence[object],
        finish: Status,
        streams: Streams,
    ) -> None:
        task = self.lab.engine.spawn(finish)
        processes = tuple(
            stage.launched.process
            for stage in stages
            if isinstance(stage, Stage) and stage.launched.process is not None
        )
        number = max((job.number for job in self.console.jobs), default=0) + 1
        self.console.jobs.append(Job(number, processes, item.source, task))
        self.console.foreground.clear()
        if processes:
            pid = View(self.lab, self.console.process).pid(processes[-1])
            self.console.variables["!"] = str(pid)
            streams.err(f"[{number}] {pid}\n")

    def _start(
        self, command: Simple, streams: Streams
    ) -> Generator[int | Gate, None, Stage]:
        """Expand the words, open the files, start the process."""
        words = yield from self._expand(command.words)
        given: dict[str, str] = {}
        while words and (match := _ASSIGNMENT.fullmatch(words[0])):
            given[match[1]] = match[2]
            words.pop(0)
        if not words:
            self.console.variables |= given
        stage = Stage(tuple(words), streams)
        if command.text is not None:
            stage.streams = replace(stage.streams, stdin=command.text)
        for redirect in command.redirects:
            if not (yield from self._redirect(redirect, stage)):
                stage.launched = Launched(status=1)
                return stage
        if not words:
            stage.launched = Launched(status=0)
        elif words[0] in BUILTINS:
            stage.builtin, stage.function = True, BUILTINS[words[0]]
        else:
            yield from self._launch(stage, given=given)
        return stage

    def _launch(
        self,
        stage: Stage,
        where: Where | None = None,
        given: Mapping[str, str] = NOTHING,
    ) -> Work:
        """Start the process of a stage, or say why it cannot be started.

        ``given`` are variables for this command alone.
        """
        console = self.console
        path = console.variables.get("PATH", PATH)
        where = where or beside(console.process, console.environment(**given), path)
        stage.launched = yield from launch(where, stage.words)
        process = stage.launched.process
        if process is None:
            message = as_shell_says(self._name(), stage.launched)
            stage.streams.err(f"{message}\n")
            return
        self._takes_part(stage, process)

    def _takes_part(
        self, stage: Stage, process: Process, *, is_watched: bool = True
    ) -> None:
        """Give a process what its program does, and the keyboard's interrupts."""
        if is_watched:
            self.console.foreground.append(process)
        self.lab.typed[process] = stage.words[0]
        process.output = Lines(stage.streams.out)
        program = process.program
        name = tool_of(program)
        if not program.does and (program.acts_as == "program" or name in SHELLS):
            stage.function = COMMANDS.get(name)

    def _redirect(
        self, redirect: Redirect, stage: Stage
    ) -> Generator[int | Gate, None, bool]:
        streams = stage.streams
        if redirect.target is None:
            both = redirect.operator == "2>&1"
            merged = streams.out if both else streams.err
            stage.streams = Streams(merged, merged, streams.stdin)
            return True
        target, *_ = [*(yield from self._expand((redirect.target,))), ""]
        view = View(self.lab, self.console.process)
        path = absolute(self.console.cwd, target)
        try:
            if redirect.operator == "<":
                stage.streams = replace(streams, stdin=read_file(view, path))
                return True
            gathered: list[str] = []
            appends = redirect.operator.endswith(">>")
            write_file(view, path, "", appends=appends, opens=True)
        except FileError as error:
            streams.err(f"{self._name()}: {target}: {error.text}\n")
            return False
        stage.streams = _diverted(streams, redirect.operator, gathered.append)

        def write() -> int:
            try:
                write_file(view, path, "".join(gathered), appends=appends)
            except FileError as error:
                streams.err(f"{self._name()}: write error: {error.text}\n")
                return 1
            return 0

        stage.after.append(write)
        return True

    def _work(self, stage: Stage) -> Status:
        """Let a started command do what it does, and wait for its end."""
        process = stage.launched.process
        status = stage.launched.status
        if stage.builtin and stage.function is not None:
            status = yield from self._behave(stage, stage.function)
        elif process is not None:
            if stage.function is not None and process.alive:
                work = self._as_process(stage, stage.function)
                process.tasks.append(self.lab.engine.spawn(work))
            if process.alive:
                yield process.ended
            status = self._ended(stage)
        return self._written(stage) or status

    def _written(self, stage: Stage) -> int:
        """Write what was gathered for files; return 1 when that cannot be done."""
        return max([write() for write in stage.after], default=0)

    def _as_process(self, stage: Stage, function: Function) -> Work:
        process = stage.launched.process
        status = yield from self._behave(stage, function)
        if process is not None and process.alive:
            process.kernel.end(process, exit_status=status, cause=process.last_seq)

    def _behave(self, stage: Stage, function: Function) -> Status:
        process = stage.launched.process or self.console.process
        call = Call(
            self.lab,
            self._console_of(stage),
            stage.words,
            View(self.lab, process),
            stage.streams.out,
            stage.streams.err,
            stage.streams.stdin,
            self,
        )
        try:
            answer = function(call)
            if isinstance(answer, int):
                return answer
            return (yield from answer)
        except CommandError as error:
            call.complain(error.message)
            return error.status

    def _console_of(self, stage: Stage) -> Console:
        """Return what a command has before it: a program's own variables and place."""
        process = stage.launched.process
        if process is None:
            return self.console
        variables = {"HOME": HOME, "PATH": PATH}
        place = replace(self.console, variables=variables, exported={*variables})
        place.begin(process.environment)
        return place

    def _ended(self, stage: Stage) -> int:
        """Say what the shell says about the end of a process; return its status."""
        process = stage.launched.process
        if process is None:
            raise AssertionError
        if process in self.console.foreground:
            self.console.foreground.remove(process)
        if process.exit_status is None:
            return LOST
        event = self.lab.engine.events[process.state_seq]
        log = str(event.detail.get("log", ""))
        if process.signal and stage.background:
            return process.exit_status or 0
        if process.signal == "SIGINT":
            stage.streams.err("\n")
        elif process.signal:
            stage.streams.err(f"{LOGS.get(process.signal, process.signal)}\n")
        elif log and not log.startswith("exited with status"):
            stage.streams.err(f"{log}\n")
        return process.exit_status

    def _expand(self, words: Sequence[Word]) -> Generator[int | Gate, None, list[str]]:
        view = View(self.lab, self.console.process)
        run: Run = self._substitute
        return (yield from expand(words, self.console, view, run))

    def _substitute(self, items: Sequence[Item]) -> Generator[int | Gate, None, str]:
        gathered: list[str] = []
        inner = Streams(gathered.append, self.lab.err)
        yield from self.items(items, inner)
        return "".join(gathered)

    def carry_out(
        self, words: Sequence[str], call: Call, where: Where | None = None
    ) -> Status:
        """Start a command, say why if that fails, and wait for its end."""
        stage = Stage(tuple(words), Streams(call.out, call.err, call.stdin))
        if words[0] in BUILTINS and where is None:
            stage.builtin, stage.function = True, BUILTINS[words[0]]
        else:
            yield from self._launch(stage, where)
        return (yield from self._work(stage))

    def attach(
        self,
        words: Sequence[str],
        call: Call,
        process: Process,
        *,
        is_watched: bool = True,
    ) -> Status:
        """Let a process that was started do what its command does; await its end."""
        stage = Stage(tuple(words), Streams(call.out, call.err, call.stdin))
        stage.launched, stage.background = Launched(process), True
        self._takes_part(stage, process, is_watched=is_watched)
        return (yield from self._work(stage))

    def script(self, text: str, call: Call) -> Status:
        """Carry out the lines of a text as the shell that ``call`` is."""
        inner = Console(call.view.process)
        inner.begin(call.view.process.environment)
        shell = Interpreter(self.lab, inner)
        try:
            items = parse(text)
        except (ShellSyntaxError, IncompleteError) as error:
            call.complain(syntax_error(error))
            return SYNTAX_ERROR
        return (yield from shell.items(items, Streams(call.out, call.err, call.stdin)))

    def _name(self) -> str:
        return self.console.process.program.name


def syntax_error(error: ShellSyntaxError | IncompleteError) -> str:
    """Return what a shell says of a line that is not in its language."""
    if isinstance(error, IncompleteError):
        return "syntax error: unexpected end of file"
    return f"syntax error near unexpected token `{error}'"


def _diverted(streams: Streams, operator: str, sink: Sink) -> Streams:
    if operator.startswith("2"):
        return replace(streams, err=sink)
    if operator == "&>":
        return Streams(sink, sink, streams.stdin)
    return replace(streams, out=sink)
