"""Single and multiple choice: an option is right when its claim held in the run."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from quizzes.markup import Scalar, render_block, render_inline
from quizzes.question_types.base import (
    BrokenQuestionError,
    Grade,
    InvalidAnswerError,
    Outcome,
    Presentation,
    PresentedOption,
    Review,
    ReviewedOption,
)
from quizzes.scoring import FRACTION_STEP
from quizzes.specs import (
    MULTIPLE_CHOICE,
    MultipleChoiceBody,
    OptionSpec,
    QuestionSpec,
)
from simulator import Obligation, Option


class MultipleChoice:
    """Radio buttons when one option is to be chosen, else checkboxes."""

    name = MULTIPLE_CHOICE

    def obligation(self, spec: QuestionSpec) -> Obligation:
        body = _body(spec)
        options = tuple(
            Option(option.key, option.claim, option.refuted_by)
            for option in body.options
        )
        return Obligation(options=options, true=body.choose, key=spec.key)

    def present(
        self, spec: QuestionSpec, params: Mapping[str, Scalar], seed: int
    ) -> Presentation:
        body = _body(spec)
        options = tuple(
            PresentedOption(option.key, render_inline(option.text, params))
            for option in _shuffled(body.options, f"{seed}:{spec.key}")
        )
        return Presentation(
            type=self.name,
            control="radio" if body.choose == 1 else "checkbox",
            prompt_html=render_block(spec.prompt, params),
            choose=body.choose,
            options=options,
            max_words=0,
        )

    def parse_answer(
        self, spec: QuestionSpec, presentation: Presentation, raw: Mapping[str, Any]
    ) -> dict[str, Any]:
        chosen = _chosen_keys(raw.get("chosen"))
        known = [option.key for option in presentation.options]
        if not chosen:
            raise InvalidAnswerError("nothing_chosen", "Choose an option first.")
        if not chosen <= set(known):
            message = "One of the chosen options does not belong to this question."
            raise InvalidAnswerError("unknown_option", message)
        if len(chosen) > presentation.choose:
            message = f"Choose at most {presentation.choose}; you chose {len(chosen)}."
            raise InvalidAnswerError("too_many_chosen", message)
        return {"chosen": [key for key in known if key in chosen]}

    def grade(
        self,
        spec: QuestionSpec,
        presentation: Presentation,
        answer: Mapping[str, Any],
        claims: Mapping[str, bool],
    ) -> Grade:
        body = _body(spec)
        holds = _truth(body, claims)
        chosen = tuple(answer["chosen"])
        right = sum(holds[key] for key in chosen)
        wrong = len(chosen) - right
        fraction = Decimal(max(right - wrong, 0)) / body.choose
        outcome = Outcome.PARTIAL
        if fraction == 1:
            outcome = Outcome.CORRECT
        elif fraction == 0:
            outcome = Outcome.INCORRECT
        return Grade(
            fraction=fraction.quantize(FRACTION_STEP),
            outcome=outcome,
            options=holds,
            chosen=chosen,
        )

    def review(
        self,
        spec: QuestionSpec,
        presentation: Presentation,
        params: Mapping[str, Scalar],
        claims: Mapping[str, bool],
    ) -> Review:
        body = _body(spec)
        holds = _truth(body, claims)
        by_key = {option.key: option for option in body.options}
        options = tuple(
            _reviewed(shown, by_key[shown.key], params, holds=holds[shown.key])
            for shown in presentation.options
        )
        return Review(render_block(spec.explanation, params), options, rubric=())


def _body(spec: QuestionSpec) -> MultipleChoiceBody:
    if not isinstance(spec.body, MultipleChoiceBody):
        raise TypeError(f"The question {spec.key} is of type {spec.type}.")
    return spec.body


def _shuffled(options: Iterable[OptionSpec], salt: str) -> list[OptionSpec]:
    """In an order that every process and every version of Python agrees on."""

    def place(option: OptionSpec) -> bytes:
        return hashlib.sha256(f"{salt}:{option.key}".encode()).digest()

    return sorted(options, key=place)


def _chosen_keys(raw: Any) -> set[str]:
    """The chosen keys of a form or of JSON, which may name one without a list."""
    keys = [raw] if isinstance(raw, str) else raw or []
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise InvalidAnswerError("malformed", "`chosen` must be a list of option keys.")
    return {key for key in keys if key}


def _truth(body: MultipleChoiceBody, claims: Mapping[str, bool]) -> dict[str, bool]:
    """Which options hold, from the run's claims and nothing else."""
    missing = sorted({option.claim for option in body.options} - set(claims))
    if missing:
        raise BrokenQuestionError(f"The run decided nothing on: {', '.join(missing)}.")
    holds = {option.key: claims[option.claim] for option in body.options}
    count = sum(holds.values())
    if count != body.choose:
        message = f"{count} options hold in this variant, not {body.choose}."
        raise BrokenQuestionError(message)
    return holds


def _reviewed(
    shown: PresentedOption,
    option: OptionSpec,
    params: Mapping[str, Scalar],
    *,
    holds: bool,
) -> ReviewedOption:
    return ReviewedOption(
        key=shown.key,
        html=shown.html,
        claim=option.claim,
        refuted_by=option.refuted_by,
        holds=holds,
        feedback_html="" if holds else render_inline(option.feedback, params),
    )
