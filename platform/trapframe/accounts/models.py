"""People, the tokens that speak for them, and how an LMS names them."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    """A person. Roles in a course are enrolments (quizzes), not fields here."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Scope(models.TextChoices):
    """What an API token may do; each endpoint names the one it needs."""

    LEARNER = "learner", "answer as its owner"
    STAFF = "staff", "read grade books of the owner's courses"
    LMS = "lms", "create learners, start attempts, read grades"


class ApiToken(models.Model):
    """A hashed bearer token; the secret is shown once, when it is made."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.scopes)})"


class ExternalIdentity(models.Model):
    """The name under which a learning-management system knows a person."""

    # The identity belongs to the LMS account that brought it, never to an e-mail.
    owner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="brought_identities"
    )
    external_id = models.CharField(max_length=255)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="external_identities"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "external identities"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "external_id"], name="external_identity_once"
            )
        ]

    def __str__(self) -> str:
        return self.external_id


class SignInLink(models.Model):
    """A one-time link that signs a learner in; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    next_path = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link of {self.user_id}"
