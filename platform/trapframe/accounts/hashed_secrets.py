"""Random secrets and the digests under which they are kept."""

import hashlib
import secrets

# 32 bytes: 256 bits, so a plain SHA-256 is enough; nothing shorter may use it.
_BYTES = 32


def new_secret(prefix: str) -> str:
    """A fresh URL-safe secret of 256 bits behind a prefix that scanners can find."""
    return prefix + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """The SHA-256 of a secret, in hexadecimal: the only thing the database keeps."""
    return hashlib.sha256(secret.encode()).hexdigest()
