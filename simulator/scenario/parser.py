"""From a YAML tree to a Scenario, gathering every problem on the way."""

from typing import Any

from simulator.errors import InputError, ScenarioError
from simulator.expressions import ExpressionError, compiled
from simulator.mechanisms import MECHANISMS, checked
from simulator.scenario.fields import (
    KEY,
    KINDS,
    NAME,
    Context,
    ListOf,
    MapOf,
    Param,
    Record,
    Spec,
    choice,
    integer,
    join,
    may,
    need,
    reference,
    suggest,
    text,
)
from simulator.scenario.model import (
    Action,
    Arm,
    Change,
    Claim,
    Evidence,
    Obligation,
    Option,
    Scenario,
)
from simulator.scenario.source import Node, SourceError, parse_source
from simulator.scenario.space import read_parameters, span_space
from simulator.scenario.vocabulary import VERBS, WORLD
from simulator.trace import canonical_json, digest

PICKS = ("last", "first", "all")


def load_scenario(source: str, *, name: str = "<scenario>") -> Scenario:
    """Read a scenario from YAML text.

    Raises ScenarioError with all problems of the file, each with its line, column,
    path and a hint. ``name`` says in messages where the text came from.
    """
    try:
        root, problems = parse_source(source)
    except SourceError as error:
        raise ScenarioError(name, (error.problem,)) from error
    context = Context(problems=problems)
    scenario = _read(root, context)
    if context.problems:
        raise ScenarioError(name, tuple(context.problems))
    return scenario


def _read(root: Node, context: Context) -> Scenario:
    if root.kind == "map":
        _declare(root, context)
    document = _DOCUMENT.read(root, "", context)
    node = _child(root, "where") or _child(root, "parameters") or root
    space = span_space(context.parameters, document["where"] or "", node, context)
    plan = document["plan"]
    arms = {
        arm: Arm(
            arm,
            fields["label"] or "",
            fields["about"],
            fields["changes"],
            fields["plan"] or plan,
        )
        for arm, fields in document["arms"].items()
    }
    claims = {
        claim: Claim(claim, **{**fields, "text": fields["text"] or ""})
        for claim, fields in document["claims"].items()
    }
    return Scenario(
        key=document["key"] or "",
        title=document["title"] or "",
        summary=document["summary"] or "",
        parameters=context.parameters,
        where=document["where"] or "",
        world=document["world"] or {},
        setup=document["setup"],
        arms=arms,
        claims=claims,
        obligations=document["obligations"],
        digest=digest(canonical_json(_plain(root))),
        space=space,
    )


def _child(node: Node, name: str) -> Node | None:
    found = node.value.get(name) if node.kind == "map" else None
    return found if isinstance(found, Node) else None


def _plain(node: Node) -> Any:
    """Return the document without places, for the digest."""
    if node.kind == "map":
        return {name: _plain(child) for name, child in node.value.items()}
    if node.kind == "list":
        return [_plain(child) for child in node.value]
    return node.value


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
    for section in ("arms", "claims"):
        node = _child(root, section)
        is_map = node is not None and node.kind == "map"
        context.names[section] = set(node.value) if node and is_map else set()
    context.names["places"] = set(_started_names(root))


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
            for verb in ("start_vm", "start_container"):
                started = _child(node, verb)
                name = _child(started, "name") if started else None
                if name is not None and name.kind == "text":
                    names.append(name.value)
    return names


class _Steps:
    """A plan: a list of one-key mappings, verb to arguments."""

    def read(self, node: Node, path: str, context: Context) -> tuple[Action, ...]:
        if node.kind != "list":
            context.report(node, path, f"a list expected, not {KINDS[node.kind]}")
            return ()
        steps = []
        for index, entry in enumerate(node.value):
            place = f"{path}[{index}]"
            if entry.kind != "map" or len(entry.value) != 1:
                context.report(entry, place, "an action is one verb with its arguments")
                continue
            ((verb, child),) = entry.value.items()
            if verb not in VERBS:
                context.report(
                    entry, place, f"unknown action {verb!r}", suggest(verb, VERBS)
                )
                continue
            steps.append((verb, VERBS[verb].read(child, join(place, verb), context)))
        return tuple(steps)


class _Change:
    """``{mechanism: ..., set: ...}`` or ``{part: section.name.field, set: ...}``."""

    def read(self, node: Node, path: str, context: Context) -> Change | None:
        keys = set(node.value) if node.kind == "map" else set()
        if keys not in ({"mechanism", "set"}, {"part", "set"}):
            context.report(
                node, path, "a change has 'set' and one of 'mechanism', 'part'"
            )
            return None
        if "mechanism" in keys:
            return self._mechanism(node, path, context)
        return self._part(node, path, context)

    def _mechanism(self, node: Node, path: str, context: Context) -> Change | None:
        named, wanted = node.value["mechanism"], node.value["set"]
        if named.value not in MECHANISMS if named.kind == "text" else True:
            hint = suggest(str(named.value), MECHANISMS)
            message = f"there is no mechanism {named.value!r}"
            context.report(named, join(path, "mechanism"), message, hint)
            return None
        name: str = named.value
        if wanted.kind == "text" and wanted.value.startswith("${"):
            spec: Spec = choice(*MECHANISMS[name].choices)
            return Change(name, spec.read(wanted, join(path, "set"), context), True)
        value = _plain(wanted)
        try:
            return Change(name, checked(name, value), True)
        except (InputError, TypeError) as error:
            context.report(wanted, join(path, "set"), str(error))
            return None

    def _part(self, node: Node, path: str, context: Context) -> Change | None:
        named, wanted = node.value["part"], node.value["set"]
        words = named.value.split(".") if named.kind == "text" else []
        spec: Any = WORLD
        if len(words) == 3 and words[1] in context.names.get(words[0], set()):
            section = WORLD.fields[words[0]][0] if words[0] in WORLD.fields else None
            entry = section.entry if isinstance(section, MapOf) else None
            spec = entry.fields.get(words[2]) if isinstance(entry, Record) else None
        else:
            spec = None
        if spec is None:
            message = f"there is no part {named.value!r}"
            hint = "section.name.field of the world, such as machines.server.ram_mib"
            context.report(named, join(path, "part"), message, hint)
            return None
        value = spec[0].read(wanted, join(path, "set"), context)
        return Change(named.value, value, False)


class _Expression:
    """A CEL expression whose arms exist."""

    def read(self, node: Node, path: str, context: Context) -> str:
        source = text().read(node, path, context)
        if isinstance(source, Param) or not source:
            if isinstance(source, Param):
                context.report(node, path, "an expression is not a parameter")
            return "false"
        try:
            expression = compiled(source)
        except ExpressionError as error:
            context.report(node, path, str(error))
            return "false"
        for arm, part, _ in expression.reads:
            if arm not in context.names["arms"]:
                hint = suggest(arm, context.names["arms"])
                context.report(node, path, f"there is no arm {arm!r}", hint)
            if part and part not in _PARTS:
                hint = suggest(part, _PARTS)
                context.report(node, path, f"a run has no part {part!r}", hint)
        return str(source)


_PARTS = ("events", "observation", "metrics")


class _Declared:
    """Something that ``_declare`` has read already."""

    def read(self, node: Node, path: str, context: Context) -> None:  # noqa: ARG002
        return None


class _Evidence:
    """Which events show it."""

    def read(self, node: Node, path: str, context: Context) -> Evidence:
        return Evidence(**_EVIDENCE.read(node, path, context))


class _Obligation:
    """A question's promise: options and how many of them hold."""

    def read(self, node: Node, path: str, context: Context) -> Obligation:
        fields = _OBLIGATION.read(node, path, context)
        options = tuple(Option(**option) for option in fields["options"] or ())
        keys = [option.key for option in options]
        if len(set(keys)) < len(keys):
            context.report(node, join(path, "options"), "an option's key stands twice")
        wanted = fields["choose"]
        if isinstance(wanted, int) and wanted > len(options):
            message = f"{wanted} of {len(options)} options cannot hold"
            context.report(node, join(path, "choose"), message)
        return Obligation(options, wanted or 0, fields["key"] or "")


_claim = reference("claims")
_EVIDENCE = Record(
    {
        "arm": need(reference("arms")),
        "actor": may(text(), ""),
        "action": may(text(), ""),
        "outcome": may(choice("asked", "ok", "failed"), ""),
        "target": may(text(), ""),
        "errno_name": may(text(), ""),
        "pick": may(choice(*PICKS), "last"),
    }
)
_OBLIGATION = Record(
    {
        "key": need(text(KEY, "a key")),
        "choose": need(integer(0, 20)),
        "options": need(
            ListOf(
                Record(
                    {
                        "key": need(text(NAME, "a name")),
                        "claim": need(_claim),
                        "refuted_by": may(_claim, None),
                    }
                ),
                least=1,
                most=20,
            )
        ),
    }
)
_DOCUMENT = Record(
    {
        "key": need(text(KEY, "a key: lower-case letters, digits and -")),
        "title": need(text()),
        "summary": may(text(), ""),
        "parameters": may(_Declared(), {}),
        "where": may(_Expression(), ""),
        "world": need(WORLD),
        "setup": may(_Steps(), ()),
        "plan": may(_Steps(), ()),
        "arms": need(
            MapOf(
                Record(
                    {
                        "label": need(text()),
                        "about": may(text(), ""),
                        "changes": may(ListOf(_Change()), ()),
                        "plan": may(_Steps(), ()),
                    }
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
                        "expression": need(_Expression()),
                        "refuted_by": may(_claim, None),
                        "evidence": may(ListOf(_Evidence()), ()),
                    }
                ),
                least=1,
                most=40,
            )
        ),
        "obligations": may(ListOf(_Obligation()), ()),
    }
)
