"""``explain``: what decides a claim, and where it would be decided otherwise."""

import argparse

from simulator.cli.command import FAILS, HOLDS, Command, Terminal
from simulator.cli.inputs import (
    add_file,
    add_mechanisms,
    add_variant,
    read_mechanisms,
    read_scenario,
    read_variant,
    spelled_params,
)
from simulator.evaluation import evaluate
from simulator.events import FAILED, Event
from simulator.explaining import (
    Divergence,
    Explanation,
    Search,
    explain,
    find_counterexample,
)
from simulator.mechanisms import altered
from simulator.scenario.model import Scenario


def _configure(parser: argparse.ArgumentParser) -> None:
    add_file(parser)
    parser.add_argument("claim", help="a claim of the scenario")
    add_variant(parser)
    add_mechanisms(parser)
    parser.add_argument(
        "--counterexample",
        action="store_true",
        help="search for a variant where the claim, or one of --beside, turns over",
    )
    parser.add_argument(
        "--beside",
        action="append",
        default=[],
        metavar="CLAIM",
        help="the claim of another option, whose arms are compared with these",
    )


def _explain(options: argparse.Namespace, terminal: Terminal) -> int:
    scenario = read_scenario(options)
    scenario.claim(options.claim)
    with altered(read_mechanisms(options)):
        if options.counterexample:
            return _search(scenario, options, terminal)
        params = read_variant(scenario, options)
        for name in options.beside:
            scenario.claim(name)
        done = evaluate(scenario, params, seed=options.seed)
        found = explain(done, options.claim, *options.beside)
    if options.json:
        terminal.json(_document(found))
        return HOLDS
    text = scenario.claims[options.claim].text
    holds = "holds" if found.holds else "does not hold"
    terminal.out.print(f"{found.claim} {holds} in variant {spelled_params(params)}")
    terminal.out.print(text, soft_wrap=True)
    _print(terminal, found)
    return HOLDS


def _print(terminal: Terminal, found: Explanation) -> None:
    shown = None
    for arm, event in found.chain:
        if arm != shown:
            terminal.out.print(f"\n{arm}:")
            shown = arm
        style = "red" if event.outcome == FAILED else None
        because = "" if event.cause is None else f"  (because of #{event.cause})"
        terminal.out.print(f"  {event}{because}", style=style, soft_wrap=True)
    for divergence in found.divergences:
        terminal.out.print(
            f"\nThe first event where {' and '.join(divergence.arms)} differ and "
            "it matters:",
            soft_wrap=True,
        )
        for arm, found_there in zip(divergence.arms, _events(divergence), strict=True):
            said = "no such event" if found_there is None else str(found_there)
            terminal.out.print(f"  {arm}: {said}", soft_wrap=True)


def _search(scenario: Scenario, options: argparse.Namespace, terminal: Terminal) -> int:
    """Say whether a counterexample was found: then the status is 1."""
    with terminal.err.status("searching the parameter space"):
        search = find_counterexample(
            scenario, options.claim, *options.beside, seed=options.seed
        )
    if options.json:
        terminal.json(_found(search))
    else:
        terminal.out.print(_said(search), soft_wrap=True)
    return FAILS if search.found else HOLDS


def _said(search: Search) -> str:
    found = search.found
    if found is not None:
        holds = "holds" if found.holds else "does not hold"
        listed = "" if found.is_listed else ", which the scenario does not list"
        values = spelled_params(found.params)
        return f"{found.claim} {holds} in variant {values}{listed}"
    whole = "all there are" if search.is_complete else "the search stopped there"
    return f"no counterexample in {search.tried} variants: {whole}"


def _found(search: Search) -> dict[str, object]:
    found = search.found
    shown = found and {
        "claim": found.claim,
        "holds": found.holds,
        "params": dict(found.params),
        "is_listed": found.is_listed,
    }
    return {
        "counterexample": shown,
        "tried": search.tried,
        "is_complete": search.is_complete,
    }


def _document(found: Explanation) -> dict[str, object]:
    return {
        "claim": found.claim,
        "holds": found.holds,
        "chain": [{"arm": arm, "event": event.to_json()} for arm, event in found.chain],
        "divergences": [
            {
                "arms": list(divergence.arms),
                "events": [e and e.to_json() for e in _events(divergence)],
            }
            for divergence in found.divergences
        ],
    }


def _events(divergence: Divergence) -> tuple[Event | None, Event | None]:
    return divergence.difference.first, divergence.difference.second


EXPLAIN = Command("explain", "show what decides a claim", _configure, _explain)
