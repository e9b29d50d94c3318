"""What a scenario says of its runs: expressions, evidence, obligations."""

from simulator.expressions import ExpressionError, compiled
from simulator.scenario.fields import (
    KEY,
    NAME,
    Context,
    ListOf,
    Param,
    Record,
    Schema,
    choice,
    integer,
    join,
    may,
    need,
    reference,
    suggest,
    text,
)
from simulator.scenario.model import Evidence, Obligation, Option
from simulator.scenario.source import Node

PICKS = ("last", "first", "all")


class ExpressionText:
    """A CEL expression whose arms exist."""

    def read(self, node: Node, path: str, context: Context) -> str:
        """Return what the node says, or something harmless after a report."""
        source = text().read(node, path, context)
        if isinstance(source, Param):
            context.report(node, path, "an expression is not a parameter")
            return ""
        if not source:
            return ""
        try:
            expression = compiled(source)
        except ExpressionError as error:
            context.report(node, path, str(error))
            return ""
        for arm, *inner in expression.reads:
            if arm not in context.names["arms"]:
                hint = suggest(arm, context.names["arms"])
                context.report(node, path, f"there is no arm {arm!r}", hint)
            for part in inner[:1]:
                if part not in _PARTS:
                    hint = suggest(part, _PARTS)
                    context.report(node, path, f"a run has no part {part!r}", hint)
        return str(source)

    def schema(self) -> Schema:
        """Return the JSON Schema of an expression."""
        return {"$ref": "#/$defs/expression"}


_PARTS = ("events", "observation", "metrics")


class EvidenceEntry:
    """Which events show it."""

    def read(self, node: Node, path: str, context: Context) -> Evidence:
        """Return what the node says, or something harmless after a report."""
        return Evidence(**_EVIDENCE.read(node, path, context))

    def schema(self) -> Schema:
        """Return the JSON Schema of a selector of events."""
        return _EVIDENCE.schema()


class ObligationEntry:
    """A question's promise: options and how many of them hold."""

    def read(self, node: Node, path: str, context: Context) -> Obligation:
        """Return what the node says, or something harmless after a report."""
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

    def schema(self) -> Schema:
        """Return the JSON Schema of an obligation."""
        return _OBLIGATION.schema()


claim_name = reference("claims")
_EVIDENCE = Record(
    {
        "arm": need(reference("arms")),
        "actor": may(text(), ""),
        "action": may(text(), ""),
        "outcome": may(choice("asked", "ok", "failed"), ""),
        "target": may(text(), ""),
        "errno_name": may(text(), ""),
        "pick": may(choice(*PICKS), "last"),
    },
    {"pick": "which of the events that match; all fields that are given must match"},
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
                        "claim": need(claim_name),
                        "refuted_by": may(claim_name, None),
                    },
                    {"refuted_by": "a claim that holds wherever the option's does not"},
                ),
                least=1,
                most=20,
            )
        ),
    },
    {"choose": "how many of the options hold, in each variant"},
)
