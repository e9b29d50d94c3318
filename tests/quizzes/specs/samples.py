"""Small correct files, and a short way to see what is wrong with spoilt ones."""

from collections.abc import Callable
from typing import Any

import pytest

from quizzes.specs import SpecError

CHOICE = """\
key: which-type
type: multiple_choice
title: Which type?
chapter: virtualization
objectives: [LO1, LO2]
scenario: bare-hardware
prompt: |
  A server has ${ram_gib} GiB.

  **Which** type fits?
choose: 1
options:
  - key: a
    text: Type 1
    claim: type_1_serves
  - key: b
    text: Type 2
    claim: type_2_serves
    refuted_by: type_2_needs_a_host
    feedback: It needs a host.
explanation: Type 1 needs no host.
"""

FREE = """\
key: tell-me
type: free_response
title: Tell me
prompt: Which one, and why?
max_words: 200
rubric:
  - {key: decision, points: 1, statement: Decides.}
  - {key: reason, points: 3, statement: Gives the reason.}
"""

COURSE = """\
key: operating-systems
title: Operating systems
summary: How programs share a machine.
chapters: [processes, virtualization]
"""

CHAPTER = """\
---
key: virtualization
number: 21
title: Virtualization
level: intermediate
minutes: 30
objectives:
  - {key: LO1, statement: Say what it is.}
  - {key: LO2, statement: Say why it pays.}
next_title: Distributed systems
figure: two-towers
---
One becomes many.

## Why

Because.
"""

ASSESSMENT = """\
key: chapter-quiz
chapter: virtualization
title: Quiz
kind: quiz
instructions: Two tries each.
attempts_allowed: 3
tries_per_question: 2
score_policy: last
time_limit_minutes: 20
slots:
  - {question: which-type, max_mark: 1}
  - {question: tell-me, max_mark: 2.5}
"""


def without(source: str, *keys: str) -> str:
    """The file without the lines that begin with these keys."""
    prefixes = tuple(f"{key}:" for key in keys)
    lines = source.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(prefixes))


def problems(
    reader: Callable[..., Any], source: str, **names: Any
) -> list[tuple[int, int, str, str]]:
    """What the reader says of the file: line, column, path, message."""
    with pytest.raises(SpecError) as caught:
        reader(source, **names)
    return [
        (problem.line, problem.column, problem.path, problem.message)
        for problem in caught.value.problems
    ]


def hints(reader: Callable[..., Any], source: str, **names: Any) -> list[str]:
    with pytest.raises(SpecError) as caught:
        reader(source, **names)
    return [problem.hint for problem in caught.value.problems]
