"""Counting failures in the cache, so that guessing passwords gets slow."""

from dataclasses import dataclass

from django.core.cache import cache

from trapframe.accounts.hashed_secrets import digest


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most ``limit`` counted events per key within ``seconds``."""

    name: str
    limit: int
    seconds: int

    def is_closed(self, *key: str) -> bool:
        return bool(cache.get(self._key(key), 0) >= self.limit)

    def count(self, *key: str) -> None:
        name = self._key(key)
        # add() starts the window once; incr() never moves its end.
        cache.add(name, 0, self.seconds)
        try:
            cache.incr(name)
        except ValueError:  # the window ended in between
            cache.set(name, 1, self.seconds)

    def clear(self, *key: str) -> None:
        cache.delete(self._key(key))

    def _key(self, key: tuple[str, ...]) -> str:
        # Hashed: what people type is no safe cache key, and no business of the cache.
        return f"throttle:{self.name}:{digest(chr(0).join(key))}"


MINUTES = 15
# One person's typing mistakes; then one address trying many names.
SIGN_IN_BY_NAME = Throttle("sign-in-name", limit=5, seconds=MINUTES * 60)
SIGN_IN_BY_ADDRESS = Throttle("sign-in-address", limit=50, seconds=MINUTES * 60)
