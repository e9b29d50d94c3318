"""``docker``: a client that asks the container engine of its kernel."""

from collections.abc import Mapping

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.commands.docker import (
    building,
    copying,
    ending,
    images,
    looking,
    networks,
    running,
    volumes,
)
from simulator.lab.commands.docker.engine import Verb, engine_of

VERBS: Mapping[str, Verb] = {
    **running.VERBS,
    **looking.VERBS,
    **ending.VERBS,
    **images.VERBS,
    **building.VERBS,
    **networks.VERBS,
    **volumes.VERBS,
    **copying.VERBS,
}
_GROUPS = ("container", "image")
"""``docker container ls`` is ``docker ps``."""
_LISTS = {"container": "ps", "image": "images"}


def docker(call: Call) -> Answer:
    """Ask the engine for something: the second word says what."""
    words = list(call.words[1:])
    if words[:1] and words[0] in _GROUPS:
        group = words.pop(0)
        if words[:1] in (["ls"], ["list"]):
            words[0] = _LISTS[group]
        if group == "image" and words[:1] == ["rm"]:
            words[0] = "rmi"
    if not words or words[0] in {"--help", "help"}:
        call.line("Usage:  docker COMMAND")
        call.line(f"Commands: {' '.join(sorted(VERBS))}")
        return 0
    verb, *rest = words
    if verb not in VERBS:
        call.err(f"docker: unknown command: docker {verb}\n\n")
        call.err("Run 'docker --help' for more information\n")
        return 1
    try:
        answer = VERBS[verb](call, engine_of(call), rest)
        return answer if isinstance(answer, int) else (yield from answer)
    except CommandError as error:
        call.err(f"{error.message}\n")
        return error.status


COMMANDS = {"docker": docker}
