"""Shells as programs: a console of their own, or a text to carry out."""

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.files import FileError, absolute, read_file
from simulator.lab.launch import NOT_FOUND
from simulator.lab.state import Console


def shell(call: Call) -> Answer:
    """Take what is typed from now on, or carry out ``-c TEXT`` or a file."""
    words = [word for word in call.words[1:] if word not in {"-l", "-i", "-e", "-x"}]
    if words[:1] == ["-c"]:
        if len(words) == 1:
            raise CommandError("-c: option requires an argument", 2)
        return call.runner.script(words[1], call)
    if words:
        return call.runner.script(_read(call, words[0]), call)
    if call.stdin is not None:
        return call.runner.script(call.stdin, call)
    return _console(call)


def _read(call: Call, name: str) -> str:
    try:
        return read_file(call.view, absolute(call.console.cwd, name))
    except FileError as error:
        raise CommandError(f"{name}: {error.text}", NOT_FOUND) from error


def _console(call: Call) -> Answer:
    """Open a console; the process ends when somebody leaves it."""
    process = call.view.process
    console = Console(process)
    console.begin(process.environment)
    call.lab.consoles.append(console)
    yield process.ended
    raise AssertionError


COMMANDS = dict.fromkeys(("ash", "bash", "dash", "sh"), shell)
