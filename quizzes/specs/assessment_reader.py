"""Assessments from YAML."""

from decimal import Decimal

from quizzes.specs.assessment import AssessmentSpec, SlotSpec
from quizzes.specs.fields import Fields, read_mapping

KINDS = ("quiz", "exercise", "interview")
SCORE_POLICIES = ("best", "last")
MOST_SLOTS = 200
HIGHEST_MARK = Decimal(1000)
MOST_TRIES = 100


def read_assessment(source: str, *, name: str = "<assessment>") -> AssessmentSpec:
    """Read an assessment; raises SpecError with every problem of the text."""
    fields = read_mapping(source, name=name)
    spec = AssessmentSpec(
        key=fields.slug("key"),
        chapter=fields.slug("chapter"),
        title=fields.text("title", longest=200),
        kind=fields.choice("kind", KINDS),
        instructions=fields.text("instructions", longest=5_000, default=""),
        attempts_allowed=fields.optional_number(
            "attempts_allowed", lowest=1, highest=MOST_TRIES
        ),
        tries_per_question=fields.whole_number(
            "tries_per_question", lowest=1, highest=MOST_TRIES, default=1
        ),
        score_policy=fields.choice("score_policy", SCORE_POLICIES, default="best"),
        time_limit_minutes=fields.optional_number(
            "time_limit_minutes", lowest=1, highest=10_080
        ),
        slots=_slots(fields),
    )
    fields.finish()
    fields.problems.check()
    return spec


def _slots(fields: Fields) -> tuple[SlotSpec, ...]:
    slots: list[SlotSpec] = []
    for entry in fields.mappings("slots", fewest=1, most=MOST_SLOTS):
        slot = SlotSpec(
            question=entry.slug("question"),
            max_mark=entry.points("max_mark", highest=HIGHEST_MARK),
        )
        if slot.question and slot.question in {earlier.question for earlier in slots}:
            entry.add("question", "Another slot asks this question.")
        slots.append(slot)
        entry.finish()
    return tuple(slots)
