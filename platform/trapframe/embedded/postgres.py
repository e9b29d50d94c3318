"""PostgreSQL as an embedded service: one unix socket, no TCP, all data synced."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from signal import SIGINT, SIGKILL

import psycopg
from psycopg import sql

from trapframe.embedded.addresses import DATABASE, PORT, SUPERUSER
from trapframe.embedded.child import start_child
from trapframe.embedded.errors import ServiceError
from trapframe.embedded.places import Places

_MAX_CONNECTIONS = 300
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": str(_MAX_CONNECTIONS),
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "trapframe",
}


class PostgresProgram:
    name = "postgres"
    # "Fast shutdown": sessions are ended, everything is written.
    stop_signal = SIGINT

    def __init__(self, places: Places) -> None:
        self._places = places
        self._data = places.home / "postgres"
        self.pid_file = self._data / "postmaster.pid"

    def prepare(self) -> None:
        if not self._data.exists():
            self._init()
        made_by = (self._data / "PG_VERSION").read_text().strip()
        ours = self._major()
        if made_by != ours:
            raise ServiceError(
                f"{self._data} was made by PostgreSQL {made_by}, the wheel has "
                f"{ours}: move the folder away, or install the older wheel",
            )

    def command(self) -> Sequence[str]:
        settings = _SETTINGS | {"unix_socket_directories": str(self._places.runtime)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        program = self._places.postgres_programs / "postgres"
        return [str(program), "-D", str(self._data), f"--port={PORT}", *options]

    def env(self) -> Mapping[str, str]:
        # The user's PGDATA, PGPORT, locale... are meant for other servers.
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
        return kept | {"LC_ALL": "C"}

    def is_ready(self) -> bool:
        """True once it takes sessions and our database exists."""
        try:
            with self._connect("postgres") as connection:
                _ensure_database(connection)
        except psycopg.OperationalError:
            return False
        return True

    def owns(self, command_line: str) -> bool:
        return str(self._data) in command_line

    def _connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self._places.runtime),
            port=PORT,
            user=SUPERUSER,
            dbname=database,
            connect_timeout=2,
            autocommit=True,
        )

    def _major(self) -> str:
        program = str(self._places.postgres_programs / "postgres")
        answer = subprocess.run(  # noqa: S603  the wheel's own program
            [program, "--version"], check=True, capture_output=True, text=True
        )
        return answer.stdout.split()[-1].split(".")[0]

    def _init(self) -> None:
        """Make the cluster beside its place and move it there whole."""
        unfinished = self._data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account = self._places.account
        if account:
            os.chown(unfinished, account.uid, account.gid)
        process = start_child(
            [
                str(self._places.postgres_programs / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                "--auth=trust",  # the socket's folder keeps all others out
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
            ],
            death_signal=SIGKILL,
            account=account,
            env=self.env(),
            cwd=self._places.home,
            output=subprocess.PIPE,
        )
        output, _ = process.communicate()
        if process.returncode != 0:
            raise ServiceError(f"initdb failed:\n{output.decode(errors='replace')}")
        unfinished.rename(self._data)


def _ensure_database(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    if connection.execute(query, [DATABASE]).fetchone() is None:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
