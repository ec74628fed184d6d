"""The settings that the three services share, read from the environment; a production start refuses unsafe ones and says which."""

import os
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from .roles import database

KIT_APPS = (
    "jupiter.kit.web",
    "jupiter.kit.accounts",
    "jupiter.kit.journal",
    "jupiter.kit.numbers",
    "jupiter.kit.inbox",
    "jupiter.kit.transmissions",
    "jupiter.kit.differences",
)
LADDER = "5,20,60,300,1800,7200,43200"  # seconds between tries: a screen may be waiting, then ever longer, up to half a day
DEMO_KEY = "ZGVtb25zdHJhdGlvbi1rZXktZGVtb25zdHJhdGlvbi0="  # opens nothing but demonstrations and tests


def env(name: str, default: str = "") -> str:
    return os.environ.get(f"JUPITER_{name}", default)


def is_demo() -> bool:
    """Loopback, plain HTTP, demonstration data. Also what tests and development run as."""
    return env("DEMO") == "1"


def settings(
    name: str, *, apps: Iterable[str], walls: dict[str, str], form_targets: Iterable[str] = (), oauth_scopes: dict[str, str] | None = None
) -> dict[str, Any]:
    """`walls`: how kit.walls finds whose rows someone may see.

    `form_targets` are the other origins that a form of ours may lead to (CSP form-action, also enforced on redirects)."""
    demo = is_demo()
    _refuse_unsafe(name)
    public_url = env("PUBLIC_URL", f"http://{name}.test")
    secure = public_url.startswith("https://")
    here = Path(__file__).parent.parent / name
    fixed_day = env("BUSINESS_DATE")
    return {
        "SERVICE": name,
        "JUPITER_DEMO": demo,
        "PUBLIC_URL": public_url,
        "NEIGHBOURS": {other: env(f"{other.upper()}_URL", f"http://{other}.test") for other in ("dealer", "hub", "insurer")},
        "BUSINESS_DATE": date.fromisoformat(fixed_day) if fixed_day else None,
        "TRANSMISSION_PAUSES": [float(pause) for pause in env("TRANSMISSION_PAUSES", LADDER).split(",")],
        "NEWS_REST_SECONDS": float(env("NEWS_REST_SECONDS", "0.5")),
        "COMPARED_DAYS": int(env("COMPARED_DAYS", "60")),
        "COMPARISON_GRACE": timedelta(seconds=float(env("COMPARISON_GRACE", "900"))),
        "WALLS": walls,
        "METRICS_TOKEN": env("METRICS_TOKEN"),
        "SECRET_KEY": env("SECRET_KEY", DEMO_KEY),
        "ENCRYPTION_KEYS": env("ENCRYPTION_KEYS", DEMO_KEY).split(","),
        "DEBUG": False,
        "ALLOWED_HOSTS": [host for host in env("ALLOWED_HOSTS").split(",") if host]
        or [urlsplit(public_url).hostname, "127.0.0.1", "localhost", "testserver"],
        "CSRF_TRUSTED_ORIGINS": [public_url],
        "INSTALLED_APPS": [
            *KIT_APPS,
            *apps,
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "django.contrib.postgres",
            "django.forms",
            "axes",
            "procrastinate.contrib.django",
            "pgtrigger",
            "pghistory",
            "template_partials",
            "django_htmx",
            "django_filters",
            "django_tables2",
            *(["oauth2_provider", "ninja"] if oauth_scopes else ["ninja"]),
        ],
        "MIDDLEWARE": [
            "jupiter.kit.tracing.Traced",
            "django.middleware.security.SecurityMiddleware",
            "jupiter.kit.web.headers.Compressed",  # pages and assets; tokens in pages are masked anew each time
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "jupiter.kit.web.language.Spoken",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "jupiter.kit.accounts.sessions.Authentication",
            "django.contrib.messages.middleware.MessageMiddleware",
            "jupiter.kit.web.headers.SecurityPolicy",
            "django_htmx.middleware.HtmxMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        "ROOT_URLCONF": f"jupiter.{name}.urls",
        "WSGI_APPLICATION": f"jupiter.{name}.wsgi.application",
        "DATABASES": {"default": database(f"jupiter_{name}")},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [here / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ],
                    "builtins": [
                        "django.templatetags.static",
                        "django.templatetags.i18n",
                        "template_partials.templatetags.partials",
                        "jupiter.kit.web.templatetags.kit",
                    ],
                },
            }
        ],
        "FORM_RENDERER": "jupiter.kit.web.forms.Renderer",
        "DJANGO_TABLES2_TEMPLATE": "kit/table.html",
        "LANGUAGE_CODE": "fr",
        "LANGUAGES": [("fr", "Français"), ("en", "English")],
        "LOCALE_PATHS": [here / "locale", Path(__file__).parent / "locale"],
        "LANGUAGE_COOKIE_AGE": 365 * 24 * 3600,
        "LANGUAGE_COOKIE_SECURE": secure,
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "FORMAT_MODULE_PATH": ["jupiter.kit.formats"],
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": "Europe/Paris",
        "USE_THOUSAND_SEPARATOR": True,
        "STATIC_URL": "/static/",
        "STATIC_ROOT": env("STATIC_ROOT") or str(Path(__file__).parents[3] / "var" / "static"),
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        # three services share one host in a demonstration: cookies know no port
        "SESSION_COOKIE_NAME": f"{'__Host-' if secure else ''}jupiter_{name}_session",
        "CSRF_COOKIE_NAME": f"{'__Host-' if secure else ''}jupiter_{name}_csrf",
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        "SESSION_ENGINE": "jupiter.kit.accounts.sessions",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_AGE": 12 * 3600,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 31_536_000 if secure else 0,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "AUTH_USER_MODEL": "accounts.User",
        "LOGIN_URL": "accounts:login",
        "FRAME": f"jupiter.{name}.frame.frame",  # what stands around this service's pages: kit.web.frame
        "CSRF_FAILURE_VIEW": "jupiter.kit.web.errors.csrf_failed",
        "PASSWORD_RESET_TIMEOUT": 2 * 3600,
        "LOGIN_REDIRECT_URL": "/",
        "AUTHENTICATION_BACKENDS": ["axes.backends.AxesStandaloneBackend", "jupiter.kit.accounts.sessions.Backend"],
        "PASSWORD_HASHERS": [
            "jupiter.kit.accounts.hashers.Argon2",
            *(["jupiter.kit.oauth.RandomSecretHasher"] if oauth_scopes else []),  # of API clients, where there are any
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {
                "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
                "OPTIONS": {"user_attributes": ["username", "full_name", "email"]},
            },
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
            {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
        ],
        "AXES_FAILURE_LIMIT": 5,
        "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
        "AXES_COOLOFF_TIME": 0.25,  # hours
        "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,  # fifteen minutes are fifteen minutes
        "AXES_RESET_ON_SUCCESS": True,
        "AXES_HANDLER": "jupiter.kit.accounts.lockout.Handler",
        "AXES_ENABLE_ADMIN": False,
        "AXES_VERBOSE": False,
        "AXES_DISABLE_ACCESS_LOG": True,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 12_000_000,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
        "EMAIL_BACKEND": env("EMAIL_BACKEND", f"django.core.mail.backends.{'filebased' if demo else 'smtp'}.EmailBackend"),
        "EMAIL_FILE_PATH": str(Path(env("DATA") or "/tmp") / "mail" / name),  # noqa: S108
        "EMAIL_HOST": env("EMAIL_HOST", "localhost"),
        "DEFAULT_FROM_EMAIL": env("EMAIL_FROM", f"{name}@jupiter-vo.example"),
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": [NONE],
                "script-src": [SELF],
                "style-src": [SELF],
                "img-src": [SELF, "data:"],
                "font-src": [SELF],
                "connect-src": [SELF],
                "manifest-src": [SELF],
                "form-action": [SELF, *form_targets],
                "base-uri": [NONE],
                "frame-ancestors": [NONE],
            }
        },
        "OAUTH2_PROVIDER": {
            "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
            "SCOPES": oauth_scopes or {},
            "DEFAULT_SCOPES": [],
            "CLIENT_SECRET_HASHER": "sha256_random_secret",
            "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
            "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
            "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
            "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        },
        "PROCRASTINATE_IMPORT_PATHS": ["jupiter.kit.jobs"],
        "SILENCED_SYSTEM_CHECKS": ["security.W004", "security.W008", "axes.W002"],
        "LOGGING": {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": "jupiter.kit.logs.AllowedLine"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "INFO")},
            "loggers": {"httpx": {"level": "WARNING"}, "procrastinate": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
        },
    }


def _refuse_unsafe(name: str) -> None:
    if is_demo():
        return
    troubles = []
    if len(env("SECRET_KEY")) < 50:
        troubles.append("JUPITER_SECRET_KEY: at least 50 random characters")
    if not env("ENCRYPTION_KEYS") or DEMO_KEY in env("ENCRYPTION_KEYS"):
        troubles.append("JUPITER_ENCRYPTION_KEYS: one or more Fernet keys, comma separated, the first one writes")
    if not env("PUBLIC_URL").startswith("https://"):
        troubles.append("JUPITER_PUBLIC_URL: this service's own address, with https://")
    if not os.environ.get("DATABASE_URL"):
        troubles.append("DATABASE_URL: the application role's, never a superuser's")
    if env("BUSINESS_DATE"):
        troubles.append("JUPITER_BUSINESS_DATE: a demonstration's setting; take it away")
    if "*" in env("ALLOWED_HOSTS"):
        troubles.append("JUPITER_ALLOWED_HOSTS: names, not *")
    for other in ("dealer", "hub", "insurer"):
        if env(f"{other.upper()}_URL").startswith("http://"):
            troubles.append(f"JUPITER_{other.upper()}_URL: https:// only")
    if troubles:
        raise ImproperlyConfigured(
            f"{name} does not start with unsafe settings (JUPITER_DEMO=1 is for demonstrations on loopback):\n- " + "\n- ".join(troubles)
        )
