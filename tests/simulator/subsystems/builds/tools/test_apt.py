"""apt-get: lists, the question, versions that are gone."""

import pytest

from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    failure,
    image,
    outcome,
    ran,
    there,
    wait,
    written,
)
from tests.simulator.worlds import events

UPDATE = "apt-get update && "
PYTHON = ["/usr/bin/python3", "/usr/lib/libpython3/files", "/usr/lib/python3/files"]
RECOMMENDED = "/usr/lib/certificates/files"
ABORT = "Do you want to continue? [Y/n] Abort."


def files(line: str, **more: str) -> list[str]:
    """What a line installs: without the lists and the notes of what is installed."""
    kept = ("/var/lib/apt", "/var/lib/dpkg")
    return [path for path in there(line, **more) if not path.startswith(kept)]


def test_a_base_image_has_no_lists() -> None:
    said = "E: Unable to locate package python3"
    assert ran("apt-get install -y python3", base="ubuntu") == (100, said)


def test_lists_without_a_yes() -> None:
    line = f"{UPDATE}apt-get install python3"
    assert ran(line, base="ubuntu") == (1, ABORT)


def test_each_of_two_mistakes_hides_the_other() -> None:
    statuses = [
        ran(line, base="ubuntu")[0]
        for line in (
            "apt-get install python3",
            "apt-get install -y python3",
            f"{UPDATE}apt-get install python3",
            f"{UPDATE}apt-get install -y python3",
        )
    ]
    assert statuses == [100, 100, 1, 0]


@pytest.mark.parametrize(
    "consent",
    [
        "apt-get install -y python3",
        "apt-get -y install python3",
        "apt-get install --yes python3",
        "apt-get install --assume-yes python3",
        "apt-get install -qq python3",
        "apt-get install -q -q python3",
        "yes | apt-get install python3",
        "echo y | apt-get install python3",
        "echo Y | apt-get install python3",
        "apt install -y python3",
    ],
)
def test_ways_to_say_yes(consent: str) -> None:
    assert files(UPDATE + consent) == sorted([*PYTHON, RECOMMENDED])


@pytest.mark.parametrize(
    "line",
    [
        "apt-get install -q python3",
        "echo n | apt-get install python3",
        "yes no | apt-get install python3",
        "apt-get install python3 < /dev/null",
        "DEBIAN_FRONTEND=noninteractive apt-get install python3",
    ],
)
def test_ways_that_are_no_yes(line: str) -> None:
    assert ran(UPDATE + line) == (1, ABORT)


def test_no_question_where_nothing_comes_along() -> None:
    assert ran(f"{UPDATE}apt-get install curl", base="ubuntu")[0] == 0
    line = f"{UPDATE}apt-get install python3 libpython3 certificates"
    assert ran(line, base="ubuntu")[0] == 0


def test_somebody_who_says_yes() -> None:
    line = f"{UPDATE}apt-get install python3"
    mechanisms = {"build.prompt": "answered"}
    assert ran(line, base="ubuntu", mechanisms=mechanisms) == (0, "")


def test_images_that_come_with_lists() -> None:
    mechanisms = {"build.index": "shipped"}
    line = "apt-get install -y python3"
    assert ran(line, base="ubuntu", mechanisms=mechanisms) == (0, "")
    assert ran("apk add python3", base="alpine", mechanisms=mechanisms) == (0, "")
    assert ran("true", base="busybox", mechanisms=mechanisms) == (0, "")
    assert ran("cat /var/lib/apt/lists/main", mechanisms=mechanisms)[0] == 0


def test_recommended_packages_are_a_choice() -> None:
    line = f"{UPDATE}apt-get install -y --no-install-recommends python3"
    assert files(line) == PYTHON


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("apt-get install -y nothing", 100, "E: Unable to locate package nothing"),
        (
            "apt-get install -y python3=3.11",
            100,
            "E: Version '3.11' for 'python3' was not found",
        ),
        ("apt-get install -y python3=3.12-1", 0, ""),
        ("apt-get frobnicate", 100, "E: Invalid operation frobnicate"),
        ("apt-get", 100, "E: Invalid operation "),
        ("apt-get install", 0, ""),
        ("apt-get upgrade -y", 0, ""),
        ("apt-get upgrade", 0, ""),
        ("apt-get clean", 0, ""),
        ("apt-get remove nothing", 0, ""),
        ("apt-get install curl && apt-get remove curl", 1, ABORT),
        ("apt-get install curl && apt-get remove -y curl && curl", 127, ""),
        ("apt-get install -y ring", 0, ""),
    ],
)
def test_how_it_ends(line: str, status: int, message: str) -> None:
    found = ran(UPDATE + line, base="ubuntu")
    assert found[0] == status
    assert message in found[1]


def test_only_root_installs() -> None:
    lines = ("FROM ubuntu", "RUN apt-get update", "USER nobody")
    assert failure(*lines, "RUN apt-get install -y curl")[:2] == (4, 100)
    done = carried_out("\n".join([*lines, "RUN apt-get update"]))
    ended = events(done, "exit", target="/usr/bin/apt-get")[-1]
    lock = "/var/lib/apt/lists/lock"
    said = f"E: Could not open lock file {lock} - open (13: Permission denied)"
    assert ended.detail["log"] == said


def test_what_is_installed_is_not_installed_again() -> None:
    text = ("FROM ubuntu", "RUN apt-get update && apt-get install -y python3")
    found = image(*text, "RUN apt-get install python3 && touch /a")
    assert found["layers"][-1]["files"] == ["/a"]


def test_an_update_without_a_network_is_only_a_warning() -> None:
    found = outcome(carried_out("FROM ubuntu\nRUN --network=none apt-get update"))
    assert (found["state"], found["downloaded_kib"]) == ("built", 0)
    done = carried_out(f"FROM ubuntu\nRUN --network=none {UPDATE}apt-get install curl")
    ended = events(done, "exit", target="/usr/bin/apt-get")[-1]
    assert ended.detail["log"] == "E: Unable to locate package curl"


def test_an_installation_without_a_network() -> None:
    text = "FROM ubuntu\nRUN apt-get update\nRUN --network=none apt-get install curl"
    done = carried_out(text)
    ended = events(done, "exit", target="/usr/bin/apt-get")[-1]
    said = "E: Failed to fetch http://archive.example.org  Temporary failure resolving"
    assert ended.detail["log"] == f"{said} 'archive.example.org'"


TWO_STEPS = "FROM ubuntu\nRUN apt-get update\nRUN apt-get install -y python3 # v1"


def later(**more: str) -> tuple[str, str]:
    """State and last words of the second build, eleven days after the first."""
    world = {"dockerfiles": {"next": {"text": TWO_STEPS.replace("v1", "v2")}}}
    done = carried_out(
        TWO_STEPS, build(), wait(11), build("next", "next"), world=world, **more
    )
    ended = events(done, "exit", target="/usr/bin/apt-get")[-1]
    return outcome(done, "next")["state"], ended.detail.get("log", "")


def test_a_cached_list_of_weeks_ago() -> None:
    said = "http://archive.example.org/python3_3.12-1_x86_64.deb  404  Not Found"
    assert later() == ("failed", f"E: Failed to fetch {said}")


def test_an_archive_that_keeps_what_it_had() -> None:
    assert later(mechanisms={"build.archive": "keeps"}) == ("built", "")


def test_a_cache_that_looks_at_the_world() -> None:
    assert later(mechanisms={"build.cache": "world"}) == ("built", "")
    assert later(mechanisms={"build.cache": "off"}) == ("built", "")


def test_an_upgrade_follows_the_lists() -> None:
    first = "FROM ubuntu\nRUN apt-get update && apt-get install -y python3"
    text = f"{first}\nRUN apt-get update && apt-get upgrade -y # late"
    world = {"dockerfiles": {"next": {"text": text}}}
    done = carried_out(first, build(), wait(11), build("next", "next"), world=world)
    found = outcome(done, "next")["image"]["contents"]
    assert found["/var/lib/dpkg/info/python3"] == "3.12-2"
    asks = world["dockerfiles"]["next"]["text"].replace("upgrade -y", "upgrade")
    world = {"dockerfiles": {"next": {"text": asks}}}
    done = carried_out(first, build(), wait(11), build("next", "next"), world=world)
    assert outcome(done, "next")["exit_status"] == 1


def test_lists_stay_in_the_layer_unless_they_are_removed_there() -> None:
    install = f"{UPDATE}apt-get install -y curl"
    sizes = [
        image("FROM ubuntu", *lines)["kib"]
        for lines in (
            (f"RUN {install}",),
            (f"RUN {install} && rm -rf /var/lib/apt/lists/*",),
            (f"RUN {install}", "RUN rm -rf /var/lib/apt/lists/*"),
        )
    ]
    assert sizes[0] == sizes[2] == sizes[1] + 4096


def test_archives_stay_where_nothing_cleans_up() -> None:
    world = {
        "images": {
            "plain": {
                "userland": "debian",
                "removes": ["/etc/apt/apt.conf.d/docker-clean"],
            }
        }
    }
    path = "/var/cache/apt/archives/curl.deb"
    line = f"{UPDATE}apt-get install -y curl"
    cleaned = ("FROM ubuntu", "RUN rm /etc/apt/apt.conf.d/docker-clean")
    assert path in image(*cleaned, f"RUN {line}")["files"]
    assert path not in image(*cleaned, f"RUN {line} && apt-get clean")["files"]
    assert path not in image("FROM ubuntu", f"RUN {line}", world=world)["files"]


def test_programs_are_for_the_processor_of_the_image() -> None:
    assert written(f"{UPDATE}apt-get install curl; uname -m > /out") == "x86_64\n"


def test_removing_later_shrinks_nothing() -> None:
    install = "RUN apt-get update && apt-get install -y python3"
    one = image("FROM ubuntu", install)
    two = image("FROM ubuntu", install, "RUN apt-get purge -y python3 nothing")
    assert two["kib"] == one["kib"]
    assert "/usr/bin/python3" not in two["files"]
    assert "/usr/bin/python3" in two["layers"][-1]["whiteouts"]


SECOND = {
    "archives": {
        "extra": {
            "manager": "apt",
            "host": "extra.example.org",
            "index_kib": 512,
            "packages": [{"name": "htop", "installed_kib": 200, "depends": ["curl"]}],
        }
    }
}


def test_packages_of_another_archive() -> None:
    found = outcome(
        carried_out(f"FROM ubuntu\nRUN {UPDATE}apt-get install -y htop", world=SECOND)
    )
    assert found["state"] == "built"
    assert found["downloaded_kib"] == 4096 + 512 + 1000 + 1000
    assert {"/usr/bin/curl", "/usr/lib/htop/files"} <= {*found["image"]["files"]}


def test_a_package_is_removed_with_all_that_it_brought() -> None:
    install = f"{UPDATE}apt-get install -y python3-pip htop"
    text = f"FROM ubuntu\nRUN {install} && apt-get purge -y python3-pip"
    found = outcome(carried_out(text, world=SECOND))["image"]["files"]
    assert "/usr/bin/pip" not in found
    assert "/usr/lib/python3/EXTERNALLY-MANAGED" not in found
    assert "/usr/bin/python3" in found
    assert "/usr/lib/htop/files" in found
