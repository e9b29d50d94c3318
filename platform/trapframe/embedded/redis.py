"""Redis as an embedded service: one unix socket, no TCP, an append-only file."""

import os
import socket
from collections.abc import Mapping, Sequence
from signal import SIGTERM

from trapframe.embedded.places import Places


class RedisProgram:
    name = "redis"
    stop_signal = SIGTERM

    def __init__(self, places: Places) -> None:
        self._places = places
        self._data = places.home / "redis"
        self._socket = places.runtime / "redis.sock"
        self.pid_file = self._data / "redis.pid"

    def prepare(self) -> None:
        """Nothing: it makes its file itself."""

    def command(self) -> Sequence[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._data),
            "pidfile": str(self.pid_file),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        options = [part for k, v in settings.items() for part in (f"--{k}", v)]
        return [str(self._places.redis_server), *options]

    def env(self) -> Mapping[str, str]:
        return os.environ

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def owns(self, command_line: str) -> bool:
        # It rewrites its command line; what stays is the place where it listens.
        return "redis-server" in command_line and str(self._socket) in command_line
