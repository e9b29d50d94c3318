"""Courses from YAML, chapters from Markdown with YAML front matter."""

import re

from quizzes.specs.course import ChapterSpec, CourseSpec, ObjectiveSpec
from quizzes.specs.fields import SLUG, SLUG_HINT, UNSTORABLE, Fields, read_mapping
from quizzes.specs.problems import SpecError, SpecProblem
from quizzes.specs.question_reader import OBJECTIVE_KEY, OBJECTIVE_KEY_HINT

LONGEST_CHAPTER = 200_000
MOST_OBJECTIVES = 30
LEVELS = ("introductory", "intermediate", "advanced")
FIGURES = ("two-towers",)
FRONT_MATTER = re.compile(
    r"---[ \t]*\n(.*?)^---[ \t]*$\n?(.*)", re.DOTALL | re.MULTILINE
)
HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)


def read_course(source: str, *, name: str = "<course>") -> CourseSpec:
    """Read a course; raises SpecError with every problem of the text."""
    fields = read_mapping(source, name=name)
    spec = CourseSpec(
        key=fields.slug("key"),
        title=fields.text("title", longest=200),
        summary=fields.text("summary", longest=2_000),
        chapters=fields.texts(
            "chapters", longest=50, pattern=SLUG, hint=SLUG_HINT, fewest=1
        ),
    )
    fields.finish()
    fields.problems.check()
    return spec


def read_chapter(source: str, *, name: str = "<chapter>") -> ChapterSpec:
    """Read a chapter; raises SpecError with every problem of the text."""
    match = FRONT_MATTER.match(source.replace("\r\n", "\n"))
    if match is None:
        message = "The file does not begin with front matter."
        hint = "Put YAML between two lines of `---` before the text."
        raise SpecError(name, (SpecProblem(1, 1, "", message, hint),))
    # An empty line for the first fence: places then count from the file's start.
    fields = read_mapping("\n" + match[1], name=name)
    spec = _chapter(fields, match[2].strip())
    fields.finish()
    fields.problems.check()
    return spec


def _chapter(fields: Fields, text: str) -> ChapterSpec:
    fault = _fault(text)
    if fault:
        fields.problems.add((1, 1), "", fault, "")
    heading = HEADING.search(text)
    middle = heading.start() if heading else len(text)
    return ChapterSpec(
        key=fields.slug("key"),
        number=fields.whole_number("number", lowest=1, highest=999),
        title=fields.text("title", longest=200),
        level=fields.choice("level", LEVELS),
        minutes=fields.whole_number("minutes", lowest=1, highest=600),
        objectives=_objectives(fields),
        next_title=fields.text("next_title", longest=200, default="") or None,
        figure=fields.optional_choice("figure", FIGURES),
        intro=text[:middle].strip(),
        body=text[middle:],
    )


def _fault(text: str) -> str:
    if not text:
        return "The chapter has no text."
    if len(text) > LONGEST_CHAPTER:
        return f"The chapter is longer than {LONGEST_CHAPTER} characters."
    if UNSTORABLE.search(text):
        return "The text holds a character that cannot be stored."
    return ""


def _objectives(fields: Fields) -> tuple[ObjectiveSpec, ...]:
    found: dict[str, ObjectiveSpec] = {}
    for entry in fields.mappings("objectives", fewest=1, most=MOST_OBJECTIVES):
        objective = ObjectiveSpec(
            key=entry.text(
                "key", longest=20, pattern=OBJECTIVE_KEY, hint=OBJECTIVE_KEY_HINT
            ),
            statement=entry.text("statement", longest=300),
        )
        if objective.key and objective.key in found:
            entry.add("key", "Another objective has this key.")
        found.setdefault(objective.key, objective)
        entry.finish()
    return tuple(found.values())
