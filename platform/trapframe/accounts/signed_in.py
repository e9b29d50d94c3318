"""Who is signed in: Django's sessions and users, read by queries that stand fixed.

Each request asks both. To compose these queries anew costs more than to run them.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.utils import timezone

_SESSION = """
SELECT session_key, session_data, expire_date FROM django_session
WHERE session_key = %s AND expire_date > %s
"""
_USER = "SELECT * FROM accounts_user WHERE id = %s"


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def _get_session_from_db(self) -> Any:
        found = self.model.objects.raw(_SESSION, [self.session_key, timezone.now()])
        for session in found:
            return session
        self._session_key = None
        return None


class Backend(ModelBackend):
    """Django's users with a password."""

    def get_user(self, user_id: int) -> Any:
        """The active user of a session, None when there is none any more."""
        for user in get_user_model().objects.raw(_USER, [user_id]):
            return user if self.user_can_authenticate(user) else None
        return None
