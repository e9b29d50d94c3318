"""Evidence: what the learner may see of the runs that decided an answer.

Before the question's tries are used up only the run of the chosen option is shown,
and only where one option is chosen; the right option's run comes with the reveal.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import simulator
from quizzes.domain.queries.attempts import question_row
from quizzes.domain.queries.observed import observed_for
from quizzes.domain.queries.observed_views import Observed, ShownClaim
from quizzes.domain.queries.run_rows import EvidenceRow, deciding_rows
from quizzes.execution.in_process import scenario_of
from quizzes.models import GradeEvent, Run, Submission, Verdict
from quizzes.question_types.base import Presentation, ReviewedOption
from quizzes.question_types.registry import question_type
from quizzes.rules import can_grade, can_view_instance
from quizzes.specs import MultipleChoiceBody, QuestionSpec


@dataclass(frozen=True, slots=True)
class EvidencePanel:
    """One arm's run: the events that decide an option, and the world at its end."""

    option_key: str
    option_html: str
    claim: str
    claim_text: str
    holds: bool
    arm: str
    arm_label: str
    rows: tuple[EvidenceRow, ...]
    topology_svg: str
    timeline_svg: str
    trace_hash: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict with what decided it; ``options`` is empty until revealed."""

    verdict: Verdict
    outcome: str
    fraction: Decimal | None
    message: str
    chosen: tuple[str, ...]
    revealed: bool
    panels: tuple[EvidencePanel, ...]
    observed: Observed | None
    """What a real kernel showed of the same claims; None where there are no panels."""
    options: tuple[ReviewedOption, ...]
    explanation_html: str
    points: Mapping[str, str]
    reason: str
    provenance: Mapping[str, Any]


def evidence_for(submission: Submission, *, viewer: Any) -> Evidence | None:
    """The applied verdict and its evidence as far as the viewer may see it now.

    None while there is no verdict, and for whoever may not see the attempt. Those
    who grade the course see everything.
    """
    instance = submission.variant.instance_question.instance
    verdict = _applied_verdict(submission)
    if verdict is None or not can_view_instance(viewer, instance):
        return None
    row = question_row(submission.variant)
    course = submission.variant.question_version.question.course
    revealed = row.is_revealed or can_grade(viewer, course)
    return _evidence(submission, verdict, revealed=revealed)


def _applied_verdict(submission: Submission) -> Verdict | None:
    return (
        Verdict.objects.filter(job__submission=submission, is_superseded=False)
        .select_related("question_version__question", "scenario_version__scenario")
        .order_by("-id")
        .first()
    )


def _evidence(submission: Submission, verdict: Verdict, *, revealed: bool) -> Evidence:
    variant = submission.variant
    spec = QuestionSpec.from_json(variant.question_version.spec)
    presentation = Presentation.from_json(variant.presentation)
    seen = verdict.evidence
    truths = {name: claim["holds"] for name, claim in seen.get("claims", {}).items()}
    options: tuple[ReviewedOption, ...] = ()
    explanation = ""
    if revealed and (truths or verdict.scenario_version is None):
        review = question_type(spec.type).review(
            spec, presentation, variant.params, truths
        )
        options, explanation = review.options, review.explanation_html
    event = GradeEvent.objects.filter(verdict=verdict).first()
    panels = tuple(_panels(verdict, spec, presentation, revealed=revealed))
    return Evidence(
        verdict=verdict,
        outcome=verdict.outcome,
        fraction=verdict.fraction,
        message=str(seen.get("message", "")),
        chosen=tuple(seen.get("chosen", ())),
        revealed=revealed,
        panels=panels,
        observed=_observed(verdict, panels),
        options=options,
        explanation_html=explanation,
        points=seen.get("points", {}),
        reason=event.reason if event else "",
        provenance=_provenance(verdict),
    )


def _panels(
    verdict: Verdict, spec: QuestionSpec, presentation: Presentation, *, revealed: bool
) -> Iterable[EvidencePanel]:
    body = spec.body
    claims = verdict.evidence.get("claims", {})
    version = verdict.scenario_version
    if not claims or version is None or not isinstance(body, MultipleChoiceBody):
        return
    scenario = scenario_of(version.source)
    runs = _runs(verdict)
    chosen = verdict.evidence["chosen"]
    html = {option.key: option.html for option in presentation.options}
    shown = _shown_options(verdict, body, chosen, revealed=revealed)
    for option in body.options:
        if option.key not in shown:
            continue
        claim = claims[option.claim]
        for arm, seqs in _by_arm(claim["deciding"]).items():
            if arm not in runs:
                continue
            yield EvidencePanel(
                option_key=option.key,
                option_html=html[option.key],
                claim=option.claim,
                claim_text=scenario.claims[option.claim].text,
                holds=claim["holds"],
                arm=arm,
                arm_label=scenario.arms[arm].label,
                rows=tuple(deciding_rows(runs[arm], seqs)),
                topology_svg=simulator.draw_topology(runs[arm]),
                timeline_svg=simulator.draw_timeline(runs[arm]),
                trace_hash=runs[arm].trace_hash,
            )


def _observed(verdict: Verdict, panels: tuple[EvidencePanel, ...]) -> Observed | None:
    """The observation of the options that the panels show, and of no others."""
    version = verdict.scenario_version
    if version is None or not panels:
        return None
    shown: dict[str, ShownClaim] = {}
    for panel in panels:
        before = shown.get(panel.option_key)
        arms = {**(before.arms if before else {}), panel.arm: panel.arm_label}
        shown[panel.option_key] = ShownClaim(
            option_key=panel.option_key,
            option_html=panel.option_html,
            claim=panel.claim,
            claim_text=panel.claim_text,
            simulated=panel.holds,
            arms=arms,
        )
    return observed_for(version, verdict.params_digest, tuple(shown.values()))


def _shown_options(
    verdict: Verdict, body: MultipleChoiceBody, chosen: list[str], *, revealed: bool
) -> set[str]:
    """The learner's own option, and the right ones once they may be known."""
    if revealed:
        holding = {key for key, holds in verdict.evidence["options"].items() if holds}
        return {*chosen, *holding}
    return set(chosen) if body.choose == 1 else set()


def _by_arm(deciding: list[list[Any]]) -> dict[str, set[int]]:
    arms: dict[str, set[int]] = {}
    for arm, seq in deciding:
        arms.setdefault(arm, set()).add(seq)
    return arms


def _runs(verdict: Verdict) -> dict[str, simulator.Run]:
    rows = Run.objects.filter(
        scenario_version=verdict.scenario_version,
        params_digest=verdict.params_digest,
        simulator_version=verdict.simulator_version,
    )
    return {
        row.arm: simulator.Run.from_json(json.loads(zlib.decompress(row.document)))
        for row in rows
        if verdict.trace_hashes.get(row.arm) == row.trace_hash
    }


def _provenance(verdict: Verdict) -> dict[str, Any]:
    scenario = verdict.scenario_version
    return {
        "question_version": str(verdict.question_version),
        "scenario_version": str(scenario) if scenario else None,
        "simulator_version": verdict.simulator_version or None,
        "seed": verdict.seed,
        "params_digest": verdict.params_digest,
        "trace_hashes": verdict.trace_hashes,
        "worker": verdict.worker,
        "started_at": verdict.started_at,
        "finished_at": verdict.finished_at,
    }
