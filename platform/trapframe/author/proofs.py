"""Prove, watch the proof, read what it found, publish."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from quizzes.domain.observing_proofs import request_for_proof
from quizzes.domain.proving import cancel_proof, is_current, request_proof
from quizzes.domain.publishing import publish_question
from quizzes.domain.queries.authored import own_proof, own_version
from quizzes.domain.queries.fidelity import fidelity_of
from quizzes.domain.queries.observed import why_nobody
from quizzes.models import Proof
from trapframe.author.standing import OPEN, standing
from trapframe.web.instructors import attempt, instructors_only, page

ROWS = 50
EXAMPLES = 10


@require_POST
@instructors_only
def prove(request: HttpRequest, pk: int) -> HttpResponse:
    version = own_version(request.user, pk)
    proof = attempt(request, request_proof, version, user=request.user)
    if proof is None:
        return redirect("author:question", version.question_id)
    return redirect("author:proof", proof.uuid)


@require_POST
@instructors_only
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    version = own_version(request.user, pk)
    published = attempt(request, publish_question, version, user=request.user)
    if published is not None:
        messages.success(request, f"{published} is published.")
    return redirect("author:question", version.question_id)


@require_POST
@instructors_only
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = own_proof(request.user, uuid)
    attempt(request, cancel_proof, found, user=request.user)
    return redirect("author:proof", uuid)


@require_POST
@instructors_only
def observe(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask workers to carry some variants of the proof out on their own kernels."""
    found = own_proof(request.user, uuid)
    queued = attempt(request, request_for_proof, found, user=request.user)
    if queued:
        messages.success(request, f"{len(queued)} observations are asked for.")
    elif queued is not None:
        messages.info(request, "These variants were observed lately.")
    return redirect("author:proof", uuid)


@require_safe
@instructors_only
def proof(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = own_proof(request.user, uuid)
    rows = Paginator(found.matrix, ROWS).get_page(request.GET.get("page"))
    options = _options(found)
    fidelity = fidelity_of(found.scenario_version, found.scenario_digest)
    context = {
        "title": f"Proof of {found.question_version}",
        "proof": found,
        "version": found.question_version,
        "is_open": found.state in OPEN,
        "is_current": is_current(found),
        "standing": standing(found.question_version),
        "options": options,
        "fidelity": fidelity,
        "why_nobody": "" if fidelity.variants else why_nobody(found.scenario_version),
        "counterexamples": Paginator(found.counterexamples, EXAMPLES).get_page(
            request.GET.get("examples")
        ),
        "rows": rows,
        "cells": [_row(row, options) for row in rows],
    }
    return page(request, "author/proof.html", context)


def _options(proof: Proof) -> list[dict[str, Any]]:
    """The options of the text that the matrix is about, else what the rows name."""
    body = proof.question_version.spec.get("body", {})
    # A variant whose claims could not be evaluated has no row of its own.
    keys = next((list(row["row"]) for row in proof.matrix if row["row"]), [])
    options = [option for option in body.get("options", []) if option["key"] in keys]
    if proof.question_digest == proof.question_version.digest:
        return options
    # The text has changed since: its words no longer belong to these columns.
    return [{"key": key} for key in keys]


def _row(row: dict[str, Any], options: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "seed": row["seed"],
        "params": row["params"],
        "holds": [row["row"].get(option["key"]) for option in options],
    }
