import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_user
from trapframe.accounts import tokens
from trapframe.accounts.models import ApiToken

pytestmark = pytest.mark.django_db


def test_a_new_token_keeps_only_the_digest_of_its_secret() -> None:
    owner = make_user()
    token, secret = tokens.issue(owner, "LMS", ["lms", "staff"])
    kept = ApiToken.objects.get()
    assert kept == token
    assert (kept.owner, kept.name, kept.scopes) == (owner, "LMS", ["lms", "staff"])
    assert kept.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert (kept.expires_at, kept.last_used_at, kept.revoked_at) == (None, None, None)


def test_secrets_have_the_prefix_and_256_random_bits() -> None:
    secrets = {tokens.issue(make_user(), "t", [])[1] for _ in range(5)}
    assert len(secrets) == 5
    # 32 bytes in base64 without padding.
    assert {(secret[:3], len(secret)) for secret in secrets} == {("tf_", 3 + 43)}


def test_the_secret_opens_its_token_and_notes_the_use() -> None:
    token, secret = tokens.issue(make_user(), "t", ["learner"])
    found = tokens.authenticate(secret)
    assert found == token
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert found.last_used_at == token.last_used_at


def test_the_use_is_noted_at_most_once_a_minute() -> None:
    token, secret = tokens.issue(make_user(), "t", ["learner"])
    recent = timezone.now() - timedelta(seconds=50)
    ApiToken.objects.update(last_used_at=recent)
    tokens.authenticate(secret)
    token.refresh_from_db()
    assert token.last_used_at == recent
    old = timezone.now() - timedelta(seconds=70)
    ApiToken.objects.update(last_used_at=old)
    tokens.authenticate(secret)
    token.refresh_from_db()
    assert token.last_used_at > old


@pytest.mark.parametrize("secret", ["", "tf_", "tf_wrong", "other"])
def test_no_other_secret_opens_anything(secret: str) -> None:
    tokens.issue(make_user(), "t", [])
    assert tokens.authenticate(secret) is None


def test_a_secret_without_the_prefix_is_not_looked_up(
    django_assert_num_queries: object,
) -> None:
    with django_assert_num_queries(0):
        assert tokens.authenticate("Zm9v") is None


def test_an_expired_token_is_closed() -> None:
    owner = make_user()
    soon = timezone.now() + timedelta(minutes=1)
    token, secret = tokens.issue(owner, "t", [], expires_at=soon)
    assert tokens.authenticate(secret) == token
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert tokens.authenticate(secret) is None


def test_a_revoked_token_is_closed_and_keeps_the_first_time() -> None:
    token, secret = tokens.issue(make_user(), "t", [])
    tokens.revoke(token)
    assert tokens.authenticate(secret) is None
    token.refresh_from_db()
    first = token.revoked_at
    tokens.revoke(token)
    token.refresh_from_db()
    assert token.revoked_at == first


def test_the_token_of_a_blocked_person_is_closed() -> None:
    owner = make_user(is_active=False)
    _, secret = tokens.issue(owner, "t", [])
    assert tokens.authenticate(secret) is None


def test_the_list_is_the_owners_living_tokens_newest_first() -> None:
    owner, other = make_user(), make_user()
    first, _ = tokens.issue(owner, "first", [])
    second, _ = tokens.issue(owner, "second", [])
    gone, _ = tokens.issue(owner, "gone", [])
    tokens.revoke(gone)
    tokens.issue(other, "other", [])
    assert list(tokens.tokens_of(owner)) == [second, first]
