"""Worlds, programs and plans made from the words of the language themselves.

What a word takes is read from its schema, so a new word is in here at once. A document
that reading refuses is mended: what the problems name is taken out. `random` may be a
`random.Random` or one that hypothesis shrinks.

`python -m tests.simulator.generated --examples 2000 --first 0` makes runs of many
documents, holds the laws of `tests/simulator/laws.py` against each, and names the seed
of each that breaks one.
"""

import argparse
import json
import re
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from random import Random
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import yaml

from simulator import Budget, Scenario, ScenarioError, load_scenario, scenario_schema
from tests.simulator.laws import broken
from tests.simulator.worlds import WORLD

GROUPS = ("one", "two", "three")
BUDGET = Budget(events=3000, cpu_ms=1500, objects=1500)
MENDINGS = 12
LIKELY = {"ram_mib": (256, 65536), "size_mib": (1, 2000)}
"""Fields whose values are seldom as small as those of others."""
DESTRUCTIVE = ("cut_power", "power_off", "reboot", "crash")
"""Verbs after which little is left to look at."""
Document = dict[str, Any]


class Words:
    """Makes values, steps and actions from the schema of the language."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.schema = scenario_schema()
        self.world: Document = {}
        self.started: list[str] = []

    def document(self) -> Document:
        """A document with one arm, whose claim holds."""
        self.world = self._world()
        plan = [*self._start(), *(self._action() for _ in range(self._few(14)))]
        return {
            "key": "generated",
            "title": "Generated",
            "world": self.world,
            "arms": {"a": {"label": "a", "plan": plan, "changes": self._changes()}},
            "claims": {"c": {"text": "t", "expression": "runs.a != null"}},
        }

    def _world(self) -> Document:
        """The world of the other tests, with more parts of any kind."""
        world = json.loads(json.dumps(WORLD))
        sections = self.schema["properties"]["world"]["properties"]
        self.world = world
        for section, schema in sections.items():
            part = schema.get("additionalProperties", {})
            if "properties" not in part:
                continue
            for number in range(self._few(2)):
                name = f"{section[:4]}{number}"
                world[section] = {**world.get(section, {}), name: self.value(part)}
        fields = sections["programs"]["additionalProperties"]["properties"]
        for name in self.random.sample(sorted(world["programs"]), 2):
            world["programs"][name]["does"] = self.value(fields["does"])
        return world

    def _start(self) -> list[Document]:
        """What most worlds need first; plans without it are made too."""
        if self.random.random() < 0.1:
            return []
        first = self.random.choice(["linux", "linux", "linux", "windows", "bare"])
        steps = [_install(first), {"power_on": {"machine": "server"}}]
        software = ["docker", "kvm", "app", "wine", "sh"]
        steps += map(_install, self.random.sample(software, 3))
        for name in self.random.sample(GROUPS, self._few(2)):
            self.started.append(name)
            guest = {"on": "server", "system": "linux", "ram_mib": 2048}
            box = {"on": "server", "image": "app_image", "run": "app"}
            more = self.random.choice([{"start_vm": guest}, {"start_container": box}])
            steps += [{verb: {"name": name, **rest}} for verb, rest in more.items()]
        return steps

    def _action(self) -> Document:
        verbs = self.schema["$defs"]["plan"]["items"]["properties"]
        words = sorted(verbs)
        weights = [1 if word in DESTRUCTIVE else 4 for word in words]
        verb = self.random.choices(words, weights)[0]
        arguments = self.value(verbs[verb])
        if "name" in arguments and verb.startswith("start_"):
            arguments["name"] = self.random.choice(GROUPS)
            self.started.append(arguments["name"])
        return {verb: arguments}

    def _changes(self) -> list[Document]:
        changes = []
        for _ in range(self._few(3)):
            schema = self.random.choice(self.schema["$defs"]["change"]["oneOf"])
            change = self.value(schema)
            if "part" in change:
                section, _, field = change["part"].split(".")
                names = sorted(self.world.get(section, {})) or ["nothing"]
                change["part"] = f"{section}.{self.random.choice(names)}.{field}"
            changes.append(change)
        kept = {}
        for change in changes:
            kept[change.get("mechanism") or change["part"]] = change
        return list(kept.values())

    def value(self, schema: Mapping[str, Any], field: str = "", depth: int = 0) -> Any:
        """A value that the schema takes; small more often than large."""
        several = schema.get("anyOf") or schema.get("oneOf")
        if several:
            return self.value(self._one_of(several), field, depth)
        if "$ref" in schema:
            return self._referred(schema["$ref"].rpartition("/")[2], depth)
        if "enum" in schema or "const" in schema:
            return self.random.choice(schema.get("enum") or [schema["const"]])
        return self._typed(schema, field, depth)

    def _typed(self, schema: Mapping[str, Any], field: str, depth: int) -> Any:
        kind = schema.get("type", "string")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            most = min(schema.get("maxItems", 3), 3)
            count = self.random.randint(schema.get("minItems", 0), max(most, 1))
            entry = schema["items"]
            return [self.value(entry, field, depth + 1) for _ in range(count)]
        if kind == "integer":
            return self._integer(schema, field)
        if kind == "boolean":
            return self.random.random() < 0.5
        return self._text(schema)

    def _one_of(self, choices: list[Any]) -> Any:
        """One that is no parameter and no quantity: those stand for plain values."""
        plain = [
            choice
            for choice in choices
            if choice.get("$ref") != "#/$defs/parameter"
            and not choice.get("pattern", "").startswith("^[0-9.]+ ?(")
        ]
        return self.random.choice(plain)

    def _object(self, schema: Mapping[str, Any], depth: int) -> Document:
        required = set(schema.get("required", ()))
        found = {}
        for name, field in schema.get("properties", {}).items():
            if name in required or self.random.random() < 0.3:
                found[name] = self.value(field, name, depth + 1)
        return found

    def _referred(self, name: str, depth: int) -> Any:
        if name != "steps" or depth > 6:
            return []
        words = self.schema["$defs"]["steps"]["items"]["properties"]
        steps = []
        for _ in range(self._few(4)):
            word = self.random.choice(sorted(words))
            steps.append({word: self.value(words[word], word, depth + 2)})
        return steps

    def _integer(self, schema: Mapping[str, Any], field: str) -> int:
        low, high = schema.get("minimum", 0), schema.get("maximum", 100)
        least, most = LIKELY.get(field, (low, low + 8))
        if self.random.random() < 0.05:
            return self.random.choice([low, high])
        if self.random.random() < 0.2:
            most = max(most, min(high, 1000))
        least, most = max(low, min(least, high)), min(most, high)
        return self.random.randint(least, max(least, most))

    def _text(self, schema: Mapping[str, Any]) -> str:
        if "x-names" in schema:
            return self.random.choice(self._names(schema["x-names"]) or ["nothing"])
        pattern = schema.get("pattern", r"\S")
        return "".join(_matching(_parser.parse(pattern), self.random)) or "x"

    def _names(self, kinds: list[str]) -> list[str]:
        found: list[str] = []
        for kind in kinds:
            found += sorted(self.world.get(kind, {}))
        if "places" in kinds:
            # Where something runs most often: at the server, or in what was started.
            return [*found, *["server"] * len(found), *self.started]
        return found

    def _few(self, most: int) -> int:
        return self.random.randint(0, most)


def _install(what: str) -> Document:
    return {"install": {"what": what, "on": "server"}}


def _matching(parsed: Any, random: Random) -> Iterator[str]:
    """Go through the pieces of a short text that a pattern matches."""
    for kind, value in parsed:
        if kind is sre.LITERAL:
            yield chr(value)
        elif kind is sre.IN:
            yield _letter(value, random)
        elif kind in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
            least, most, inner = value
            for _ in range(random.randint(least, min(most, least + 6))):
                yield from _matching(inner, random)
        elif kind is sre.SUBPATTERN:
            yield from _matching(value[-1], random)
        elif kind is sre.BRANCH:
            yield from _matching(random.choice(value[1]), random)
        elif kind is sre.ANY:
            yield "x"


def _letter(choices: Any, random: Random) -> str:
    kind, value = random.choice(choices)
    if kind is sre.RANGE:
        return chr(random.randint(*value))
    return chr(value) if kind is sre.LITERAL else "x"


def scenario_of(random: Random) -> Scenario | None:
    """A generated document, mended until it is a scenario; None when it never is."""
    document = Words(random).document()
    for _ in range(MENDINGS):
        try:
            return load_scenario(text_of(document), name="generated.yaml")
        except ScenarioError as error:
            for problem in reversed(error.problems):
                _take_out(document, problem.path)
    return None


def text_of(document: Document) -> str:
    plain = json.loads(json.dumps(document))
    return str(
        yaml.dump(plain, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    )


def _take_out(document: Document, path: str) -> None:
    """Take out the step, change or part in which a problem stands."""
    words: list[Any] = [
        int(w) if w.isdecimal() else w for w in re.findall(r"[^.[\]]+", path)
    ]
    depth = 4 if words[:1] == ["arms"] else 3
    words = words[:depth]
    inner: Any = document
    for word in words[:-1]:
        try:
            inner = inner[word]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(inner, dict):
        inner.pop(words[-1] if words else "", None)
    elif isinstance(words[-1], int) and words[-1] < len(inner):
        del inner[words[-1]]


def fuzz(first: int, examples: int) -> Iterator[str]:
    """Go through what is wrong with the runs of many generated documents."""
    for seed in range(first, first + examples):
        scenario = scenario_of(Random(seed))
        if scenario is None:
            continue
        try:
            yield from (f"seed {seed}: {law}" for law in broken(scenario, BUDGET))
        except Exception as error:  # noqa: BLE001  any crash is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
            yield f"seed {seed}: {type(error).__name__} at {where}: {error}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    began, count = time.process_time(), 0
    for line in fuzz(options.first, options.examples):
        count += 1
        sys.stdout.write(f"{line}\n")
    spent = time.process_time() - began
    sys.stdout.write(f"{options.examples} documents, {count} wrong, {spent:.0f} s\n")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
