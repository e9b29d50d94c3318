"""What an arm is made of: the steps of its plan and what it changes first."""

from typing import Any

from simulator.errors import InputError
from simulator.mechanisms import MECHANISMS, checked
from simulator.scenario.fields import (
    KINDS,
    Context,
    Schema,
    Spec,
    choice,
    integer,
    join,
    placeholder,
    suggest,
)
from simulator.scenario.model import Action, Change
from simulator.scenario.source import Node
from simulator.scenario.vocabulary import VERBS, WORLD_FIELDS

MAX_STEPS = 200


class Steps:
    """A plan: a list of one-key mappings, verb to arguments."""

    def read(self, node: Node, path: str, context: Context) -> tuple[Action, ...]:
        """Return what the node says, or something harmless after a report."""
        if node.kind != "list":
            context.report(node, path, f"a list expected, not {KINDS[node.kind]}")
            return ()
        if len(node.value) > MAX_STEPS:
            context.report(node, path, f"more than {MAX_STEPS} actions")
        steps = []
        for index, entry in enumerate(node.value[:MAX_STEPS]):
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

    def schema(self) -> Schema:
        """Return the JSON Schema of a plan."""
        return {"$ref": "#/$defs/plan"}


class Changed:
    """``{mechanism: ..., set: ...}`` or ``{part: section.name.field, set: ...}``."""

    def read(self, node: Node, path: str, context: Context) -> Change | None:
        """Return what the node says, or something harmless after a report."""
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
        name = choice(*MECHANISMS).read(named, join(path, "mechanism"), context)
        if name != named.value:
            return None
        mechanism = MECHANISMS[name]
        if mechanism.is_number:
            number = integer(mechanism.least, mechanism.most).of_field(name)
            return Change(name, number.read(wanted, join(path, "set"), context), True)
        if placeholder(wanted) is not None and not mechanism.is_list:
            spec: Spec = choice(*mechanism.choices)
            return Change(name, spec.read(wanted, join(path, "set"), context), True)
        try:
            return Change(name, checked(name, plain(wanted)), True)
        except InputError as error:
            context.report(wanted, join(path, "set"), str(error))
            return None

    def _part(self, node: Node, path: str, context: Context) -> Change | None:
        named, wanted = node.value["part"], node.value["set"]
        if named.kind != "text":
            context.report(named, join(path, "part"), "text expected")
            return None
        target: str = named.value
        section, _, rest = target.partition(".")
        part, _, field = rest.partition(".")
        spec = WORLD_FIELDS.get(section, {}).get(field)
        if spec is None or part not in context.names.get(section, set()):
            message = f"there is no part {target!r}"
            hint = "section.name.field of the world, such as machines.server.ram_mib"
            context.report(named, join(path, "part"), message, hint)
            return None
        value = spec.read(wanted, join(path, "set"), context)
        return Change(target, value, False)

    def schema(self) -> Schema:
        """Return the JSON Schema of a change."""
        return {"$ref": "#/$defs/change"}


def plain(node: Node) -> Any:
    """Return the document without the places of its nodes."""
    if node.kind == "map":
        return {name: plain(child) for name, child in node.value.items()}
    if node.kind == "list":
        return [plain(child) for child in node.value]
    return node.value
