"""A session and whose it is, read in one statement: every page begins with both. Nobody uses it for two hours: it ends."""

from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from jupiter.kit.compiled import Compiled, Given

from .models import Session, User

IDLE = timedelta(hours=2)
NOTED_EVERY = timedelta(minutes=5)  # that it is in use: not at each page
LIVING = Compiled(lambda: Session.objects.select_related("user").filter(session_key=Given("key"), expire_date__gt=Given("now")))

_came_with_session: ContextVar[User | None] = ContextVar("the user read with the session", default=None)


class SessionStore(DatabaseStore):
    """Django's, which also brings the user. Its row ends with the session's last use; the absolute end stands in its words."""

    user: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        found = self._get_session_from_db()
        if found is None:
            return {}
        words = self.decode(found.session_data)
        end = self._end_of(words)
        if end - found.expire_date > NOTED_EVERY:
            Session.objects.filter(pk=found.pk).update(expire_date=end)
        return words

    def _end_of(self, words: dict[str, Any]) -> datetime:
        return min(self.get_expiry_date(expiry=words.get("_session_expiry")), timezone.now() + IDLE)

    def _get_session_from_db(self) -> Session | None:
        found = LIVING.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None  # so does Django's: the next save makes a new one
            return None
        self.user = found.user
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.user_id, session.expire_date = data.get(SESSION_KEY), self._end_of(data)
        return session


class Backend(ModelBackend):
    def get_user(self, user_id: Any) -> User | None:
        """Django asks this of each session, then checks that the session is of the present password."""
        came = _came_with_session.get()
        if came is None or came.pk != int(user_id):
            return super().get_user(user_id)
        return came if self.user_can_authenticate(came) else None


class Authentication(AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]  # as Django does


def _user_of(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    if not hasattr(request, "_cached_user"):  # Django's own name for it: a log-in sets it anew
        request.session.get(SESSION_KEY)  # reads it, and its user
        token = _came_with_session.set(request.session.user)  # type: ignore[attr-defined]  # our store
        try:
            request._cached_user = get_user(request)  # type: ignore[attr-defined]
        finally:
            _came_with_session.reset(token)
    found: AbstractBaseUser | AnonymousUser = request._cached_user  # type: ignore[attr-defined]
    return found
