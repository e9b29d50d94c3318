"""Learners that an LMS brings: known by its own id for them, never by e-mail."""

import uuid
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from quizzes.domain.errors import DomainError, NotAllowedError, NotFoundError
from quizzes.models import AssessmentInstance
from quizzes.rules import can_grade, is_staff_somewhere
from trapframe.accounts.models import ExternalIdentity, User


class LearnerUnknownError(DomainError):
    """The LMS names a person whom it has not brought."""

    status_hint = 404


@dataclass(frozen=True, slots=True)
class Brought:
    """A learner of an LMS; ``created`` is False when it had brought them before."""

    identity: ExternalIdentity
    created: bool


def bring_learner(owner: User, *, external_id: str, name: str, email: str) -> Brought:
    """Find or create the LMS's learner; a changed name or e-mail is taken over.

    An e-mail that somebody else here has changes nothing: accounts are never merged.
    """
    known = _identities(owner).filter(external_id=external_id).first()
    if known is not None:
        _rename(known.user, name=name, email=email)
        return Brought(known, created=False)
    try:
        with transaction.atomic():
            user = _new_user(name=name, email=email)
            identity = ExternalIdentity.objects.create(
                owner=owner, external_id=external_id, user=user
            )
    except IntegrityError:  # the same request, at the same moment
        return Brought(learner_of(owner, external_id), created=False)
    return Brought(identity, created=True)


def learner_of(owner: User, external_id: str) -> ExternalIdentity:
    """The learner whom this LMS brought; LearnerUnknownError (``learner_unknown``)."""
    identity = _identities(owner).filter(external_id=external_id).first()
    if identity is None:
        raise LearnerUnknownError(
            "learner_unknown", "You have brought no learner with this external_id."
        )
    return identity


def attempt_of(owner: User, attempt: uuid.UUID) -> AssessmentInstance:
    """An attempt of a brought learner in a course that the owner teaches.

    Raises NotFoundError for any other attempt.
    """
    instance = (
        AssessmentInstance.objects.select_related("assessment__course", "user")
        .filter(uuid=attempt, user__external_identities__owner=owner)
        .first()
    )
    if instance is None or not can_grade(owner, instance.assessment.course):
        raise NotFoundError("attempt")
    return instance


def require_plain_learner(user: User) -> None:
    """A link that signs in must not open more than a learner's own pages.

    Raises NotAllowedError (``privileged_learner``) for staff and instructors.
    """
    if user.is_staff or is_staff_somewhere(user):
        raise NotAllowedError(
            "privileged_learner", "Staff sign in with their own password."
        )


def _identities(owner: User) -> QuerySet[ExternalIdentity]:
    return ExternalIdentity.objects.select_related("user").filter(owner=owner)


def _new_user(*, name: str, email: str) -> User:
    return User.objects.create(
        username=f"lms-{uuid.uuid4().hex}",
        first_name=name,
        email=email,
        password=make_password(None),
    )


def _rename(user: User, *, name: str, email: str) -> None:
    if (user.first_name, user.email) == (name, email):
        return
    user.first_name, user.email = name, email
    user.save(update_fields=["first_name", "email"])
