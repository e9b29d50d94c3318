"""Dockerfiles for tests, and what is wrong with them."""

from simulator.dockerfile import DockerfileError, Instruction, parse_dockerfile


def lines(*entries: str) -> str:
    return "\n".join(entries) + "\n"


def wrong(*entries: str) -> list[tuple[int, str, str, str]]:
    """Line, place, message and hint of each problem of a text."""
    try:
        parse_dockerfile(lines(*entries))
    except DockerfileError as error:
        return [(p.line, p.path, p.message, p.hint) for p in error.problems]
    return []


def after_from(*entries: str) -> tuple[Instruction, ...]:
    """The instructions of a text that begins with a FROM of its own."""
    return parse_dockerfile(lines("FROM base", *entries)).stages[0].instructions


def only(*entries: str) -> Instruction:
    """The one instruction of a text after FROM."""
    (found,) = after_from(*entries)
    return found


def advice(*entries: str) -> list[tuple[int, str, str]]:
    """Line, place and rule of each piece of advice."""
    found = parse_dockerfile(lines("FROM base", *entries)).advice
    return [(p.line, p.path, p.message) for p in found]
