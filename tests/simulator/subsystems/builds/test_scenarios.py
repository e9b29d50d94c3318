"""The shipped scenarios of builds: which claim stands on which mechanism."""

from functools import cache

import pytest

from simulator import Scenario, evaluate, explain
from tests.simulator.worlds import fixture

pytestmark = pytest.mark.exhaustive

FLIPS = [
    ("dockerfile-in-four-lines", "build.index", "shipped", "cannot_locate"),
    ("dockerfile-in-four-lines", "build.index", "shipped", "consent_is_enough"),
    ("dockerfile-in-four-lines", "build.index", "shipped", "asks_in_vain"),
    ("dockerfile-in-four-lines", "build.prompt", "answered", "update_is_enough"),
    ("dockerfile-in-four-lines", "build.prompt", "answered", "each_hides_the_other"),
    ("apt-update-and-prompt", "build.prompt", "answered", "needs_more_aborts"),
    ("apt-update-and-prompt", "build.prompt", "answered", "frontend_consents"),
    ("apt-update-and-prompt", "build.prompt", "answered", "recommendation_asks"),
    ("cache-order", "build.cache", "off", "list_first_keeps_packages"),
    ("cache-order", "build.cache", "off", "a_day_is_nothing"),
    ("cache-order", "build.cache", "off", "order_does_not_matter"),
    ("cache-order", "build.copy_key", "times", "touching_is_nothing"),
    ("cache-order", "build.copy_key", "times", "touching_builds_again"),
    ("stale-index-weeks-later", "build.archive", "keeps", "the_old_list_is_used"),
    ("stale-index-weeks-later", "build.archive", "keeps", "it_updates_first"),
    ("stale-index-weeks-later", "build.cache", "world", "the_old_list_is_used"),
    ("stale-index-weeks-later", "build.cache", "world", "unchanged_is_old"),
    ("run-curl-is-cached", "build.cache", "world", "run_gives_the_old_release"),
    ("run-curl-is-cached", "build.cache", "off", "a_tag_is_only_a_name"),
    ("multi-stage-image-size", "build.stages", "all", "unused_stages_are_skipped"),
    ("multi-stage-image-size", "build.deletion", "erase", "removal_shrinks_nothing"),
    ("secret-in-a-deleted-layer", "build.deletion", "erase", "later_hides_it"),
    ("secret-in-a-deleted-layer", "build.deletion", "erase", "later_is_clean"),
    ("secret-in-a-deleted-layer", "build.deletion", "erase", "the_copy_is_a_layer"),
    ("rm-in-a-later-run", "build.deletion", "erase", "the_end_is_too_late"),
    ("rm-in-a-later-run", "build.deletion", "erase", "moving_costs"),
    ("arg-before-from", "build.args", "everywhere", "run_sees_nothing"),
    ("arg-before-from", "build.args", "everywhere", "each_stage_for_itself"),
    ("base-image-without-apt", "build.index", "shipped", "apk_needs_an_index"),
]
STAND = [
    ("dockerfile-in-four-lines", "build.index", "shipped", "both_are_enough"),
    ("dockerfile-in-four-lines", "build.prompt", "answered", "cannot_locate"),
    ("apt-update-and-prompt", "build.index", "shipped", "needs_more_aborts"),
    ("cache-order", "build.copy_key", "times", "list_first_keeps_packages"),
    ("run-curl-is-cached", "build.cache", "world", "add_gives_the_new_release"),
    ("multi-stage-image-size", "build.deletion", "erase", "two_stages_shrink"),
    ("secret-in-a-deleted-layer", "build.deletion", "erase", "a_mount_is_clean"),
    ("arg-before-from", "build.args", "everywhere", "env_is_stronger"),
    ("base-image-without-apt", "build.index", "shipped", "not_found_there"),
    ("entrypoint-and-cmd-combine", "build.cache", "off", "one_line_of_both"),
    ("build-for-another-architecture", "build.cache", "off", "run_cannot_start"),
]


@cache
def scenario(key: str) -> Scenario:
    return fixture(key)


@cache
def holds(key: str, seed: int = 0, mechanism: str = "", value: str = "") -> object:
    found = scenario(key)
    overlay = {mechanism: value} if mechanism else {}
    params = found.variant(seed)
    claims = evaluate(found, params, seed=seed, mechanisms=overlay).claims
    return {name: claim.holds for name, claim in claims.items()}


def truth(key: str, claim: str, *how: str) -> bool:
    found = holds(key, 0, *how)
    assert isinstance(found, dict)
    return bool(found[claim])


@pytest.mark.parametrize(("key", "mechanism", "value", "claim"), FLIPS)
def test_claims_that_stand_on_a_mechanism(
    key: str, mechanism: str, value: str, claim: str
) -> None:
    assert truth(key, claim) is not truth(key, claim, mechanism, value)


@pytest.mark.parametrize(("key", "mechanism", "value", "claim"), STAND)
def test_claims_that_do_not(key: str, mechanism: str, value: str, claim: str) -> None:
    assert truth(key, claim) is truth(key, claim, mechanism, value)


KEYS = sorted({key for key, _, _, _ in FLIPS + STAND})


@pytest.mark.parametrize("key", KEYS)
def test_the_last_variant_says_the_same_of_the_options(key: str) -> None:
    first, last = holds(key), holds(key, scenario(key).space_size - 1)
    assert isinstance(first, dict)
    assert isinstance(last, dict)
    claims = {
        option.claim
        for obligation in scenario(key).obligations
        for option in obligation.options
    }
    assert {c: first[c] for c in claims} == {c: last[c] for c in claims}


@pytest.mark.parametrize("key", KEYS)
def test_every_scenario_has_enough_variants_and_two_questions(key: str) -> None:
    found = scenario(key)
    assert found.space_size >= 12
    assert len(found.obligations) >= 1
    assert all(len(o.options) >= 4 for o in found.obligations)


def told(key: str, claim: str) -> list[tuple[str, str]]:
    """Action and target of the events that explain a claim."""
    found = scenario(key)
    done = evaluate(found, found.variant(0))
    return [
        (e.action, str(e.detail.get("target"))) for _, e in explain(done, claim).chain
    ]


def test_why_the_four_lines_fail() -> None:
    assert told("dockerfile-in-four-lines", "cannot_locate") == [
        ("build", "app"),
        ("execve", "/bin/sh"),
        ("execve", "/usr/bin/apt-get"),
        ("exit", "/usr/bin/apt-get"),
    ]


def test_why_alpine_is_another_matter() -> None:
    assert told("base-image-without-apt", "not_found_there") == [
        ("build", "app"),
        ("execve", "/bin/sh"),
        ("execve", "apt-get"),
    ]


def test_why_another_processor_fails() -> None:
    chain = told("build-for-another-architecture", "run_cannot_start")
    assert chain[0] == ("build", "app")
    assert chain[-1] == ("execve", "/bin/sh")
    assert "pull" in [action for action, _ in chain]


YOURS = {
    "as it is": ("", [False, False, False]),
    "mended": (
        (
            "FROM ubuntu\nRUN apt-get update && apt-get install -y python3\n"
            'COPY report.py /app/\nCMD ["python3", "/app/report.py"]'
        ),
        [True, True, False],
    ),
    "mended and small": (
        (
            "FROM ubuntu\nRUN apt-get update && apt-get install -y python3 \\\n"
            " && rm -rf /var/lib/apt/lists/*\n"
            'COPY report.py /app/\nCMD ["python3", "/app/report.py"]'
        ),
        [True, True, True],
    ),
    "shell in front": (
        (
            "FROM ubuntu\nRUN apt-get update && apt-get install -y python3\n"
            "COPY report.py /app/\nCMD python3 /app/report.py"
        ),
        [True, False, False],
    ),
    "script by its first line": (
        (
            "FROM ubuntu\nRUN apt-get update && apt-get install -y python3\n"
            'COPY report.py /app/\nCMD ["/app/report.py"]'
        ),
        [True, True, False],
    ),
    "cleaned up too late": (
        (
            "FROM ubuntu\nRUN apt-get update && apt-get install -y python3\n"
            "RUN rm -rf /var/lib/apt/lists/*\n"
            'COPY report.py /app/\nCMD ["python3", "/app/report.py"]'
        ),
        [True, True, False],
    ),
    "nothing to run": (
        "FROM ubuntu\nCOPY report.py /app/",
        [True, False, True],
    ),
    "no Dockerfile": ("services: {}", [False, False, False]),
}


@pytest.mark.parametrize(("text", "expected"), YOURS.values(), ids=[*YOURS])
def test_dockerfiles_that_are_handed_in(text: str, expected: list[bool]) -> None:
    found = scenario("dockerfile-in-four-lines")
    documents = {"yours": text} if text else {}
    claims = evaluate(found, found.variant(0), documents=documents).claims
    names = ("yours_builds", "yours_is_one_process", "yours_is_small")
    assert [claims[name].holds for name in names] == expected
