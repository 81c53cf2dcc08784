"""Set up Django: one file of data as it comes, PostgreSQL by DATABASE_URL."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

from aftersale.config.home import home
from aftersale.config.logs import LOGGING as LOGGING  # noqa: PLC0414  # Django reads the name from here
from aftersale.config.logs import configure
from aftersale.config.sandboxed import sandbox_of
from aftersale.jobs.engine import engine_of

configure()
PACKAGE = Path(__file__).resolve().parent.parent
HOME = home()
ENGINE = engine_of(os.environ)


def _secret_key() -> str:
    """Give the key that signs sessions: of the environment where many hosts share one, else of the folder.

    A command that only reads rules works without a folder; it gets a key that no other process knows.
    """
    given = os.environ.get("AFTERSALE_SECRET_KEY", "")
    stored = HOME.secret_key.read_text(encoding="ascii").strip() if HOME.secret_key.exists() else ""
    return given or stored or secrets.token_urlsafe(50)


SECRET_KEY = _secret_key()
FIELD_KEYS = HOME.field_keys
HEAD_KEY = HOME.head_key
FILES = HOME.files
MEDIA_ROOT = HOME.files
# Mail hosts of one's own network to which messages may go.
AFTERSALE_NOTIFY_HOSTS = [host for host in os.environ.get("AFTERSALE_NOTIFY_HOSTS", "").split(",") if host]
# Places of this machine or one's own network, host:port each, where drafts of replies may be asked for.
AFTERSALE_DRAFT_HOSTS = [host for host in os.environ.get("AFTERSALE_DRAFT_HOSTS", "").split(",") if host]
# By platform: where calls go, and where an owner says yes; a sandbox stands in by the environment.
PLATFORM_URLS = {
    "douyin": os.environ.get("AFTERSALE_DOUYIN_URL", "https://openapi-fxg.jinritemai.com"),
    "kuaishou": os.environ.get("AFTERSALE_KUAISHOU_URL", "https://openapi.kwaixiaodian.com"),
}
PLATFORM_AUTHORISE_URLS = {
    "douyin": os.environ.get("AFTERSALE_DOUYIN_AUTHORISE_URL", "https://fuwu.jinritemai.com"),
    "kuaishou": os.environ.get("AFTERSALE_KUAISHOU_AUTHORISE_URL", "https://open.kwaixiaodian.com"),
}
# On a desk that plays with our sandbox alone: where it is told what to do, and the file that tells its time.
_SANDBOX = sandbox_of(os.environ, (*PLATFORM_URLS.values(), *PLATFORM_AUTHORISE_URLS.values()))
SANDBOX_URL, SANDBOX_CLOCK = _SANDBOX.url, _SANDBOX.clock
PLATFORM_TIMEOUT_S = float(os.environ.get("AFTERSALE_PLATFORM_TIMEOUT_S", "5"))
# 0: as many as the channel knows that the platform grants; a platform that granted more is told here.
PLATFORM_CALLS_PER_SECOND = int(os.environ.get("AFTERSALE_PLATFORM_CALLS_PER_SECOND", "0"))
# So many jobs of one worker wait for a platform at the same time.
JOBS_AT_ONCE = int(os.environ.get("AFTERSALE_JOBS_AT_ONCE", "4"))
POLL_SECONDS = int(os.environ.get("AFTERSALE_POLL_SECONDS", "60"))
BACKFILL_DAYS = int(os.environ.get("AFTERSALE_BACKFILL_DAYS", "90"))
RECONCILE_DAYS = int(os.environ.get("AFTERSALE_RECONCILE_DAYS", "7"))
# How this desk is seen from outside: the address that platforms push to, and the one that calls come from.
PUBLIC_URL = os.environ.get("AFTERSALE_PUBLIC_URL", "").rstrip("/")
OUTGOING_ADDRESS = os.environ.get("AFTERSALE_OUTGOING_ADDRESS", "")
VAULT_LIMIT_BYTES = 20 * 1024 * 1024

DEBUG = False
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = [host for host in os.environ.get("AFTERSALE_HOSTS", "").split(",") if host] or LOCAL_HOSTS
# Behind one proxy that ends TLS and says so; only then are its headers believed.
BEHIND_PROXY = _TLS = bool(os.environ.get("AFTERSALE_BEHIND_TLS"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _TLS else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _TLS else 0
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("AFTERSALE_ORIGINS", "").split(",") if origin]

# Our rooms stand first where their templates take the place of a library's.
INSTALLED_APPS = [
    "aftersale.config",
    "aftersale.shops",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "rules",
    "ninja",
    "django_htmx",
    "aftersale.web",
    *ENGINE.apps,
    "aftersale.evidence",
    "aftersale.tickets",
    "aftersale.returns",
    "aftersale.negotiation",
    "aftersale.connections",
    "aftersale.finance",
    "aftersale.disputes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "aftersale.config.headers.Headers",
    "csp.middleware.CSPMiddleware",
    "aftersale.config.headers.Size",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "aftersale.config.gates.Sessions",
    "aftersale.config.gates.Gates",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "aftersale.config.urls"
WSGI_APPLICATION = "aftersale.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "components", PACKAGE / "pages" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "aftersale.web.environment.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# IMMEDIATE: a transaction takes the write lock when it begins, so that none has to give up half way.
_SQLITE: dict[str, Any] = {
    "ENGINE": "aftersale.config.sqlite",
    "NAME": HOME.database,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=20000;"
            "PRAGMA cache_size=-65536;PRAGMA mmap_size=268435456;PRAGMA temp_store=MEMORY;"
        ),
    },
    "CONN_MAX_AGE": None,
}
_URL = os.environ.get("DATABASE_URL")
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(_URL, conn_max_age=60, conn_health_checks=True) if _URL else _SQLITE
}

TASKS = ENGINE.tasks
RQ_QUEUES = ENGINE.queues

AUTH_USER_MODEL = "shops.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "rules.permissions.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "aftersale.shops.accounts.PasswordLength",
        "OPTIONS": {"min_length": 12, "max_length": 128},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "aftersale.shops.accounts.NoSignup"
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# One name from any number of addresses; tries of codes keep the limit of allauth, five in five minutes.
ACCOUNT_RATE_LIMITS = {"login_name": "100/h/key"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# A security key is bound to a name that a browser reaches by TLS.
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if _TLS else [])]
MFA_ADAPTER = "aftersale.shops.accounts.SealedFactors"
MFA_TOTP_ISSUER = "Aftersale"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 10
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# A try during the lock changes nothing, so that the time that was said stays true.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "aftersale.shops.accounts.typed_name"
AXES_CLIENT_IP_CALLABLE = "aftersale.shops.accounts.client_address"
AXES_LOCKOUT_CALLABLE = "aftersale.shops.accounts.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "code", "csrfmiddlewaretoken", "next"]
AXES_ENABLE_ADMIN = False

# Codes that were used and tries that failed are counted for all processes together.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shops_cache"}}

SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = int(os.environ.get("AFTERSALE_IDLE_MINUTES", "30")) * 60
SESSION_COOKIE_NAME = "__Host-session" if _TLS else "session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = _TLS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if _TLS else "csrf"
CSRF_COOKIE_SECURE = _TLS
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LARGEST_REQUEST_BYTES = int(os.environ.get("AFTERSALE_LARGEST_REQUEST_MB", "100")) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 30
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "frame-src": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
