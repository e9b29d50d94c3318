import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from tests.factories import make_user
from trapframe.accounts import tokens
from trapframe.accounts.models import ApiToken, SignInLink, User
from trapframe.accounts.sign_in_links import make_link

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"
HOME = "/"
HOUR = timedelta(hours=1)


@pytest.fixture
def person() -> User:
    return make_user("anna", password=PASSWORD)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return response.content.decode()


class TestSignUp:
    url = reverse("accounts:sign-up")
    data = {"username": "berta", "password1": PASSWORD, "password2": PASSWORD}

    def test_it_makes_the_account_and_signs_in(self, client: Client) -> None:
        response = client.post(self.url, {**self.data, "next": "/attempts/"})
        assert (response.status_code, response["Location"]) == (302, "/attempts/")
        assert get_user(client) == User.objects.get(username="berta")

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", ""])
    def test_it_never_leads_to_another_site(self, client: Client, target: str) -> None:
        response = client.post(self.url, {**self.data, "next": target})
        assert response["Location"] == HOME

    def test_errors_are_listed_and_nothing_is_made(self, client: Client) -> None:
        response = client.post(self.url, {**self.data, "password2": "other"})
        assert response.status_code == 200
        assert 'role="alert"' in text(response)
        assert "<title>Error: Create an account" in text(response)
        assert User.objects.count() == 0

    def test_who_is_signed_in_goes_on(self, person: User) -> None:
        response = signed_in(person).get(self.url, {"next": "/attempts/"})
        assert (response.status_code, response["Location"]) == (302, "/attempts/")


class TestSignIn:
    url = reverse("accounts:sign-in")

    def test_it_signs_in_and_goes_on(self, client: Client, person: User) -> None:
        data = {"username": "anna", "password": PASSWORD, "next": "/attempts/"}
        response = client.post(self.url, data)
        assert (response.status_code, response["Location"]) == (302, "/attempts/")
        assert get_user(client) == person

    def test_the_answer_to_a_failure_names_no_reason(
        self, client: Client, person: User
    ) -> None:
        answers = set()
        for name in ("anna", "nobo"):
            data = {"username": name, "password": "wrong"}
            page = text(client.post(self.url, data)).replace(name, "NAME")
            assert "do not belong together" in page
            answers.add(re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page))
        assert len(answers) == 1

    def test_the_demo_lists_its_accounts(self, client: Client, settings: Any) -> None:
        assert "Accounts of this demo" not in text(client.get(self.url))
        settings.DEMO = True
        assert "Accounts of this demo" in text(client.get(self.url))


class TestSignOut:
    url = reverse("accounts:sign-out")

    def test_it_takes_a_post(self, person: User) -> None:
        client = signed_in(person)
        assert client.get(self.url).status_code == 405
        assert get_user(client) == person
        assert client.post(self.url)["Location"] == HOME
        assert not get_user(client).is_authenticated


class TestSignInLink:
    def test_looking_asks_and_sending_signs_in(
        self, client: Client, person: User
    ) -> None:
        secret = make_link(person, next_path="/attempts/", lifetime=HOUR)
        url = reverse("accounts:sign-in-link", args=[secret])
        assert "Continue as anna" in text(client.get(url))
        assert not get_user(client).is_authenticated
        assert client.post(url)["Location"] == "/attempts/"
        assert get_user(client) == person

    def test_a_used_link_is_gone(self, client: Client, person: User) -> None:
        secret = make_link(person, next_path="/", lifetime=HOUR)
        url = reverse("accounts:sign-in-link", args=[secret])
        client.post(url)
        other = Client()
        for response in (other.get(url), other.post(url)):
            assert response.status_code == 410
            assert "no longer works" in text(response)
        assert not get_user(other).is_authenticated

    def test_a_link_that_is_used_in_between_is_gone(
        self, client: Client, person: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = make_link(person, next_path="/", lifetime=HOUR)
        monkeypatch.setattr("trapframe.accounts.views.use_link", lambda _: None)
        response = client.post(reverse("accounts:sign-in-link", args=[secret]))
        assert response.status_code == 410
        assert not get_user(client).is_authenticated

    def test_it_changes_the_person_of_a_shared_computer(self, person: User) -> None:
        client = signed_in(make_user("other"))
        secret = make_link(person, next_path="/", lifetime=HOUR)
        client.post(reverse("accounts:sign-in-link", args=[secret]))
        assert get_user(client) == person
        assert SignInLink.objects.get().used_at is not None


class TestOwnAccount:
    pages = ["account", "password", "password-changed", "tokens"]

    @pytest.mark.parametrize("name", pages)
    def test_it_asks_to_sign_in(self, client: Client, name: str) -> None:
        url = reverse(f"accounts:{name}")
        expected = f"{reverse('accounts:sign-in')}?next={url}"
        assert client.get(url)["Location"] == expected

    @pytest.mark.parametrize("name", pages)
    def test_it_is_ones_own(self, person: User, name: str) -> None:
        response = signed_in(person).get(reverse(f"accounts:{name}"))
        assert response.status_code == 200
        assert text(response).count("<h1") == 1

    def test_the_account_page_names_the_person(self, person: User) -> None:
        person.first_name = "Anna <b>"
        person.save()
        page = text(signed_in(person).get(reverse("accounts:account")))
        assert "Anna &lt;b&gt;" in page
        assert "Anna <b>" not in page

    def test_changing_the_password(self, person: User) -> None:
        client, elsewhere = signed_in(person), signed_in(person)
        new = "another long one"
        data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        response = client.post(reverse("accounts:password"), data)
        assert response["Location"] == reverse("accounts:password-changed")
        person.refresh_from_db()
        assert person.check_password(new)
        assert get_user(client) == person
        assert not get_user(elsewhere).is_authenticated

    def test_the_old_password_is_asked_for(self, person: User) -> None:
        new = "another long one"
        data = {"old_password": "wrong", "new_password1": new, "new_password2": new}
        signed_in(person).post(reverse("accounts:password"), data)
        person.refresh_from_db()
        assert person.check_password(PASSWORD)


class TestTokens:
    url = reverse("accounts:tokens")

    def test_a_new_secret_is_shown_once(self, person: User) -> None:
        client = signed_in(person)
        data = {"name": "LMS", "scopes": ["lms"], "days": "30"}
        page = text(client.post(self.url, data))
        secret = page.partition('<code class="secret">')[2].partition("<")[0]
        assert tokens.authenticate(secret) == ApiToken.objects.get(owner=person)
        assert secret not in text(client.get(self.url))

    def test_sending_the_form_again_makes_no_second_token(self, person: User) -> None:
        client = signed_in(person)
        data = {"name": "LMS", "scopes": ["lms"], "days": "30"}
        client.post(self.url, data)
        assert "You have a token with this name" in text(client.post(self.url, data))
        assert ApiToken.objects.count() == 1

    def test_the_owner_revokes(self, person: User) -> None:
        token, secret = tokens.issue(person, "LMS", ["lms"])
        url = reverse("accounts:token-revoke", args=[token.pk])
        response = signed_in(person).post(url)
        assert response["Location"] == self.url
        assert tokens.authenticate(secret) is None

    def test_nobody_else_sees_or_revokes_it(self, client: Client, person: User) -> None:
        token, secret = tokens.issue(person, "Annas LMS", ["lms"])
        url = reverse("accounts:token-revoke", args=[token.pk])
        peer = signed_in(make_user())
        assert peer.post(url).status_code == 404
        assert "Annas LMS" not in text(peer.get(self.url))
        assert client.post(url).status_code == 302
        assert tokens.authenticate(secret) == token

    def test_revoking_takes_a_post(self, person: User) -> None:
        token, _ = tokens.issue(person, "LMS", ["lms"])
        url = reverse("accounts:token-revoke", args=[token.pk])
        assert signed_in(person).get(url).status_code == 405

    def test_the_list_costs_the_same_with_one_and_with_thirty(
        self, person: User, django_assert_num_queries: Any
    ) -> None:
        client = signed_in(person)
        counts = []
        for number in (1, 29):
            for _ in range(number):
                tokens.issue(person, f"t{ApiToken.objects.count()}", ["lms"])
            with django_assert_num_queries(3) as captured:  # session, person, list
                assert client.get(self.url).status_code == 200
            counts.append(len(captured))
        assert counts == [3, 3]
