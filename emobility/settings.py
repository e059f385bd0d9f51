"""Settings, all from the environment (names: README, "Configuration").

Two shapes share this file: *embedded* (SQLite, no Redis, one process) and *production*
(PostgreSQL, Redis, the processes of the Procfile).
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from emobility.common.config import kept_secret, secret

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

# --- Network -----------------------------------------------------------------
BIND = env.str("BIND", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
OCPP_PORT = env.int("OCPP_PORT", default=9000)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://{BIND}:{PORT}").rstrip("/")
PUBLIC_OCPP_URL = env.str("PUBLIC_OCPP_URL", default=f"ws://{BIND}:{OCPP_PORT}").rstrip("/")
DEMO = env.bool("DEMO", default=False)

# --- Stores ------------------------------------------------------------------
DATABASE_URL = secret("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'emobility.sqlite3'}"
REDIS_URL = secret("REDIS_URL")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
EMBEDDED = REDIS_URL is None
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if SQLITE:
    # FULL: in WAL mode NORMAL may lose an answered message when the power goes.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=4000;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 16}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS: dict[str, dict] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
if REDIS_URL:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # redis-py 8 times idle sockets out after 5 s unless told not to.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}]},
    }

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "release-dead-endpoints": {"task": "stations.release_dead_endpoints", "schedule": 10.0},
    "keep-operations": {"task": "stations.keep_operations", "schedule": 2.0},
    "prune": {"task": "stations.prune", "schedule": 24 * 3600.0},
}
if env.bool("CONFIGURE_STATIONS", default=True):
    CELERY_BEAT_SCHEDULE["keep-configuration"] = {"task": "stations.keep_configuration", "schedule": 2.0}

# --- Security ----------------------------------------------------------------
DEBUG = False
SECRET_KEY = secret("SECRET_KEY") or ""
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. With REDIS_URL set every process needs the same one: "
            "set SECRET_KEY (or SECRET_KEY_FILE) to 50 or more random characters."
        )
    SECRET_KEY = kept_secret(DATA_DIR / "secret-key")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", urlsplit(PUBLIC_URL).hostname or BIND]
)
HTTPS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if HTTPS else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Apps --------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",
    "channels",
    "stations",
    "loadmgmt",
    "roaming",
    "emobility",
    "emobility.common",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "template_partials",
    "allauth",
    "allauth.account",
    "csp",
    "ninja",
]
MIDDLEWARE = [
    "emobility.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "emobility.urls"
ASGI_APPLICATION = "emobility.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "emobility.accounts.ClosedAccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False

# --- Pages -------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DJANGO_TABLES2_TEMPLATE = "table.html"

# --- Retention (days) ----------------------------------------------------------
FRAME_RETENTION_DAYS = env.int("FRAME_RETENTION_DAYS", default=400)
SAMPLE_RETENTION_DAYS = env.int("SAMPLE_RETENTION_DAYS", default=1100)

# --- Station endpoint ----------------------------------------------------------
OCPP_FAST_LANE = env.bool("OCPP_FAST_LANE", default=True)
OCPP_PING_INTERVAL_S = env.int("OCPP_PING_INTERVAL", default=60)
OCPP_PING_TIMEOUT_S = env.int("OCPP_PING_TIMEOUT", default=25)
OCPP_CALL_TIMEOUT_S = env.float("OCPP_CALL_TIMEOUT", default=30)  # for the answer to a request of ours
OCPP_HEARTBEAT_INTERVAL_S = env.int("OCPP_HEARTBEAT_INTERVAL", default=300)

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)-7s %(name)s  %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"daphne": {"level": "WARNING"}, "django.channels.server": {"level": "WARNING"}},
}
os.environ.setdefault("ASGI_THREADS", "16")
