"""The parameter space: lists and ranges of values, and the variants they span."""

import itertools
from collections.abc import Mapping
from dataclasses import replace

from simulator.expressions import ExpressionError, compiled
from simulator.scenario.fields import KINDS, NAME, Context, join
from simulator.scenario.source import Node
from simulator.scenario.units import Unit, UnitError, unit_of
from simulator.trace import Scalar

MAX_PARAMETERS = 20
MAX_SPACE = 20_000
MAX_VALUES = 200
_RANGE_KEYS = {"from", "to", "step"}


def read_parameters(node: Node, context: Context) -> dict[str, tuple[Scalar, ...]]:
    """Return each parameter's values; a parameter is a list or a from/to/step."""
    if node.kind != "map":
        context.report(
            node, "parameters", f"a mapping expected, not {KINDS[node.kind]}"
        )
        return {}
    if len(node.value) > MAX_PARAMETERS:
        context.report(node, "parameters", f"more than {MAX_PARAMETERS} parameters")
        return {}
    result = {}
    for name, child in node.value.items():
        path = join("parameters", name)
        if not NAME.match(name):
            context.report_key(node, name, path, f"{name!r} is not a name")
            continue
        values = _read_values(_in_unit(name, child, path, context), path, context)
        if len(set(map(repr, values))) < len(values):
            context.report(child, path, "a value stands twice")
        result[name] = values or (0,)
        if child.kind == "map" and values:
            context.ranges[name] = (int(values[0]), int(values[-1]))
    return result


def _in_unit(name: str, node: Node, path: str, context: Context) -> Node:
    """Return the node with its quantities in the unit that the name ends in."""
    unit = unit_of(name)
    if unit is None or node.kind not in {"map", "list"}:
        return node
    if node.kind == "map":
        ends = {
            end: _counted(child, unit, join(path, end), context)
            for end, child in node.value.items()
        }
        return replace(node, value=ends)
    values = [
        _counted(child, unit, f"{path}[{index}]", context)
        for index, child in enumerate(node.value)
    ]
    return replace(node, value=values)


def _counted(node: Node, unit: Unit, path: str, context: Context) -> Node:
    """Return a quantity as the whole number that it stands for."""
    if node.kind != "text":
        return node
    try:
        found = unit.read(node.value)
    except UnitError as error:
        context.report(node, path, error.message, error.hint)
        found = 1
    return node if found is None else replace(node, kind="int", value=found)


def _read_values(node: Node, path: str, context: Context) -> tuple[Scalar, ...]:
    if node.kind == "map":
        return _read_range(node, path, context)
    if node.kind != "list" or not 0 < len(node.value) <= MAX_VALUES:
        context.report(
            node,
            path,
            f"a list of 1 to {MAX_VALUES} values expected",
            "or a range: {from: 1, to: 5, step: 1}",
        )
        return ()
    values: list[Scalar] = []
    for index, entry in enumerate(node.value):
        if entry.kind not in {"int", "bool", "text"}:
            message = f"{KINDS[entry.kind]} cannot be a value"
            hint = "text, whole numbers, true and false can"
            context.report(entry, f"{path}[{index}]", message, hint)
            continue
        values.append(entry.value)
    return tuple(values)


def _read_range(node: Node, path: str, context: Context) -> tuple[Scalar, ...]:
    ends = {name: child.value for name, child in node.value.items()}
    whole = all(child.kind == "int" for child in node.value.values())
    if not whole or not {"from", "to"} <= set(ends) <= _RANGE_KEYS:
        context.report(node, path, "a range has whole numbers: from, to and step")
        return ()
    step = ends.get("step", 1)
    if step < 1 or not 0 <= (ends["to"] - ends["from"]) // step < MAX_VALUES:
        context.report(node, path, f"a range gives 1 to {MAX_VALUES} values")
        return ()
    return tuple(range(ends["from"], ends["to"] + 1, step))


def span_space(
    parameters: Mapping[str, tuple[Scalar, ...]],
    where: str,
    node: Node,
    context: Context,
) -> tuple[dict[str, Scalar], ...]:
    """Return all variants that satisfy ``where``, in the order of the file."""
    size = 1
    for values in parameters.values():
        size *= len(values)
    if size > MAX_SPACE:
        context.report(node, "parameters", f"{size} variants are more than {MAX_SPACE}")
        return ()
    names = list(parameters)
    space = [
        dict(zip(names, values, strict=True))
        for values in itertools.product(*parameters.values())
    ]
    if where:
        try:
            program = compiled(where, macros=0)
            space = [v for v in space if program.truth({"params": v})]
        except ExpressionError as error:
            context.report(node, "where", str(error))
            return ()
    if not space:
        context.report(node, "where", "no variant satisfies the condition")
    return tuple(space)
