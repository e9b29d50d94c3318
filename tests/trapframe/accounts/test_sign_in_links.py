import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from tests.factories import make_user
from trapframe.accounts.models import SignInLink, User
from trapframe.accounts.sign_in_links import find_link, make_link, use_link

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_only_the_digest_of_the_secret_is_kept() -> None:
    user = make_user()
    before = timezone.now()
    secret = make_link(user, next_path="/attempts/", lifetime=HOUR)
    link = SignInLink.objects.get()
    assert (link.user, link.next_path, link.used_at) == (user, "/attempts/", None)
    assert link.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert before + HOUR <= link.expires_at <= timezone.now() + HOUR
    assert (secret[:4], len(secret)) == ("tfl_", 4 + 43)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["", "attempts/", "//evil.example/", "/\\evil.example/", "https://e.x/"]
)
def test_a_link_leads_nowhere_else(path: str) -> None:
    with pytest.raises(ValueError, match="no path of this site"):
        make_link(make_user(), next_path=path, lifetime=HOUR)
    assert SignInLink.objects.count() == 0


@pytest.mark.django_db
def test_looking_at_a_link_does_not_use_it() -> None:
    user = make_user()
    secret = make_link(user, next_path="/", lifetime=HOUR)
    assert find_link(secret) == find_link(secret) == SignInLink.objects.get()
    assert use_link(secret) == user


@pytest.mark.django_db
def test_a_link_works_once() -> None:
    user = make_user()
    secret = make_link(user, next_path="/", lifetime=HOUR)
    assert use_link(secret) == user
    assert use_link(secret) is None
    assert find_link(secret) is None


@pytest.mark.django_db
def test_a_link_runs_out() -> None:
    secret = make_link(make_user(), next_path="/", lifetime=timedelta(seconds=-1))
    assert find_link(secret) is None
    assert use_link(secret) is None


@pytest.mark.django_db
def test_a_link_of_a_blocked_person_is_dead() -> None:
    secret = make_link(make_user(is_active=False), next_path="/", lifetime=HOUR)
    assert use_link(secret) is None


@pytest.mark.django_db
def test_an_unknown_secret_is_no_link() -> None:
    make_link(make_user(), next_path="/", lifetime=HOUR)
    assert use_link("tfl_unknown") is None


@pytest.mark.django_db(transaction=True)
def test_of_many_uses_at_the_same_moment_one_wins() -> None:
    user = make_user()
    secret = make_link(user, next_path="/", lifetime=HOUR)

    def use() -> User | None:
        try:
            return use_link(secret)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        results = [task.result() for task in [pool.submit(use) for _ in range(8)]]
    assert results.count(user) == 1
    assert results.count(None) == 7
