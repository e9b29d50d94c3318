"""Questions from YAML."""

import re
from collections.abc import Collection, Mapping

from quizzes.specs.fields import Fields, did_you_mean, read_mapping, shown
from quizzes.specs.question import (
    FREE_RESPONSE,
    MULTIPLE_CHOICE,
    FreeResponseBody,
    MultipleChoiceBody,
    OptionSpec,
    QuestionSpec,
    RubricItem,
)
from quizzes.specs.scenario_names import ScenarioNames

LONG_TEXT = 20_000
MOST_OPTIONS = 12
MOST_RUBRIC_ITEMS = 20
MOST_WORDS = 5_000
OPTION_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
OPTION_KEY_HINT = "Use up to 20 small letters, digits, hyphens and underscores."
OBJECTIVE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
OBJECTIVE_KEY_HINT = "Objectives have keys such as LO1."


def read_question(
    source: str,
    *,
    name: str = "<question>",
    parameters: Collection[str] | None = None,
    claims: Collection[str] | None = None,
    chapters: Mapping[str, Collection[str]] | None = None,
) -> QuestionSpec:
    """Read a question; raises SpecError with every problem of the text.

    `parameters` and `claims` are the names that the question's scenario has, and
    `chapters` the keys of its course's chapters, each with those of its objectives;
    without them the names that the question uses are not checked.
    """
    fields = read_mapping(source, name=name)
    spec = _question(fields, ScenarioNames(source, parameters, claims))
    _check_objectives(fields, spec, chapters)
    fields.problems.check()
    return spec


def _question(fields: Fields, names: ScenarioNames) -> QuestionSpec:
    kind = fields.choice("type", (MULTIPLE_CHOICE, FREE_RESPONSE))
    scenario = fields.optional_slug("scenario")
    if kind == FREE_RESPONSE:
        names = names.without_scenario()
    spec = QuestionSpec(
        key=fields.slug("key"),
        type=kind,
        title=fields.text("title", longest=200),
        chapter=fields.optional_slug("chapter"),
        objectives=fields.texts(
            "objectives", longest=20, pattern=OBJECTIVE_KEY, hint=OBJECTIVE_KEY_HINT
        ),
        scenario=scenario,
        prompt=names.text(fields, "prompt", longest=LONG_TEXT),
        explanation=names.text(fields, "explanation", longest=LONG_TEXT, default=""),
        body=_body(kind, fields, names, scenario),
    )
    fields.finish()
    return spec


def _check_objectives(
    fields: Fields,
    spec: QuestionSpec,
    chapters: Mapping[str, Collection[str]] | None,
) -> None:
    """A question names objectives of one chapter, and the course has them."""
    if chapters is None:
        return
    if spec.chapter is None:
        if spec.objectives:
            message = "Objectives are those of a chapter."
            fields.add("objectives", message, "Name it with the key `chapter`.")
        return
    if spec.chapter not in chapters:
        message = f"The course has no chapter {shown(spec.chapter)}."
        fields.add("chapter", message, did_you_mean(spec.chapter, chapters))
        return
    known = chapters[spec.chapter]
    for index, key in enumerate(spec.objectives):
        if key and key not in known:
            message = f"The chapter has no objective {shown(key)}."
            hint = did_you_mean(key, known)
            fields.add_to_entry("objectives", index, message, hint)


def _body(
    kind: str, fields: Fields, names: ScenarioNames, scenario: str | None
) -> MultipleChoiceBody | FreeResponseBody:
    if kind == MULTIPLE_CHOICE:
        if scenario is None:
            message = "A multiple-choice question needs a `scenario` that decides it."
            fields.add("scenario", message)
        return _multiple_choice(fields, names)
    if kind == FREE_RESPONSE:
        if scenario is not None:
            message = "A free response is graded by a person: nothing is run."
            fields.add("scenario", message, "Remove the key `scenario`.")
        return _free_response(fields)
    fields.expect("choose", "options", "rubric", "max_words")
    return FreeResponseBody(rubric=(), max_words=0)


def _multiple_choice(fields: Fields, names: ScenarioNames) -> MultipleChoiceBody:
    entries = list(fields.mappings("options", fewest=2, most=MOST_OPTIONS))
    options = tuple(_option(entry, names) for entry in entries)
    texts = [" ".join(option.text.casefold().split()) for option in options]
    claims = [option.claim for option in options]
    _once(entries, "key", [option.key for option in options], "has this key")
    _once(entries, "text", texts, "says the same")
    _once(entries, "claim", claims, "names this claim, and the two always agree")
    highest = max(len(entries), 1)
    choose = fields.whole_number("choose", lowest=1, highest=highest)
    return MultipleChoiceBody(choose=choose, options=options)


def _option(entry: Fields, names: ScenarioNames) -> OptionSpec:
    option = OptionSpec(
        key=entry.text("key", longest=20, pattern=OPTION_KEY, hint=OPTION_KEY_HINT),
        text=names.text(entry, "text", longest=1_000),
        claim=names.claim(entry, "claim"),
        refuted_by=names.claim(entry, "refuted_by", default="") or None,
        feedback=names.text(entry, "feedback", longest=2_000, default=""),
    )
    if option.claim and option.refuted_by == option.claim:
        message = "A claim cannot refute itself."
        entry.add("refuted_by", message, "Name a claim that holds when this fails.")
    entry.finish()
    return option


def _free_response(fields: Fields) -> FreeResponseBody:
    entries = list(fields.mappings("rubric", fewest=1, most=MOST_RUBRIC_ITEMS))
    rubric = tuple(_rubric_item(entry) for entry in entries)
    _once(entries, "key", [item.key for item in rubric], "has this key")
    max_words = fields.whole_number(
        "max_words", lowest=1, highest=MOST_WORDS, default=500
    )
    return FreeResponseBody(rubric=rubric, max_words=max_words)


def _rubric_item(entry: Fields) -> RubricItem:
    item = RubricItem(
        key=entry.slug("key"),
        points=entry.whole_number("points", lowest=1, highest=100),
        statement=entry.text("statement", longest=500),
    )
    entry.finish()
    return item


def _once(entries: list[Fields], key: str, values: list[str], does: str) -> None:
    """Note each value that an earlier entry of the list has; faulty ones are empty."""
    seen: set[str] = set()
    for entry, value in zip(entries, values, strict=True):
        if value and value in seen:
            entry.add(key, f"An earlier entry {does}.")
        seen.add(value)
