from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from tests.factories import make_user
from trapframe.accounts import tokens
from trapframe.accounts.forms import SignInForm, SignUpForm, TokenForm
from trapframe.accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse"


def sign_in(username: str, password: str, address: str = "10.0.0.1") -> SignInForm:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    form = SignInForm(request, {"username": username, "password": password})
    form.is_valid()
    return form


def codes(form: SignInForm) -> list[str]:
    return [error.code for error in form.non_field_errors().as_data()]


def test_the_right_password_signs_in() -> None:
    user = make_user("anna", password=PASSWORD)
    form = sign_in("anna", PASSWORD)
    assert (form.errors, form.get_user()) == ({}, user)


def test_known_and_unknown_names_get_equal_answers() -> None:
    make_user("anna", password=PASSWORD)
    known, unknown = sign_in("anna", "wrong"), sign_in("nobody", "wrong")
    assert codes(known) == codes(unknown) == ["invalid_login"]
    assert known.errors == unknown.errors


def test_a_blocked_person_gets_the_same_answer() -> None:
    make_user("anna", password=PASSWORD, is_active=False)
    assert codes(sign_in("anna", PASSWORD)) == ["invalid_login"]


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_the_sixth_failure_of_a_name_is_refused(name: str) -> None:
    make_user("anna", password=PASSWORD)
    answers = [codes(sign_in(name, "wrong")) for _ in range(6)]
    assert answers == [["invalid_login"]] * 5 + [["throttled"]]


def test_even_the_right_password_waits_then() -> None:
    make_user("anna", password=PASSWORD)
    for _ in range(5):
        sign_in("Anna", "wrong")  # the count knows no capitals
    assert codes(sign_in("anna", PASSWORD)) == ["throttled"]
    assert codes(sign_in("anna", PASSWORD, address="10.0.0.2")) == []


def test_signing_in_forgets_the_failures() -> None:
    make_user("anna", password=PASSWORD)
    for _ in range(2):
        for _ in range(4):
            sign_in("anna", "wrong")
        assert codes(sign_in("anna", PASSWORD)) == []


def test_one_address_cannot_try_many_names() -> None:
    for number in range(50):
        assert codes(sign_in(f"name{number}", "wrong")) == ["invalid_login"]
    assert codes(sign_in("name50", "wrong")) == ["throttled"]
    assert codes(sign_in("name50", "wrong", address="10.0.0.2")) == ["invalid_login"]


def test_an_empty_form_counts_as_no_failure() -> None:
    for _ in range(6):
        form = sign_in("", "")
    assert form.errors.keys() == {"username", "password"}


def test_signing_up_makes_an_ordinary_person() -> None:
    form = SignUpForm(
        {
            "username": "anna",
            "first_name": "Anna",
            "last_name": "",
            "password1": "a long enough one",
            "password2": "a long enough one",
            "is_staff": "1",
        }
    )
    assert form.is_valid(), form.errors
    user = form.save()
    assert User.objects.get() == user
    assert (user.username, user.first_name, user.is_staff) == ("anna", "Anna", False)
    assert user.check_password("a long enough one")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"username": "taken"}, "username"),
        ({"username": "no spaces"}, "username"),
        ({"password1": "short", "password2": "short"}, "password2"),
        ({"password2": "another long one"}, "password2"),
    ],
)
def test_signing_up_is_checked(data: dict[str, str], field: str) -> None:
    make_user("taken")
    password = "a long enough one"
    good = {"username": "anna", "password1": password, "password2": password}
    assert SignUpForm({**good, **data}).errors.keys() == {field}


def test_a_tokens_name_is_used_once_among_the_living() -> None:
    owner = make_user()
    data = {"name": "LMS", "scopes": ["lms"], "days": "30"}
    token, _ = tokens.issue(owner, "LMS", [])
    assert TokenForm(data, owner=owner).errors.keys() == {"name"}
    assert TokenForm(data, owner=make_user()).is_valid()
    tokens.revoke(token)
    assert TokenForm(data, owner=owner).is_valid()


def test_a_token_ends_when_its_form_says() -> None:
    data = {"name": "LMS", "scopes": ["lms", "staff"]}
    month = TokenForm({**data, "days": "30"}, owner=make_user())
    never = TokenForm({**data, "days": "0"}, owner=make_user())
    assert (month.is_valid(), never.is_valid()) == (True, True)
    wanted = timezone.now() + timedelta(days=30)
    assert abs(month.expires_at() - wanted) < timedelta(seconds=5)
    assert never.expires_at() is None
    assert never.cleaned_data["scopes"] == ["lms", "staff"]


def test_a_token_has_a_scope_that_exists() -> None:
    data = {"name": "LMS", "days": "30"}
    assert TokenForm(data, owner=make_user()).errors.keys() == {"scopes"}
    wrong = TokenForm({**data, "scopes": ["root"]}, owner=make_user())
    assert wrong.errors.keys() == {"scopes"}
