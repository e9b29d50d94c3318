"""What a network call answers when it fails."""

NETWORK_ERRNO = {
    "EAI_NONAME": -2,
    "EADDRINUSE": 98,
    "EADDRNOTAVAIL": 99,
    "ENETUNREACH": 101,
    "ECONNRESET": 104,
    "ETIMEDOUT": 110,
    "ECONNREFUSED": 111,
    "EHOSTUNREACH": 113,
}
"""Linux errno numbers; EAI_NONAME is a return value of getaddrinfo."""


class NetworkError(Exception):
    """A name or an address cannot be used: errno by name, and a line for a log."""

    def __init__(self, errno_name: str, log: str, waited_us: int = 0) -> None:
        self.errno_name = errno_name
        self.errno = NETWORK_ERRNO[errno_name]
        self.log = log
        self.waited_us = waited_us
        """Virtual time that passes before the caller learns of it."""
        super().__init__(f"{errno_name}: {log}")


class BindError(NetworkError):
    """A socket cannot have the address and port that it asked for."""
