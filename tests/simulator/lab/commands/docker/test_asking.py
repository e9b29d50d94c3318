import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, process, rows, server, typed


@pytest.fixture
def here() -> Lab:
    lab = server()
    typed(lab, "docker pull -q alpine; docker pull -q nginx; docker pull -q stress")
    return lab


def test_variables_are_those_of_the_image_and_those_asked_for(here: Lab) -> None:
    typed(here, "docker run -d --name a -e A=1 --env B=2 alpine sleep 9")
    assert typed(here, "docker inspect -f '{{.Config.Env}}' a") == '["A=1", "B=2"]\n'


def test_a_user_other_than_root_has_no_capabilities(here: Lab) -> None:
    line = "docker run --rm -u 1000 alpine sh -c 'id -u; grep CapEff /proc/self/status'"
    assert typed(here, line) == "1000\nCapEff:\t0000000000000000\n"


def test_a_file_system_that_is_read_only(here: Lab) -> None:
    assert answered(here, "docker run --rm --read-only alpine touch /tmp/f") == (
        "touch: cannot touch '/tmp/f': Read-only file system\n",
        1,
    )


def test_an_init_of_the_engine_is_the_first_process(here: Lab) -> None:
    typed(here, "docker run -d --init --name a app")
    assert typed(here, "docker exec a cat /proc/1/comm").strip() == "docker-init"
    before = here.engine.now
    typed(here, "docker stop a")
    assert here.engine.now - before < 1_000_000


def test_a_volume_outlives_its_container(here: Lab) -> None:
    typed(here, "docker run --rm -v data:/data alpine sh -c 'echo kept > /data/f'")
    line = "docker run --rm -v data:/data:ro alpine"
    assert typed(here, f"{line} cat /data/f") == "kept\n"
    assert answered(here, f"{line} touch /data/g") == (
        "touch: cannot touch '/data/g': Read-only file system\n",
        1,
    )


def test_a_directory_of_the_host_is_the_hosts(here: Lab) -> None:
    typed(here, "docker run --rm -v /srv:/mnt alpine sh -c 'echo x > /mnt/new'")
    assert typed(here, "cat /srv/new") == "x\n"


def test_what_a_container_writes_stays_in_its_own_layer(here: Lab) -> None:
    typed(here, "docker run --name a alpine sh -c 'echo x > /tmp/f'")
    text = answered(here, "docker run --rm alpine cat /tmp/f")[0]
    assert text == "cat: /tmp/f: No such file or directory\n"


def test_memory_has_a_limit(here: Lab) -> None:
    typed(here, "docker run -d -m 64m --name web nginx")
    assert rows(here, "docker stats --no-stream web")[1][3:6] == ["10MiB", "/", "64MiB"]
    assert typed(here, "docker exec web free -m; docker exec web nproc") != ""


def test_processors_have_a_limit(here: Lab) -> None:
    line = "docker run --rm --cpus 0.5 stress -c 1 -t 2"
    assert typed(here, line).splitlines()[-1].endswith("run completed in 4.00s")
    line = "docker run --rm stress -c 1 -t 2"
    assert typed(here, line).splitlines()[-1].endswith("run completed in 2.00s")


def test_numbers_of_processes_have_a_limit(here: Lab) -> None:
    line = "docker run --rm --pids-limit 2 alpine sh -c"
    assert typed(here, f"{line} 'sleep 1; echo ok'") == "ok\n"
    assert typed(here, f"{line} 'sleep 9 & sleep 9 & sleep 9'").splitlines()[-1] == (
        "sh: fork: retry: Resource temporarily unavailable"
    )


def test_a_port_is_published_once(here: Lab) -> None:
    typed(here, "docker run -d --name a -p 8080:80 nginx")
    assert typed(here, "docker ps --format '{{.Ports}}'") == "0.0.0.0:8080->80/tcp\n"
    text, status = answered(here, "docker run -d --rm --name b -p 8080:80 nginx")
    assert status == 125
    assert text.startswith("docker: Error response from daemon: driver failed")
    assert "port is already allocated" in text
    typed(here, "docker rm -f a")
    assert answered(here, "docker run -d --name b -p 8080:80/tcp nginx")[1] == 0


def test_a_restart_policy_starts_it_again(here: Lab) -> None:
    typed(
        here, "docker run -d --name a --restart always alpine sh -c 'sleep 3; exit 1'"
    )
    typed(here, "sleep 15")
    count = typed(here, "docker inspect -f '{{.RestartCount}}' a")
    assert int(count) >= 3
    typed(here, "docker stop a; sleep 30")
    assert typed(here, "docker ps -q") == ""
    assert typed(here, "docker inspect -f '{{.RestartCount}}' a") == count


def test_on_failure_gives_up(here: Lab) -> None:
    typed(
        here, "docker run -d --name a --restart on-failure:2 alpine false", "sleep 60"
    )
    assert typed(here, "docker inspect -f '{{.RestartCount}} {{.State.Status}}' a") == (
        "2 exited\n"
    )


def test_a_stopped_one_starts_again_with_its_files(here: Lab) -> None:
    typed(here, "docker run --name a alpine sh -c 'echo again >> /tmp/f; cat /tmp/f'")
    typed(here, "docker start a", "sleep 1")
    assert typed(here, "docker logs a") == "again\nagain\nagain\n"
    typed(here, "docker run -d --name web nginx")
    first = process(here, "nginx")
    assert typed(here, "docker restart web") == "web\n"
    assert process(here, "nginx") is not first
    assert typed(here, "docker start web") == "web\n"
    assert answered(here, "docker start no; docker restart no")[1] == 1


def test_paused_processes_stand_still(here: Lab) -> None:
    typed(here, "docker run -d --name s stress -c 1 -t 5", "sleep 1")
    assert typed(here, "docker pause s") == "s\n"
    assert answered(here, "docker pause s") == (
        "Error response from daemon: Container s is already paused\n",
        1,
    )
    typed(here, "sleep 60")
    assert typed(here, "docker inspect -f '{{.State.Paused}}' s") == "true\n"
    assert typed(here, "docker unpause s") == "s\n"
    assert answered(here, "docker unpause s no") == (
        (
            "Error response from daemon: Container s is not paused\n"
            "Error response from daemon: No such container: no\n"
        ),
        1,
    )
    typed(here, "sleep 6")
    assert typed(here, "docker ps -q") == ""


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("-m 1", "docker: Error response from daemon: Minimum memory limit allowed is"),
        ("-m x", "docker: invalid size: 'x'"),
        ("-m 5kkb", "docker: invalid size: '5kkb'"),
        ("--cpus 0", 'docker: invalid argument "0" for "--cpus"'),
        ("--cpus x", 'docker: invalid argument "x" for "--cpus"'),
        ("--pids-limit 0", 'docker: invalid argument "0"'),
        ("-p 80", 'docker: invalid publish opts format: "80" (HOST:CONTAINER)'),
        ("-p 0:80", 'docker: invalid publish opts format: "0:80" (HOST:CONTAINER)'),
        ("-v a", 'docker: invalid volume specification: "a"'),
        ("-v a:/b:x", 'docker: invalid volume specification: "a:/b:x"'),
        ("--network no", "docker: Error response from daemon: network no not found"),
        (
            "--restart maybe",
            "docker: Error response from daemon: invalid restart policy: unknown",
        ),
    ],
)
def test_what_no_engine_would_take(here: Lab, options: str, text: str) -> None:
    shown, status = answered(here, f"docker run --rm {options} alpine true")
    assert shown.startswith(text)
    assert status == 125


def test_sizes(here: Lab) -> None:
    for size in ("64m", "64M", "65536k", "67108864", "67108864b", "64mb"):
        assert answered(here, f"docker run --rm -m {size} alpine true") == ("", 0)
    assert answered(here, "docker run --rm -m 1g alpine true") == ("", 0)


def test_without_a_network_there_is_only_loopback(here: Lab) -> None:
    assert answered(here, "docker run --rm --network none alpine true") == ("", 0)
    assert answered(here, "docker run --rm --network host alpine true") == ("", 0)
