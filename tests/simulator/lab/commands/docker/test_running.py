import pytest

from simulator.lab import Lab, prompt
from tests.simulator.lab.labs import answered, lab, process, rows, server, typed
from tests.simulator.worlds import ENGINE, box

CREATE = (
    "docker: Error response from daemon: failed to create task for container: failed"
    " to create shim task: OCI runtime create failed: runc create failed: unable to"
    " start container process: "
)
EXEC = "OCI runtime exec failed: exec failed: unable to start container process: "


def pulled(*names: str) -> Lab:
    here = server()
    for name in names:
        typed(here, f"docker pull -q {name}")
    return here


def test_a_container_is_pulled_and_started() -> None:
    here = server()
    text = typed(here, "docker run -d --name web nginx")
    lines = text.splitlines()
    assert lines[:2] == [
        "Unable to find image 'nginx:latest' locally",
        "latest: Pulling from library/nginx",
    ]
    assert [line.partition(": ")[2] for line in lines[2:4]] == ["Pull complete"] * 2
    assert lines[4].startswith("Digest: sha256:")
    assert lines[5] == "Status: Downloaded newer image for nginx:latest"
    assert len(lines[6]) == 64
    again = typed(here, "docker run -d --name other nginx")
    assert len(again.splitlines()) == 1


def test_a_second_image_brings_only_what_is_new() -> None:
    here = pulled("debian")
    lines = typed(here, "docker run -d nginx").splitlines()
    assert [line.partition(": ")[2] for line in lines[2:4]] == [
        "Already exists",
        "Pull complete",
    ]


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        ("docker run --rm alpine echo a b", "a b\n", 0),
        ("docker run --rm alpine sh -c 'exit 7'", "", 7),
        ("docker run --rm alpine false", "", 1),
        ("docker run --rm alpine cat /no", "cat: /no: No such file or directory\n", 1),
        ("docker run --rm alpine", "", 0),
        ("docker run --rm --init alpine true", "", 0),
        ("docker run --rm --init alpine sh -c 'echo $$; exit 3'", "2\n", 3),
        ("docker run --rm --init alpine no-such", "", 127),
        ("docker run --rm alpine uname -r", "6.1\n", 0),
        ("docker run --rm --name box alpine ps -o pid=,comm=", "      1 ps\n", 0),
        ("docker run --rm --pid host alpine sh -c 'echo $$' | wc -l", "1\n", 0),
        ("docker run --rm -h inside alpine hostname", "inside\n", 0),
        ("docker run --rm --uts=host alpine hostname", "server\n", 0),
        ("docker run --rm --entrypoint echo alpine a", "a\n", 0),
        ("docker run --rm stress -c 1 -t 1 | wc -l", "2\n", 0),
        ("echo hi | docker run --rm -i alpine cat", "hi\n", 0),
        ("echo hi | docker run --rm alpine cat", "", 0),
        ("echo 'echo $$' | docker run --rm -i alpine sh", "1\n", 0),
        (
            "docker run --rm alpine nothing",
            f'{CREATE}exec: "nothing": executable file not found in $PATH: unknown.\n',
            127,
        ),
        (
            "docker run --rm alpine /no",
            f'{CREATE}exec: "/no": stat /no: no such file or directory: unknown.\n',
            127,
        ),
        (
            "docker run --pull sometimes alpine",
            'docker: invalid pull option: "sometimes"\n',
            125,
        ),
        (
            "docker run --pull never nothing",
            (
                "docker: Error response from daemon: Error: No such image:"
                " nothing:latest\n"
            ),
            125,
        ),
        (
            "docker run --frob alpine",
            "unknown flag: --frob\n\nRun 'docker run --help' for more information\n",
            125,
        ),
    ],
)
def test_what_runs_in_a_container(line: str, text: str, status: int) -> None:
    assert answered(pulled("alpine", "stress"), line) == (text, status)


def test_behind_an_init_a_program_ends_as_well() -> None:
    here = pulled("alpine")
    typed(here, "docker run -d --init --name box alpine sleep 5")
    assert typed(here, "docker ps -q | wc -l") == "1\n"
    typed(here, "sleep 6")
    listed = typed(here, "docker ps -a --format '{{.Names}} {{.Status}}'")
    assert listed.startswith("box Exited (0) ")


def test_the_wrong_processor_shows_at_the_first_instruction() -> None:
    here = pulled("app:arm64")
    assert answered(here, "docker run --name a app:arm64") == (
        "exec /srv/app-arm64: exec format error\n",
        255,
    )
    assert typed(here, "docker logs a") == "exec /srv/app-arm64: exec format error\n"
    assert typed(here, "docker ps -a --format '{{.Status}}'").startswith("Exited (255)")


def test_the_wrong_system_is_refused_when_it_is_pulled() -> None:
    text, status = answered(server(), "docker run setup")
    assert status == 125
    assert text.splitlines()[1] == (
        'docker: Error response from daemon: image operating system "windows" cannot be'
        " used on this platform: operating system is not supported"
    )


def test_an_image_that_nobody_has() -> None:
    text, status = answered(server(), "docker run nothing:1")
    assert status == 125
    assert text.splitlines()[1] == (
        "docker: Error response from daemon: manifest for nothing:1 not found: manifest"
        " unknown: manifest unknown"
    )


def test_a_shell_in_a_container_is_number_1_of_its_own_world() -> None:
    here = pulled("debian")
    typed(here, "docker run -it --name box debian")
    assert prompt(here).startswith("root@")
    number = typed(here, "hostname").strip()
    assert len(number) == 12
    assert typed(here, "echo $$") == "1\n"
    assert answered(here, "ps") == ("bash: ps: command not found\n", 127)
    assert (
        typed(here, "grep -c . /proc/1/status; ls -d /proc/[0-9]*") == "14\n/proc/1\n"
    )
    assert typed(here, "kill -9 1; echo alive") == "alive\n"
    assert typed(here, "mount | head -1") == "overlay on / type overlay (rw,relatime)\n"
    assert answered(here, "dmesg")[1] == 1
    assert answered(here, "exit 3") == ("", 3)
    assert prompt(here) == "root@server:/# "
    assert typed(here, "docker ps -a --format '{{.ID}} {{.Status}}'") == (
        f"{number} Exited (3) Less than a second ago\n"
    )


def test_without_a_terminal_a_shell_has_nothing_to_do() -> None:
    here = pulled("debian")
    typed(here, "docker run -d --name a debian", "docker run -dit --name b debian")
    typed(here, "sleep 1")
    assert typed(here, "docker ps --format '{{.Names}}'") == "b\n"
    assert answered(here, "docker exec b hostname")[1] == 0
    typed(here, "docker rm -f b")
    assert typed(here, "docker ps -aq | wc -l") == "1\n"


def test_names_are_given_once() -> None:
    here = pulled("nginx")
    typed(here, "docker run -d --name web nginx")
    text, status = answered(here, "docker run -d --name web nginx")
    assert status == 125
    assert text.startswith(
        'docker: Error response from daemon: Conflict. The container name "/web" is'
        " already in use by container "
    )


def test_invented_names_differ() -> None:
    here = pulled("nginx")
    typed(here, "for i in $(seq 40); do docker run -d nginx; done")
    names = typed(here, "docker ps --format '{{.Names}}'").split()
    assert len(set(names)) == 40
    assert any(name[-1].isdigit() for name in names)


def test_exec_enters_a_container_that_runs() -> None:
    here = pulled("nginx")
    typed(here, "docker run -d --name web nginx")
    assert typed(here, "docker exec web hostname") == typed(here, "docker ps -q")
    assert typed(here, "docker exec web cat /proc/1/comm") == "nginx\n"
    assert typed(here, "docker exec web sh -c 'echo $$; exit 4'; echo $?") == "4\n4\n"
    typed(here, "docker exec -d web sleep 100; sleep 1")
    assert typed(here, "docker exec web ls -d /proc/5") == "/proc/5\n"
    typed(here, "docker exec -it web bash")
    assert typed(here, "cat /proc/$$/status | grep PPid") == "PPid:\t0\n"
    typed(here, "exit")
    assert answered(here, "docker exec web ps") == (
        f'{EXEC}exec: "ps": executable file not found in $PATH: unknown\n',
        127,
    )
    assert answered(here, "docker exec web /srv/no") == (
        f'{EXEC}exec: "/srv/no": stat /srv/no: no such file or directory: unknown\n',
        127,
    )
    typed(here, "docker exec web sh -c 'cp /usr/bin/ls /tmp/x; chmod -x /tmp/x'")
    assert answered(here, "docker exec web /tmp/x") == (
        f'{EXEC}exec: "/tmp/x": permission denied: unknown\n',
        126,
    )


def test_exec_needs_a_container_that_runs() -> None:
    here = pulled("alpine")
    typed(here, "docker run --name a alpine true")
    text, status = answered(here, "docker exec a ls")
    assert status == 1
    assert text.startswith("Error response from daemon: container ")
    assert text.endswith(" is not running\n")


def test_in_the_foreground_an_interrupt_goes_to_both() -> None:
    here = pulled("app")
    text, status = answered(here, "docker run --name a app")
    assert text == "^C  [lab: it waits for something that will not happen]\n\n"
    assert status == 130
    assert process(here, "app").alive
    assert typed(here, "docker ps --format '{{.Names}}'") == "a\n"


def test_containers_of_a_plan_are_there_too() -> None:
    here = lab((*ENGINE, box(2)))
    assert [row[1:3] for row in rows(here, "docker ps")[1:]] == [
        ["app_image", '"/srv/app"'],
        ["app_image", '"/srv/app"'],
    ]
    assert typed(here, "docker run -d --name x app_image; docker ps -q | wc -l") != ""
    assert typed(here, "docker ps -q | wc -l") == "3\n"
    assert answered(here, "docker exec box-1 sh")[1] == 127


def test_an_image_without_a_command_needs_one() -> None:
    here = lab(ENGINE, {"images": {"bare": {"size_mib": 1}}})
    assert answered(here, "docker run bare") == (
        "docker: Error response from daemon: no command specified\n",
        125,
    )


def test_without_memory_somebody_has_to_go() -> None:
    here = lab((*ENGINE, box(1)), {"machines": {"server": {"ram_mib": 500}}})
    typed(here, "docker run -d --name more app_image")
    assert typed(here, "dmesg | grep -c 'Out of memory: Killed process'") == "1\n"
    assert [row[-1] for row in rows(here, "docker ps")] == ["NAMES", "more"]
