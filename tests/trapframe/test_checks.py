import pytest
from django.core.checks import Error
from pytest_django import Settings

from trapframe import checks

GOOD_KEY = "k" * 64


def _ids(found: object) -> list[str]:
    assert isinstance(found, list)
    assert all(isinstance(item, Error) and item.hint for item in found)
    return [item.id for item in found]


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.EMBEDDED = settings.DEMO = settings.DEBUG = False
    settings.SECRET_KEY = GOOD_KEY
    settings.ALLOWED_HOSTS = ["quiz.example.org"]
    return settings


def test_production_settings_have_no_fault(production: Settings) -> None:
    assert _ids(checks.check_production()) == []
    assert _ids(checks.check_always()) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("EMBEDDED", True, "trapframe.E001"),
        ("DEMO", True, "trapframe.E002"),
        ("DEBUG", True, "trapframe.E003"),
        ("ALLOWED_HOSTS", ["*"], "trapframe.E004"),
    ],
)
def test_what_production_must_not_run_with(
    production: Settings, name: str, value: object, expected: str
) -> None:
    setattr(production, name, value)
    assert _ids(checks.check_production()) == [expected]


def test_the_demo_serves_this_machine_alone(production: Settings) -> None:
    production.DEMO = True
    assert _ids(checks.check_always()) == ["trapframe.E005"]
    production.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert _ids(checks.check_always()) == []


@pytest.mark.parametrize("key", ["short", "embedded-only-not-a-secret-" + "0" * 40])
def test_production_has_a_key_of_its_own(production: Settings, key: str) -> None:
    production.SECRET_KEY = key
    assert _ids(checks.check_always()) == ["trapframe.E006"]
    production.EMBEDDED = True
    assert _ids(checks.check_always()) == []
