"""Specs of every shape that the readers can return, for the properties below."""

from decimal import Decimal

from hypothesis import strategies as st

from quizzes.specs import (
    AssessmentSpec,
    ChapterSpec,
    CourseSpec,
    FreeResponseBody,
    MultipleChoiceBody,
    ObjectiveSpec,
    OptionSpec,
    QuestionSpec,
    RubricItem,
    SlotSpec,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
KEYS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
NUMBERS = st.integers(1, 100)
MARKS = st.decimals("0.01", "1000", places=2)

OPTIONS = st.builds(
    OptionSpec,
    key=KEYS,
    text=TEXTS,
    claim=KEYS,
    refuted_by=st.none() | KEYS,
    feedback=TEXTS,
)
RUBRIC_ITEMS = st.builds(RubricItem, key=KEYS, points=NUMBERS, statement=TEXTS)
MULTIPLE_CHOICE_BODIES = st.builds(
    MultipleChoiceBody,
    choose=NUMBERS,
    options=st.lists(OPTIONS, max_size=4).map(tuple),
)
FREE_RESPONSE_BODIES = st.builds(
    FreeResponseBody,
    rubric=st.lists(RUBRIC_ITEMS, max_size=4).map(tuple),
    max_words=NUMBERS,
)


def questions(
    kind: str,
    bodies: st.SearchStrategy[MultipleChoiceBody] | st.SearchStrategy[FreeResponseBody],
) -> st.SearchStrategy[QuestionSpec]:
    return st.builds(
        QuestionSpec,
        key=KEYS,
        type=st.just(kind),
        title=TEXTS,
        chapter=st.none() | KEYS,
        objectives=st.lists(KEYS, max_size=3).map(tuple),
        scenario=st.none() | KEYS,
        prompt=TEXTS,
        explanation=TEXTS,
        body=bodies,
    )


QUESTIONS = questions("multiple_choice", MULTIPLE_CHOICE_BODIES) | questions(
    "free_response", FREE_RESPONSE_BODIES
)
COURSES = st.builds(
    CourseSpec,
    key=KEYS,
    title=TEXTS,
    summary=TEXTS,
    chapters=st.lists(KEYS, max_size=3).map(tuple),
)
CHAPTERS = st.builds(
    ChapterSpec,
    key=KEYS,
    number=NUMBERS,
    title=TEXTS,
    level=KEYS,
    minutes=NUMBERS,
    objectives=st.lists(
        st.builds(ObjectiveSpec, key=KEYS, statement=TEXTS), max_size=3
    ).map(tuple),
    next_title=st.none() | TEXTS,
    figure=st.none() | KEYS,
    intro=TEXTS,
    body=TEXTS,
)
ASSESSMENTS = st.builds(
    AssessmentSpec,
    key=KEYS,
    chapter=KEYS,
    title=TEXTS,
    kind=KEYS,
    instructions=TEXTS,
    attempts_allowed=st.none() | NUMBERS,
    tries_per_question=NUMBERS,
    score_policy=KEYS,
    time_limit_minutes=st.none() | NUMBERS,
    slots=st.lists(
        st.builds(SlotSpec, question=KEYS, max_mark=MARKS | st.just(Decimal(1))),
        max_size=3,
    ).map(tuple),
)
SPECS = QUESTIONS | COURSES | CHAPTERS | ASSESSMENTS
