"""All settings of the platform; what varies is read from the environment by env.py."""

from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from trapframe import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = env.folder("TRAPFRAME_DATA", BASE_DIR / ".data")
# What this process does: web | worker | sweeper | tool. Decides pooling and time-outs.
ROLE = env.text("TRAPFRAME_ROLE", "tool")
# The demo and the tests run on embedded services, with known secrets.
DEMO = env.flag("TRAPFRAME_DEMO", default=False)
EMBEDDED = not (env.text("DATABASE_URL", "") and env.text("CELERY_BROKER_URL", ""))

DEBUG = env.flag("TRAPFRAME_DEBUG", default=False)
SECRET_KEY = (
    env.text("TRAPFRAME_SECRET_KEY", "embedded-only-not-a-secret-" + "0" * 40)
    if EMBEDDED or DEMO
    else env.text("TRAPFRAME_SECRET_KEY")
)
ALLOWED_HOSTS = env.words("TRAPFRAME_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("TRAPFRAME_ORIGINS")
# Served over TLS: redirects, secure cookies and HSTS follow from it.
HTTPS = env.flag("TRAPFRAME_HTTPS", default=not EMBEDDED and not DEMO)


def _addresses() -> tuple[str, str]:
    if not EMBEDDED:
        return env.text("DATABASE_URL"), env.text("CELERY_BROKER_URL")
    from trapframe.embedded import addresses  # noqa: PLC0415  optional extra

    embedded = addresses(DATA_DIR)
    return (
        env.text("DATABASE_URL", embedded.database_url),
        env.text("CELERY_BROKER_URL", embedded.broker_url),
    )


DATABASE_URL, CELERY_BROKER_URL = _addresses()


def _database(url: str) -> dict[str, Any]:
    """Django's entry for a libpq connection URL, tuned to the process's role."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        # Statements are planned once per connection: half of a request's work in the
        # database. A transaction-mode pooler must know prepared statements.
        "OPTIONS": {**parts, "server_side_binding": True, "prepare_threshold": 3},
    }
    if ROLE == "web":
        # ASGI serves each request on another thread: connections must be pooled.
        entry["OPTIONS"]["pool"] = {
            "min_size": 2,
            "max_size": env.number("TRAPFRAME_POOL", 8),
            "timeout": 10,
        }
        entry["OPTIONS"]["options"] = "-c lock_timeout=2s -c statement_timeout=15s"
        return entry
    # A worker keeps its connection and notices a database that came back.
    entry["CONN_MAX_AGE"] = None
    entry["CONN_HEALTH_CHECKS"] = True
    return entry


DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "trapframe.web",
    "trapframe.author",  # before the admin: its templates theme the admin
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "quizzes",
    "trapframe.accounts",
    "trapframe.learner",
    "trapframe.staff",
    "trapframe.api",
    "trapframe.ops",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "trapframe.web.one_thread.one_thread",  # last: it decides for those above it
]

ROOT_URLCONF = "trapframe.urls"
ASGI_APPLICATION = "trapframe.asgi.application"
WSGI_APPLICATION = "trapframe.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trapframe.web.context.site",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["trapframe.accounts.signed_in.Backend"]
SESSION_ENGINE = "trapframe.accounts.signed_in"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "learner:home"
LOGOUT_REDIRECT_URL = "learner:home"
PASSWORD_HASHERS = [
    # What the demo hashes opens nothing elsewhere.
    *(["trapframe.ops.passwords.DemoPasswordHasher"] if DEMO else []),
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation."
        "UserAttributeSimilarityValidator"
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "trapframe.web.static.Storage"},
}
WHITENOISE_USE_FINDERS = EMBEDDED or DEBUG

# Failed sign-ins and API throttles are counted here: per process without CACHE_URL.
CACHE_URL = env.text("CACHE_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
    }
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- security headers
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

# --- the queue's doorbell; each value's reason is in docs/decisions/0004
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
# No limit: with one, a worker whose acknowledgement failed because the broker had died
# waits for ever for that message to be done, and never notices that the broker is back.
CELERY_WORKER_PREFETCH_MULTIPLIER = 0
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
# A broker that dies is no reason to kill a process that grades: the rows remember.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_DB_REUSE_MAX = 1000
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "retry_on_timeout": True,
    }
    if ROLE == "worker"
    else {
        "max_retries": 0,
        "socket_connect_timeout": 0.5,
        "socket_timeout": 0.5,
    }
)

# --- grading
GRADING_BATCH = env.number("TRAPFRAME_GRADING_BATCH", 20)
GRADING_LEASE_SECONDS = env.number("TRAPFRAME_LEASE_SECONDS", 30)
# Wall time of one observation on a worker's kernel, all its arms together.
LIVE_SECONDS = env.number("TRAPFRAME_LIVE_SECONDS", 20)
# The same for one on kernels of guests, each of which boots within it.
LIVE_GUEST_SECONDS = env.number("TRAPFRAME_LIVE_GUEST_SECONDS", 120)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "trapframe.api.authentication.TokenAuthentication",
        "trapframe.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "trapframe.api.pagination.Cursor",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "trapframe.api.problems.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["trapframe.api.throttling.CallerThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "caller": env.text("TRAPFRAME_API_RATE", "600/min"),
        "submit": env.text("TRAPFRAME_SUBMIT_RATE", "120/min"),
    },
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Trapframe API",
    "DESCRIPTION": "Courses, attempts, executed grades; see docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AttemptState": "quizzes.enums.InstanceState",
        "QuestionState": "quizzes.enums.QuestionState",
        "JobState": "quizzes.enums.JobState",
        "ObservationState": "quizzes.enums.ObservationState",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("TRAPFRAME_LOG", "INFO")},
}
