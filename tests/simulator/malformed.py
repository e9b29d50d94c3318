"""Spoilt scenario files: each must be a clear error, soon, and without much memory.

`python -m tests.simulator.malformed --files 10000` reads so many of them, in child
processes that may use 256 MiB, and says which took more than a second, more memory, or
ended otherwise than as a scenario or a ScenarioError.
"""

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from simulator import ClaimError, ScenarioError, evaluate, load_scenario
from tests.simulator.worlds import KEYS, source
from tests.source_code import ROOT

MEMORY = 256 * 1024 * 1024
SECONDS = 1.0
BATCH = 500
_FLAT = [" ", "\n", "\t", ":", "-", "[", "{", "}", "]", ",", "#", "&a ", "*a", "!", "|",
         ">", "'", '"', "%", "@", "`", "?", "~", "\x00", "\x85", "\u2028", "\ufeff",
         "\U0001f4a5", "0x7f", "1e999", "-1", "9" * 400, ".inf", ".nan", "0o17", "<<: ",
         "${", "${x}", "${ram_mib}", "512 MiB", "1 YiB", "null", "yes"]  # fmt: skip
HOSTILE_CEL = (
    "runs.a.events.all(x, runs.a.events.all(y, runs.a.events.all(z, true)))",
    "[1,2].map(a, [1,2].map(b, [1,2].map(c, [a, b, c]))) == []",
    "'a'.matches('(a+)+$')",
    "'a'.matches('((a{0,50}){0,50}){0,50}')",
    "'a'.matches('(\\\\w{100}){100}')",
    "params.x.matches(params.y)",
    "size('" + "a" * 3900 + "') > 0",
    "(" * 2000 + "true" + ")" * 2000,
    "!" * 3900 + "true",
    "-" * 3900 + "1 < 0",
    "1" + "+1" * 1900 + " > 0",
    "'''" + "runs" * 100 + "'''",
    "true // " + "x" * 3000,
    "true" + " || true" * 480,
    "params" + ".x" * 1900 + " == 1",
    "params" + "[0]" * 1200 + " == 1",
    "{" + ", ".join(f"'{n}': {n}" for n in range(300)) + "} == {}",
    "duration('9' + 's') == timestamp('x')",
    "int('9' * 10) == 1",
    "\x00",
    "\ud800",
    "__import__('os')",
    "runs",
    "true ? false : true ? false : true",
)


def mutated(random: Random) -> str:
    """A shipped file in which some places were cut, doubled, moved or overwritten."""
    text = source(random.choice(KEYS))
    for _ in range(random.randint(1, 6)):
        start = random.randint(0, len(text))
        end = min(len(text), start + random.choice([0, 1, 5, 40, 400]))
        middle = random.choice(
            [
                "",
                text[start:end] * random.choice([2, 3, 50]),
                random.choice(_FLAT),
                text[start:end][::-1],
                chr(random.choice([random.randrange(256), random.randrange(0x10000)])),
                f'"{random.choice(HOSTILE_CEL)[:200]}"',
            ]
        )
        text = text[:start] + middle + text[end:]
    return text


def line_mutated(random: Random) -> str:
    """A shipped file with lines taken out, doubled, moved or indented otherwise."""
    lines = source(random.choice(KEYS)).splitlines()
    for _ in range(random.randint(1, 8)):
        place = random.randrange(len(lines))
        kind = random.randrange(5)
        if kind == 0:
            del lines[place]
        elif kind == 1:
            lines.insert(place, lines[random.randrange(len(lines))])
        elif kind == 2:
            lines[place] = " " * random.randint(1, 8) + lines[place]
        elif kind == 3:
            lines[place] = lines[place].lstrip()
        else:
            key, colon, _ = lines[place].partition(":")
            lines[place] = f"{key}{colon} {random.choice(_FLAT)}"
        lines = lines or [""]
    return "\n".join(lines)


def retyped(random: Random) -> str:
    """A shipped document in which some values are of another kind."""
    document = _plain(source(random.choice(KEYS)))
    for _ in range(random.randint(1, 4)):
        place: Any = document
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = random.choice(keys)
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or random.random() < 0.2:
                place[key] = deepcopy(random.choice(_VALUES))  # it may be changed next
                break
            place = inner
    return json.dumps(document)


_VALUES: list[Any] = [
    None, True, -1, 0, 2**31, 2**63, 10**300, 0.5, "", "x", "${x}", [], {}, [[]],
    {"": 1}, [{}], "x" * 5000, {"a": {"b": {"c": []}}}, list(range(300)), "512 MiB",
    "-1 s", {str(n): n for n in range(300)}, *HOSTILE_CEL,
]  # fmt: skip


def _plain(text: str) -> Any:
    from yaml import CSafeLoader, load  # noqa: PLC0415  only children pay for it

    return load(text, Loader=CSafeLoader)


def bomb(random: Random) -> str:
    """A file that is small and wants to be large, deep or long."""
    count = random.choice([10, 100, 1000, 10_000, 60_000])
    letter = random.choice("abxz")
    return random.choice(
        [
            "a: &a [x]\n"
            + "\n".join(f"b{n}: &b{n} [*a, *a, *a]" for n in range(count)),
            "[" * count,
            "{a: " * count,
            "- " * count,
            "? " * count,
            "[" * count + "]" * count,
            "a: " * count,
            "\n".join(" " * n + "a:" for n in range(min(count, 600))),
            "key: " + "9" * count,
            "key: " + letter * count,
            f"key: '{letter * count}",
            "\n".join(f"k{n}: {n}" for n in range(count)),
            "world: {" + ", ".join(f"k{n}: {{}}" for n in range(count)) + "}",
            "parameters: {" + ", ".join(f"k{n}: [1, 2, 3]" for n in range(19)) + "}",
            "parameters: {a: {from: 0, to: " + "9" * min(count, 14) + "}}",
            "include: [" + ", ".join(f"f{n}.yaml" for n in range(count)) + "]",
            "--- \n" * count,
            "%YAML 9.9\n---\n" * count,
            "!!python/object/apply:os.system [id]",
            "!" * count,
            "&" * count,
            "*" * count,
            ("\t" * count) + "a: b",
            "a: |\n" + " x\n" * count,
            "a: >-\n" + " x\n" * count,
            "#" + "x" * count * 5,
            "\ufeff" * count,
            "\r" * count,
            'a: "' + "\\u0041" * count + '"',
            'a: "' + "\\" * count,
        ]
    )


def hostile(random: Random) -> str:
    """A small scenario whose expressions want too much."""
    text = random.choice(HOSTILE_CEL)
    spread = random.choice(["claim", "where", "many"])
    claims = {"c": {"text": "t", "expression": text}}
    if spread == "many":
        claims |= {
            f"c{n}": {"text": "t", "expression": random.choice(HOSTILE_CEL)}
            for n in range(30)
        }
    document = {
        "key": "hostile",
        "title": "t",
        "parameters": {
            "x": ["a", "b"],
            "y": {"from": 0, "to": random.choice([9, 150])},
        },
        "world": {"machines": {"m": {"cores": 1, "ram_mib": 64}}},
        "arms": {"a": {"label": "a", "plan": [{"power_on": {"machine": "m"}}]}},
        "claims": claims,
    }
    if spread == "where":
        document["where"] = text
    return json.dumps(document, ensure_ascii=random.random() < 0.5)


def binary(random: Random) -> str:
    """Bytes that are no text, as far as a string can hold them."""
    data = random.randbytes(random.choice([2, 10, 1000, 100_000]))
    if random.random() < 0.5:
        return data.decode("latin-1")
    return data.decode("utf-16-le", random.choice(["replace", "surrogatepass"]))


KINDS: tuple[Callable[[Random], str], ...] = (
    mutated,
    mutated,
    line_mutated,
    line_mutated,
    retyped,
    bomb,
    hostile,
    binary,
)


def text_of(number: int) -> str:
    """The spoilt file of a number: always the same."""
    random = Random(number)
    return KINDS[number % len(KINDS)](random)


def outcome(text: str) -> str:
    """What reading a text comes to: ``scenario``, ``refused``, or what went wrong."""
    try:
        scenario = load_scenario(text, name="spoilt.yaml")
    except ScenarioError as error:
        is_clear = error.problems and all(
            problem.line >= 1 and problem.column >= 1 and problem.message
            for problem in error.problems
        )
        return "refused" if is_clear else "an error that says nothing"
    except Exception as error:  # noqa: BLE001  any crash is what is looked for
        return f"{type(error).__name__}: {error}"
    if scenario.key != "hostile":
        return "scenario"
    try:
        evaluate(scenario, scenario.variant(0))
    except ClaimError:
        return "refused"
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return "scenario"


def child(first: int, count: int) -> None:
    """Read some files with little memory and print a line for each."""
    outcome(text_of(0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    for number in range(first, first + count):
        text = text_of(number)
        began = time.thread_time()
        found = outcome(text)
        spent = time.thread_time() - began
        line = {"number": number, "seconds": round(spent, 4), "outcome": found[:200]}
        sys.stdout.write(f"{json.dumps(line)}\n")
        sys.stdout.flush()


def read_in_children(files: int, first: int = 0) -> Iterator[dict[str, Any]]:
    """Go through what became of each file; one that kills its child is named."""
    number, last = first, first + files
    while number < last:
        count = min(BATCH, last - number)
        words = ["--first", str(number), "--files", str(count), "--child"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.simulator.malformed", *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        yield from lines
        number += len(lines)
        if len(lines) < count:
            said = done.stderr.strip().splitlines()[-1:] or [""]
            ending = f"the child ended with {done.returncode}: {said[0]}"
            yield {"number": number, "seconds": 0.0, "outcome": ending}
            number += 1


def is_wrong(line: dict[str, Any]) -> bool:
    fine = line["outcome"] in {"scenario", "refused"}
    return not fine or line["seconds"] > SECONDS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.first, options.files)
        return 0
    lines = list(read_in_children(options.files, options.first))
    wrong = [line for line in lines if is_wrong(line)]
    for line in wrong:
        sys.stdout.write(f"{line}\n")
    counts = {
        kind: len(list(same))
        for kind, same in itertools.groupby(sorted(line["outcome"] for line in lines))
    }
    slowest = max(line["seconds"] for line in lines)
    sys.stdout.write(
        f"{len(lines)} files: {counts.get('refused', 0)} refused, "
        f"{counts.get('scenario', 0)} still scenarios, {len(wrong)} wrong; "
        f"the slowest took {slowest:.2f} s\n"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
