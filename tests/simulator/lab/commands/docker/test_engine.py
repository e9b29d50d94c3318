"""Containers by name and number, options of a verb, what a client keeps."""

import pytest

from simulator.lab.call import Call, CommandError
from simulator.lab.commands.docker.engine import (
    at_least,
    engine_of,
    find,
    identifier,
    processes_of,
    read_options,
    short_id,
)
from simulator.lab.interpreter import Interpreter
from simulator.lab.state import Lab
from simulator.lab.view import View
from simulator.subsystems.container import ContainerEngine
from tests.simulator.lab.labs import process, server, typed


def call_of(lab: Lab) -> Call:
    console = lab.console
    view = View(lab, console.process)
    runner = Interpreter(lab, console)
    return Call(lab, console, ("docker",), view, lab.out, lab.err, None, runner)


@pytest.fixture
def here() -> Lab:
    lab = server()
    typed(lab, "docker run -d --name web nginx", "docker run -d --name two nginx")
    return lab


@pytest.fixture
def engine(here: Lab) -> ContainerEngine:
    return engine_of(call_of(here))


def test_an_identifier_is_64_digits(engine: ContainerEngine) -> None:
    web, two = find(engine, "web"), find(engine, "two")
    assert len(identifier(engine, web)) == 64
    assert identifier(engine, web).startswith(short_id(engine, web))
    assert len(short_id(engine, web)) == 12
    assert identifier(engine, web) != identifier(engine, two)


def test_containers_are_found(engine: ContainerEngine) -> None:
    web = find(engine, "web")
    assert find(engine, identifier(engine, web)) is web
    assert find(engine, short_id(engine, web)[:3]) is web


@pytest.mark.parametrize("word", ["", "we", "webb", "zzz"])
def test_others_are_not(engine: ContainerEngine, word: str) -> None:
    with pytest.raises(CommandError) as caught:
        find(engine, word)
    assert caught.value.message == (
        f"Error response from daemon: No such container: {word}"
    )


def test_an_engine_that_is_dead_does_not_answer(
    here: Lab, engine: ContainerEngine
) -> None:
    engine.state = "dead"
    with pytest.raises(CommandError, match="Cannot connect to the Docker daemon"):
        engine_of(call_of(here))


def test_processes_are_those_with_the_containers_root(
    here: Lab, engine: ContainerEngine
) -> None:
    typed(here, "docker exec -d web sleep 100; sleep 1")
    found = [p.program.name for p in processes_of(find(engine, "web"))]
    assert found == ["nginx", "sleep"]
    assert [p.program.name for p in processes_of(find(engine, "two"))] == ["nginx"]
    assert process(here, "sleep") in processes_of(find(engine, "web"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--no"], "unknown flag: --no"),
        (["-z"], "unknown shorthand flag: 'z'"),
        (["--name"], "option '--name' requires an argument"),
    ],
)
def test_wrong_options_lead_to_the_help(words: list[str], message: str) -> None:
    with pytest.raises(CommandError) as caught:
        read_options("run", words, ("d",), ("name",))
    assert caught.value.message == (
        f"{message}\n\nRun 'docker run --help' for more information"
    )
    assert caught.value.status == 125


def test_right_options_are_read() -> None:
    found = read_options(
        "run", ["-d", "--name", "a", "b", "-c"], ("d",), ("name",), stops=True
    )
    assert (found.flags, found.value("name"), found.rest) == ({"d"}, "a", ["b", "-c"])


@pytest.mark.parametrize(("count", "text"), [(1, "1 argument"), (2, "2 arguments")])
def test_arguments_are_counted(count: int, text: str) -> None:
    at_least("x", ["a", "b"], count)
    with pytest.raises(CommandError) as caught:
        at_least("x", [], count)
    assert caught.value.message == f"docker: 'docker x' requires at least {text}"
