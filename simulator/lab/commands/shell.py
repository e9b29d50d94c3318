"""What a shell does itself, without a process for it."""

from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.files import FileError, Folder, absolute, find
from simulator.lab.state import PATH
from simulator.lab.userland import executables, look_up

MOST_STATUS = 255
_IS_FOLDER = {"-d": True, "-f": False}
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\", '\\"': '"', "\\e": "\x1b"}


def change_directory(call: Call) -> Answer:
    """Go to another directory."""
    words = call.words[1:] or (call.console.variables.get("HOME", "/"),)
    path = absolute(call.console.cwd, words[0])
    try:
        node = find(call.view, path)
    except FileError as error:
        raise CommandError(f"{words[0]}: {error.text}") from error
    if not isinstance(node, Folder):
        raise CommandError(f"{words[0]}: Not a directory")
    call.console.cwd = path
    return 0


def working_directory(call: Call) -> Answer:
    """Write where the shell is."""
    call.line(call.console.cwd)
    return 0


def leave(call: Call) -> Answer:
    """End this shell; one is back where it was started."""
    words = call.words[1:]
    if words and not words[0].isdigit():
        call.complain(f"{words[0]}: numeric argument required")
        status = 2
    else:
        status = int(words[0]) & MOST_STATUS if words else call.console.status
    process = call.console.process
    process.kernel.end(process, exit_status=status, cause=process.last_seq)
    return status


def echo(call: Call) -> Answer:
    """Write its words."""
    words = list(call.words[1:])
    flags: set[str] = set()
    while words and words[0] in {"-n", "-e", "-ne", "-en", "-E"}:
        flags.update(words.pop(0)[1:])
    text = " ".join(words)
    if "e" in flags:
        text = _unescaped(text)
    call.out(text if "n" in flags else f"{text}\n")
    return 0


def print_formatted(call: Call) -> Answer:
    """Write words as a format says."""
    if len(call.words) == 1:
        raise CommandError("usage: printf [-v var] format [arguments]", 2)
    form, values = _unescaped(call.words[1]), list(call.words[2:])
    while True:
        before = len(values)
        call.out(_filled(form, values))
        if not values or len(values) == before:
            return 0


def _filled(form: str, values: list[str]) -> str:
    """Fill the next values into a format."""
    pieces = form.replace("%%", "\0").split("%")
    found = pieces[0]
    for piece in pieces[1:]:
        value = values.pop(0) if values else ""
        if piece[:1] not in {"s", "d", "b"}:
            raise CommandError(f"`{piece[:1]}': invalid format character")
        found += (value or "0" if piece[0] == "d" else value) + piece[1:]
    return found.replace("\0", "%")


def _unescaped(text: str) -> str:
    for escape, char in _ESCAPES.items():
        text = text.replace(escape, char)
    return text


def succeed(call: Call) -> Answer:  # noqa: ARG001
    """Do nothing, successfully."""
    return 0


def fail(call: Call) -> Answer:  # noqa: ARG001
    """Do nothing, unsuccessfully."""
    return 1


def export(call: Call) -> Answer:
    """Set variables of the environment; without words, list them."""
    for word in call.words[1:]:
        name, equals, value = word.partition("=")
        if not name.isidentifier():
            raise CommandError(f"`{word}': not a valid identifier")
        if equals:
            call.console.variables[name] = value
        call.console.exported.add(name)
    if len(call.words) == 1:
        for name, value in sorted(call.console.environment().variables.items()):
            call.line(f'declare -x {name}="{value}"')
    return 0


def unset(call: Call) -> Answer:
    """Forget variables."""
    for word in call.words[1:]:
        call.console.variables.pop(word, None)
    return 0


def test(call: Call) -> Answer:
    """Compare words or look at files; the status is the answer."""
    words = list(call.words[1:])
    if call.name == "[" and (not words or words.pop() != "]"):
        raise CommandError("missing `]'", 2)
    negated = bool(words) and words[0] == "!"
    holds = _holds(call, words[negated:])
    return int(holds == negated)


def _holds(call: Call, words: list[str]) -> bool:
    holds = False
    match words:
        case []:
            holds = False
        case [word] | ["-n", word]:
            holds = bool(word)
        case ["-z", word]:
            holds = not word
        case ["-e" | "-f" | "-d" | "-x" | "-s" as kind, word]:
            holds = _is_there(call, word, is_folder=_IS_FOLDER.get(kind))
        case [one, "=" | "==", other]:
            holds = one == other
        case [one, "!=", other]:
            holds = one != other
        case [one, "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" as sign, other]:
            holds = _compared(one, sign, other)
        case _:
            raise CommandError("too many arguments", 2)
    return holds


def _is_there(call: Call, word: str, *, is_folder: bool | None) -> bool:
    try:
        node = find(call.view, absolute(call.console.cwd, word))
    except FileError:
        return False
    return is_folder is None or isinstance(node, Folder) == is_folder


def _compared(one: str, sign: str, other: str) -> bool:
    try:
        left, right = int(one), int(other)
    except ValueError as error:
        raise CommandError("integer expression expected", 2) from error
    return {
        "-eq": left == right,
        "-ne": left != right,
        "-lt": left < right,
        "-le": left <= right,
        "-gt": left > right,
        "-ge": left >= right,
    }[sign]


def jobs(call: Call) -> Answer:
    """List what runs in the background."""
    found = list(call.console.jobs)
    for job in found:
        state = "Done" if job.task.is_open else "Running"
        if any(process.state == "stopped" for process in job.processes):
            state = "Stopped"
        sign = "+" if job is found[-1] else "-" if job in found[-2:] else " "
        end = " &" if state == "Running" else ""
        call.line(f"[{job.number}]{sign}  {state:<24}{job.source}{end}")
    call.console.jobs[:] = [job for job in found if not job.task.is_open]
    return 0


def wait(call: Call) -> Answer:
    """Wait until what runs in the background has ended."""
    wanted = set(call.words[1:])
    status = 0
    for job in list(call.console.jobs):
        numbers = {str(call.view.pid(process)) for process in job.processes}
        numbers.add(f"%{job.number}")
        if wanted and not wanted & numbers:
            continue
        if not job.task.is_open:
            yield job.task
        call.console.jobs.remove(job)
        for process in job.processes:
            status = process.exit_status or 0
    return status


def foreground(call: Call) -> Answer:
    """Wait for a job as if it had been started in the foreground."""
    if not call.console.jobs:
        raise CommandError("current: no such job")
    job = call.console.jobs.pop()
    call.line(job.source)
    call.console.foreground += job.processes
    if not job.task.is_open:
        yield job.task
    return next((p.exit_status or 0 for p in reversed(job.processes)), 0)


def history(call: Call) -> Answer:
    """List what was typed."""
    for number, line in enumerate(call.lab.history, 1):
        call.line(f"{number:>5}  {line}")
    return 0


def which_kind(call: Call) -> Answer:
    """Say what a name calls: something of the shell's, or a file."""
    status = 0
    path = call.console.variables.get("PATH", PATH)
    for name in [word for word in call.words[1:] if word not in {"-v", "-V"}]:
        found = look_up(call.view.root, path, name)
        if name in COMMANDS:
            call.line(name if call.name == "command" else f"{name} is a shell builtin")
        elif found is not None:
            call.line(found if call.name == "command" else f"{name} is {found}")
        else:
            status = 1
            if call.name == "type":
                call.complain(f"{name}: not found")
    return status


def measure(call: Call) -> Answer:
    """Run a command and say how long it took, in virtual time."""
    words = call.words[1:]
    if not words:
        return 0
    cores = call.view.platform.cores
    began, busy = call.lab.engine.now, cores.busy_us
    status: int = yield from call.runner.carry_out(words, call)
    call.err(f"\nreal\t{_minutes(call.lab.engine.now - began)}\n")
    call.err(f"busy\t{_minutes(cores.busy_us - busy)}\n")
    return status


def _minutes(microseconds: int) -> str:
    milliseconds = microseconds // 1000
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes}m{rest // 1000}.{rest % 1000:03}s"


def help_here(call: Call) -> Answer:
    """List the commands that there are on this machine."""
    path = call.console.variables.get("PATH", PATH)
    options(call.words[1:])
    names = sorted({name for name, _ in executables(call.view.root, path)})
    call.line("The shell itself:")
    _columns(call, sorted(COMMANDS))
    call.line(f"Programs of {call.view.hostname}, found in {path}:")
    _columns(call, names)
    call.line("Grammar: | ; & && || ! < > >> 2> 2>&1 << $name $? $(...) * for while if")
    return 0


def _columns(call: Call, names: list[str]) -> None:
    line = " "
    for name in names:
        if len(line) + len(name) > 76:  # noqa: PLR2004  a terminal of 80 columns
            call.line(line)
            line = " "
        line += f" {name}"
    call.line(line)


COMMANDS = {
    ":": succeed,
    "[": test,
    "cd": change_directory,
    "command": which_kind,
    "echo": echo,
    "exit": leave,
    "export": export,
    "false": fail,
    "fg": foreground,
    "help": help_here,
    "history": history,
    "jobs": jobs,
    "logout": leave,
    "printf": print_formatted,
    "pwd": working_directory,
    "test": test,
    "time": measure,
    "true": succeed,
    "type": which_kind,
    "unset": unset,
    "wait": wait,
}
