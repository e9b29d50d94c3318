"""The services end to end, each time in a process of its own."""

import os
import signal
from pathlib import Path

import pytest

from tests.trapframe.embedded.sessions import (
    processes_of,
    run,
    start,
    users,
    wait_until,
)
from trapframe.embedded.addresses import runtime_folder

AS_EACH_USER = pytest.mark.parametrize("user", users(), indirect=True)

SERVE = """
with services(data) as running:
    print("up", flush=True)
    time.sleep(60)
"""


@AS_EACH_USER
def test_both_services_answer(user: str, data_dir: Path) -> None:
    output = run(
        """
        import redis
        with services(data) as running:
            assert running.owned
            where = running.addresses
            with psycopg.connect(where.database_url) as session:
                print(session.execute("SELECT current_database()").fetchone()[0])
            with redis.Redis.from_url(where.cache_url) as client:
                print(client.ping())
        """,
        data_dir,
        user,
    )
    assert output.split() == ["trapframe", "True"]
    assert processes_of(data_dir) == []
    assert not runtime_folder(data_dir).exists()


def test_they_are_durable_and_reachable_through_private_sockets_alone(
    user: str, data_dir: Path
) -> None:
    output = run(
        """
        import redis
        with services(data) as running:
            where = running.addresses
            with psycopg.connect(where.database_url) as session:
                for name in ("listen_addresses", "fsync", "max_connections"):
                    print(name, session.execute(f"SHOW {name}").fetchone())
                folder = Path(session.info.host)
                print(oct(folder.stat().st_mode), len(str(folder)) < 80)
            with redis.Redis.from_url(where.cache_url) as client:
                for name in ("port", "appendonly", "appendfsync", "maxmemory-policy"):
                    print(client.config_get(name))
        """,
        data_dir,
        user,
    )
    assert output.splitlines() == [
        "listen_addresses ('',)",
        "fsync ('on',)",
        "max_connections ('300',)",
        "0o40700 True",
        "{'port': '0'}",
        "{'appendonly': 'yes'}",
        "{'appendfsync': 'everysec'}",
        "{'maxmemory-policy': 'noeviction'}",
    ]


@AS_EACH_USER
def test_data_outlives_a_restart_and_a_kill_of_everything(
    user: str, data_dir: Path
) -> None:
    write = """
        with services(data) as running:
            with psycopg.connect(running.addresses.database_url) as session:
                session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    """
    kill = """
        with services(data) as running:
            with psycopg.connect(running.addresses.database_url) as session:
                session.execute("UPDATE kept SET answer = answer + 1")
            os.kill(running.postgres.pid, signal.SIGKILL)
            os.kill(running.redis.pid, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    read = """
        with services(data) as running:
            with psycopg.connect(running.addresses.database_url) as session:
                print(session.execute("SELECT answer FROM kept").fetchone()[0])
    """
    run(write, data_dir, user)
    killed = start(kill, data_dir, user)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert run(read, data_dir, user) == "43\n"


@AS_EACH_USER
def test_nothing_outlives_a_parent_that_was_killed(user: str, data_dir: Path) -> None:
    parent = start(SERVE, data_dir, user)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"
    assert len(processes_of(data_dir)) >= 2
    parent.kill()
    parent.communicate()
    assert wait_until(lambda: processes_of(data_dir) == [])


def test_a_killed_parent_can_be_followed_at_once(user: str, data_dir: Path) -> None:
    for _ in range(3):
        parent = start(SERVE, data_dir, user)
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        parent.kill()
        parent.communicate()
    assert run("with services(data): print('up')", data_dir, user) == "up\n"


def test_a_process_number_that_went_to_a_stranger_does_not_stop_a_start(
    user: str, data_dir: Path
) -> None:
    run("with services(data): pass", data_dir, user)
    output = run(
        """
        lines = [os.getppid(), data, 1, 5432, "/tmp", "", "0 0", "ready", ""]
        pid_file = data / "postgres" / "postmaster.pid"
        pid_file.write_text("\\n".join(map(str, lines)))
        with services(data):
            print("up")
        """,
        data_dir,
        user,
    )
    assert output == "up\n"


def test_a_second_process_joins_and_leaves_the_services_alone(
    user: str, data_dir: Path
) -> None:
    owner = start(SERVE, data_dir, user)
    assert owner.stdout is not None
    owner.stdout.readline()
    output = run(
        """
        from trapframe.embedded import ServiceError
        with services(data) as joined:
            print(joined.owned)
            try:
                joined.kill_redis()
            except ServiceError as error:
                print(error)
        with services(data) as again:
            psycopg.connect(again.addresses.database_url).close()
        """,
        data_dir,
        user,
    )
    assert output.splitlines() == [
        "False",
        "these services were started by another process",
    ]
    assert owner.poll() is None
    owner.kill()
    owner.communicate()


def test_data_in_use_is_not_removed(user: str, data_dir: Path) -> None:
    output = run(
        """
        from trapframe.embedded import ServiceError, remove_data
        with services(data):
            try:
                remove_data(data)
            except ServiceError as error:
                print(error)
        """,
        data_dir,
        user,
    )
    assert output == f"the services of {data_dir} run: end them first\n"


def test_two_data_folders_are_served_at_once(user: str, data_dir: Path) -> None:
    output = run(
        """
        from trapframe.embedded import remove_data
        other = data.with_name("other")
        with services(data) as one, services(other) as two:
            for running in (one, two):
                with psycopg.connect(running.addresses.database_url) as session:
                    print(session.execute("SHOW data_directory").fetchone()[0])
        remove_data(other)
        """,
        data_dir,
        user,
    )
    assert output.splitlines() == [
        str(data_dir / "postgres"),
        str(data_dir.with_name("other") / "postgres"),
    ]


def test_the_levers_for_fault_tests(user: str, data_dir: Path) -> None:
    output = run(
        """
        import redis
        with services(data) as running:
            where = running.addresses
            session = psycopg.connect(where.database_url, autocommit=True)
            session.execute("CREATE TABLE kept AS SELECT 1")
            running.restart_postgres(immediate=True)
            try:
                session.execute("SELECT 1")
            except psycopg.OperationalError:
                print("cut")
            session = psycopg.connect(where.database_url)
            print(session.execute("SELECT count(*) FROM kept").fetchone()[0])
            session.close()
            running.restart_postgres()
            client = redis.Redis.from_url(where.cache_url)
            client.set("name", "kept")
            running.restart_redis()
            print(client.get("name").decode())
            running.kill_postgres()
            running.kill_redis()
            print(running.revive(), running.revive())
            print(client.ping())
            client.close()
        """,
        data_dir,
        user,
    )
    assert output.splitlines() == [
        "cut",
        "1",
        "kept",
        "['postgres', 'redis'] []",
        "True",
    ]


def test_the_settings_of_other_servers_have_no_say(user: str, data_dir: Path) -> None:
    os.environ |= {"PGPORT": "1", "PGHOST": "nowhere.invalid", "LC_ALL": "xx_XX.UTF-8"}
    try:
        output = run("with services(data): print('up')", data_dir, user)
    finally:
        for name in ("PGPORT", "PGHOST", "LC_ALL"):
            del os.environ[name]
    assert output == "up\n"
