"""From a YAML tree to a Scenario, gathering every problem on the way."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.errors import ScenarioError
from simulator.scenario.arms import Changed, Steps, plain
from simulator.scenario.claims import (
    EvidenceEntry,
    ExpressionText,
    ObligationEntry,
    claim_name,
)
from simulator.scenario.fields import (
    KEY,
    Context,
    ListOf,
    MapOf,
    Record,
    Schema,
    TooManyProblemsError,
    may,
    need,
    text,
)
from simulator.scenario.includes import FILE, Loader, beside, with_included
from simulator.scenario.model import (
    Arm,
    Claim,
    Params,
    Scenario,
)
from simulator.scenario.source import Node, SourceError, parse_source
from simulator.scenario.space import read_parameters, span_space
from simulator.scenario.vocabulary import WORLD
from simulator.scenario.vocabulary.words import SOFTWARE
from simulator.trace import canonical_json, digest


def load_scenario(
    source: str, *, name: str = "<scenario>", loader: Loader | None = None
) -> Scenario:
    """Read a scenario from YAML text.

    ``name`` says in messages where the text came from. ``loader`` returns the text of
    a file that the scenario includes, by its name; without one it may include none.
    Raises ScenarioError with all problems of the files, each with its line, column,
    path and a hint.
    """
    try:
        root, problems = parse_source(source)
    except SourceError as error:
        raise ScenarioError(name, (error.problem,)) from error
    context = Context(problems=problems)
    try:
        root = with_included(root, len(source), loader, context)
        document = _read(root, context)
        where = document["where"]
        node = _child(root, "where") or _child(root, "parameters") or root
        space = span_space(context.parameters, where, node, context)
    except TooManyProblemsError:
        space = ()
    if context.problems:
        raise ScenarioError(name, tuple(context.problems))
    return _scenario(document, _digest(root), context, space)


def load_scenario_file(path: Path) -> Scenario:
    """Read a scenario from a file; what it includes must stand beside it.

    Raises ScenarioError as ``load_scenario`` does; OSError and UnicodeDecodeError for
    a file that cannot be read.
    """
    source = path.read_text(encoding="utf-8")
    return load_scenario(source, name=path.name, loader=beside(path.parent))


def _read(root: Node, context: Context) -> dict[str, Any]:
    """Return the checked document; not fit for use when there are problems."""
    if root.kind == "map":
        _declare(root, context)
    document: dict[str, Any] = DOCUMENT.read(root, "", context)
    return document


def _scenario(
    document: Mapping[str, Any],
    spec_digest: str,
    context: Context,
    space: tuple[Params, ...],
) -> Scenario:
    arms = {
        arm: Arm(arm, **{**fields, "plan": fields["plan"] or document["plan"]})
        for arm, fields in document["arms"].items()
    }
    return Scenario(
        key=document["key"],
        title=document["title"],
        summary=document["summary"],
        parameters=context.parameters,
        where=document["where"],
        world=document["world"],
        setup=document["setup"],
        arms=arms,
        claims={
            name: Claim(name, **fields) for name, fields in document["claims"].items()
        },
        obligations=document["obligations"],
        digest=spec_digest,
        space=space,
        ranges=context.ranges,
    )


def _digest(root: Node) -> str:
    """Name the document. The order of its parameters counts: it orders the variants."""
    parameters = _child(root, "parameters")
    order = list(parameters.value) if parameters else []
    return digest(canonical_json([plain(root), order]))


def _child(node: Node, name: str) -> Node | None:
    found = node.value.get(name) if node.kind == "map" else None
    return found if isinstance(found, Node) else None


def _declare(root: Node, context: Context) -> None:
    """Gather the names that other places refer to, before those are read."""
    parameters = _child(root, "parameters")
    if parameters is not None:
        context.parameters = read_parameters(parameters, context)
    world = _child(root, "world")
    if world is not None and world.kind == "map":
        for section, node in world.value.items():
            names = set(node.value) if node.kind == "map" else set()
            context.names[section] = names
        _check_software(world, context)
    for section in ("arms", "claims"):
        node = _child(root, section)
        is_map = node is not None and node.kind == "map"
        context.names[section] = set(node.value) if node and is_map else set()
    context.names["places"] = set(_started_names(root))
    context.names["tags"] = set(_tags(root))


def _check_software(world: Node, context: Context) -> None:
    """What can be installed has a name of its own, whatever it is."""
    first: dict[str, str] = {}
    for section in SOFTWARE:
        node = _child(world, section)
        if node is None or node.kind != "map":
            continue
        for name in node.keys:
            if name in first:
                path = f"world.{section}.{name}"
                message = f"the name {name!r} is taken in {first[name]} already"
                context.report_key(node, name, path, message)
            first.setdefault(name, section)


def _started_names(root: Node) -> list[str]:
    """Return the names of machines and containers that some plan starts."""
    names: list[str] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.kind == "list":
            waiting.extend(node.value)
        elif node.kind == "map":
            waiting.extend(node.value.values())
            for verb in STARTING:
                started = _child(node, verb)
                name = _child(started, "name") if started else None
                if name is not None and name.kind == "text":
                    names.append(name.value)
    return names


def _tags(root: Node) -> list[str]:
    """Return the tags that images get, in registries and in plans."""
    tags: list[str] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.kind == "list":
            waiting.extend(node.value)
        elif node.kind == "map":
            waiting.extend(node.value.values())
            named = _child(node, "tag")
            if named is not None and named.kind == "text":
                tags.append(named.value)
    return tags


class _Declared:
    """Something that ``_declare`` has read already."""

    def read(self, node: Node, path: str, context: Context) -> None:  # noqa: ARG002
        return None

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/parameters"}


STARTING = (
    "start_vm",
    "restore_vm",
    "start_container",
    "create_server",
    "deploy",
    "run_pod",
)
"""Actions whose ``name`` other actions can name as a place."""

DOCUMENT = Record(
    {
        "key": need(text(KEY, "a key: lower-case letters, digits and -")),
        "title": need(text()),
        "summary": may(text(), ""),
        "include": may(ListOf(text(FILE, "the name of a YAML file")), ()),
        "parameters": may(_Declared(), {}),
        "where": may(ExpressionText(), ""),
        "world": need(WORLD),
        "setup": may(Steps(), ()),
        "plan": may(Steps(), ()),
        "arms": need(
            MapOf(
                Record(
                    {
                        "label": need(text()),
                        "about": may(text(), ""),
                        "changes": may(ListOf(Changed()), ()),
                        "plan": may(Steps(), ()),
                    },
                    {
                        "changes": "made to mechanisms or parts before the run",
                        "plan": "in place of the scenario's own",
                    },
                ),
                least=1,
                most=20,
            )
        ),
        "claims": need(
            MapOf(
                Record(
                    {
                        "text": need(text()),
                        "expression": need(ExpressionText()),
                        "refuted_by": may(claim_name, None),
                        "evidence": may(ListOf(EvidenceEntry()), ()),
                    },
                    {
                        "expression": "true or false, by what the arms' runs show",
                        "refuted_by": "a claim that holds when this one does not",
                        "evidence": "which events decide it",
                    },
                ),
                least=1,
                most=40,
            )
        ),
        "obligations": may(ListOf(ObligationEntry()), ()),
    },
    {
        "key": "the scenario's name among others",
        "include": "files beside this one, whose named parts are added to its own",
        "where": "a condition over params that every variant meets",
        "world": "the parts that there are at the start",
        "setup": "done first in every arm",
        "plan": "what arms do that have no plan of their own",
        "arms": "the ways to act; each is one run",
        "claims": "statements about the runs, true or false by evaluation",
        "obligations": "what questions promise of these claims",
    },
)
"""The whole of a scenario file."""
