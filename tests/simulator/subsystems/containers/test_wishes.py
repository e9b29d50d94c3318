"""What a container runs and who its processes are: image, then what is asked for."""

import pytest

from simulator.subsystems.containers.images import ImageConfig
from simulator.subsystems.containers.wishes import (
    ORDINARY,
    Wish,
    as_user,
    command_of,
    environment,
    found_at,
    with_init,
    words_of,
)
from simulator.subsystems.environment import Environment
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.users import Credentials, IdRange, UserNamespace

BOTH = ImageConfig(entrypoint=("/bin/entry",), cmd=("serve",))
ONLY_CMD = ImageConfig(cmd=("/srv/app",))
FIRST = UserNamespace(1)


def root(*paths: str) -> FileTree:
    tree = FileTree()
    for path in paths:
        tree.add(Program(path.rpartition("/")[2], path, "elf", "x86_64"))
    return tree


@pytest.mark.parametrize(
    ("config", "wish", "words"),
    [
        (BOTH, ORDINARY, ("/bin/entry", "serve")),
        (BOTH, Wish(command=("migrate",)), ("/bin/entry", "migrate")),
        (BOTH, Wish(command=()), ("/bin/entry",)),
        (BOTH, Wish(entrypoint=("/bin/sh",)), ("/bin/sh",)),
        (BOTH, Wish(entrypoint=("/bin/sh",), command=("x",)), ("/bin/sh", "x")),
        (ONLY_CMD, ORDINARY, ("/srv/app",)),
        (ONLY_CMD, Wish(command=("/bin/other",)), ("/bin/other",)),
        (ImageConfig(), ORDINARY, ()),
    ],
)
def test_entrypoint_and_command(
    config: ImageConfig, wish: Wish, words: tuple[str, ...]
) -> None:
    assert words_of(config, wish) == words


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("/srv/app",), ("/srv/app", ())),
        (("app", "--fast"), ("/usr/bin/app", ("--fast",))),
        (("nowhere",), ("nowhere", ())),
        (("/bin/sh", "-c", "app"), ("/bin/sh", ("-c", "/usr/bin/app"))),
        (
            ("/bin/sh", "-c", "app --x && exec other ; /srv/app"),
            ("/bin/sh", ("-c", "/usr/bin/app --x", "exec /bin/other", "/srv/app")),
        ),
        (("/bin/sh", "-c", "app", "lost"), ("/bin/sh", ("-c", "/usr/bin/app"))),
        (("/bin/sh", "-c", "exec"), ("/bin/sh", ("-c", "exec"))),
        (("/bin/sh", "x"), ("/bin/sh", ("x",))),
        (("/bin/sh",), ("/bin/sh", ())),
    ],
)
def test_from_words_to_a_program(
    words: tuple[str, ...], command: tuple[str, tuple[str, ...]]
) -> None:
    assert command_of(words, root("/usr/bin/app", "/bin/other")) == command


def test_the_first_directory_of_the_search_wins() -> None:
    assert found_at("app", root("/bin/app", "/usr/bin/app")) == "/usr/bin/app"


def test_the_engines_own_init_comes_first_and_needs_no_library() -> None:
    tree = root("/srv/app")
    assert with_init(tree, "x86_64", "/srv/app", ("a",)) == (
        "/sbin/docker-init",
        ("--", "/srv/app", "a"),
    )
    init = tree.files["/sbin/docker-init"]
    assert (init.acts_as, init.reaps, init.links) == ("init", True, "static")


def test_variables_asked_for_come_after_the_images() -> None:
    config = ImageConfig(env=("PATH=/bin", "MODE=a=b"))
    found = environment(config, Wish(env=("MODE=c", "NEW=")))
    assert found == Environment({"PATH": "/bin", "MODE": "c", "NEW": ""}, "/")


def test_the_directory_asked_for_comes_before_the_images() -> None:
    config = ImageConfig(workdir="/app")
    assert environment(config, Wish()).directory == "/app"
    assert environment(config, Wish(workdir="/srv")).directory == "/srv"


@pytest.mark.parametrize("user", ["", "0", "root"])
def test_root_stays_as_it_is(user: str) -> None:
    credentials = Credentials(0, FIRST)
    assert as_user(credentials, user) is credentials


@pytest.mark.parametrize(("user", "uid"), [("1234", 1234), ("app", 1000)])
def test_another_user_has_no_capability(user: str, uid: int) -> None:
    found = as_user(Credentials(0, FIRST), user)
    assert (found.uid, found.capabilities) == (uid, frozenset())


def test_a_user_of_a_user_namespace_is_another_one_outside() -> None:
    inside = UserNamespace(2, FIRST, 0, (IdRange(0, 100_000, 65_536),))
    assert as_user(Credentials(100_000, inside), "1000").uid == 101_000
    assert as_user(Credentials(100_000, inside), "70000").uid == 70_000
