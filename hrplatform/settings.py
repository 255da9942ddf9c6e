"""Every setting, from the environment. With an empty environment this is safe for production.

Each variable is described in docs/deployment.md. `NAME_FILE` (a path) may stand in for any variable that
holds a secret. A value that makes no sense stops the start with a sentence that names the variable.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dj_email_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import EnvError, FileAwareEnv, validate

from hrplatform import embedded, environment, processes

# Lets forms and admin classes name their model in brackets, as mypy wants it.
django_stubs_ext.monkeypatch()

env = FileAwareEnv(strip_whitespace=True)
_is_web_address = validate.URL(schemes={"http", "https"}, require_tld=False)
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = embedded.var_folder()

# --- Where it is served ---------------------------------------------------------------------------------------------

# The address people type. Plain http is accepted on this machine itself and for onion services, which bring
# their own encryption; anywhere else it would send passphrases in the open, so it is refused.
SITE_URL = env.str("SITE_URL", "https://localhost").rstrip("/")
_site = environment.address_of("SITE_URL", SITE_URL, "https://example.org", schemes=("http", "https"))
if _site.path or _site.query or _site.username is not None:
    raise ImproperlyConfigured("SITE_URL must look like https://example.org, with nothing before or after the name.")
IS_LOCAL = _site.hostname in ("localhost", "127.0.0.1", "::1")
IS_SECURE = _site.scheme == "https"
if not IS_SECURE and not IS_LOCAL and not (_site.hostname or "").endswith(".onion"):
    raise ImproperlyConfigured("SITE_URL must begin with https:// unless it is on this machine or an .onion address.")

try:
    DEBUG = env.bool("DEBUG", False)
    ALLOWED_HOSTS: list[str] = [_site.hostname or "", *env.list("ALLOWED_HOSTS", [])]
    # Where the exit link leads: a page nobody is surprised to see open. The operator can change it while running.
    EXIT_URL = env.str("EXIT_URL", "https://www.wikipedia.org/", validate=_is_web_address)
    SOURCE_URL = env.str("SOURCE_URL", "https://github.com/hrplatform/hrplatform", validate=_is_web_address)
    SECRET_KEY = env.str("SECRET_KEY", "") or environment.own_secret(VAR_DIR / "secret_key")
    DATABASE_URL = env.str("DATABASE_URL", "")
    DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", DATABASE_URL)
    DATABASE_ADMIN_URL = env.str("DATABASE_ADMIN_URL", DATABASE_OWNER_URL)
    DATABASE_BACKUP_URL = env.str("DATABASE_BACKUP_URL", DATABASE_URL)
    REDIS_URL = env.str("REDIS_URL", "")
    EMAIL_URL = env.str("EMAIL_URL", "")
    # The master key, `id:base64` a line, newest first. Empty: kept in MASTER_KEY_PATH.
    MASTER_KEY = os.environ.get("MASTER_KEY", "")
    MASTER_KEY_PATH = Path(os.environ.get("MASTER_KEY_FILE") or VAR_DIR / "master_key")
    # Signs what is pushed to phones and computers. Empty: kept in VAPID_PRIVATE_KEY_PATH, and made there once.
    VAPID_PRIVATE_KEY = os.environ.get("VAPID_PRIVATE_KEY", "")
    VAPID_PRIVATE_KEY_PATH = Path(os.environ.get("VAPID_PRIVATE_KEY_FILE") or VAR_DIR / "vapid_key")
    # A push service of one's own, in a private network or without https. Any other must be public.
    PUSH_TRUSTED_ORIGINS: list[str] = env.list("PUSH_TRUSTED_ORIGINS", [])
    # How many proxies stand before this and can be believed. None: what a request says about itself is not.
    TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, validate=validate.Range(min=0))
except (EnvError, ValueError) as error:
    raise ImproperlyConfigured(str(error)) from error
except PermissionError as error:
    raise ImproperlyConfigured(processes.not_ours(VAR_DIR)) from error

if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "hrplatform.urls"
WSGI_APPLICATION = "hrplatform.wsgi.application"

INSTALLED_APPS = [
    "hrplatform.apps.HrplatformConfig",
    "groups",
    "outreach",
    "resources",
    "hrplatform.apps.OperatorAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "hrplatform.middleware.response_headers",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "hrplatform.middleware.error_pages",
    "hrplatform.middleware.request_limits",
    "hrplatform.sessions.SessionMiddleware",
    "hrplatform.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "groups.middleware.TokenBearers",
    "groups.middleware.PrivatePages",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "hrplatform.context.instance",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "hrplatform.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- One database, three roles (docs/safety.md) ---------------------------------------------------------------------

EMBEDDED_DATABASE = not DATABASE_URL
EMBEDDED_BROKER = not REDIS_URL


DATABASES = {
    # What the web server, the worker and the tests use: subject to every row-level policy.
    "default": environment.database(
        "DATABASE_URL",
        DATABASE_URL or embedded.database_url("hrplatform_app"),
        "hrplatform_app",
        # Tries to reconnect end soon, so that the next request begins a new one. The pool's own pauses grow to minutes:
        # people would be turned away long after the database is back.
        pool={"min_size": 1, "max_size": 10, "timeout": 4, "reconnect_timeout": 2},
    ),
    # Migrations only.
    "owner": environment.database(
        "DATABASE_OWNER_URL", DATABASE_OWNER_URL or embedded.database_url("hrplatform_owner"), "hrplatform_owner"
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_redis = urlsplit("")
if REDIS_URL:
    _redis = environment.address_of("REDIS_URL", REDIS_URL, "redis://host:6379/0", schemes=("redis", "rediss", "unix"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL or embedded.cache_url(),
        "KEY_PREFIX": "hrplatform",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}

# --- Celery ---------------------------------------------------------------------------------------------------------

_number = parse_qs(_redis.query).get("db", ["0"])[0]
_over_socket = f"redis+socket://{_redis.path}?virtual_host={_number}" if _redis.scheme == "unix" else ""
CELERY_BROKER_URL = _over_socket or REDIS_URL or embedded.broker_url()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "send what is due": {"task": "groups.tasks.claim_due_reminders", "schedule": timedelta(seconds=10)},
    "keep recurring meetings ahead": {"task": "groups.tasks.extend_meeting_series", "schedule": timedelta(hours=6)},
    "keep the time of decisions": {"task": "groups.tasks.keep_time_of_decisions", "schedule": timedelta(minutes=1)},
    "remove erased groups": {"task": "groups.tasks.remove_erased_groups", "schedule": timedelta(minutes=1)},
    "look after roles": {"task": "groups.tasks.look_after_roles", "schedule": timedelta(hours=1)},
    "count who leads": {"task": "groups.tasks.count_leadership_of_groups", "schedule": timedelta(hours=12)},
    "retention": {"task": "hrplatform.tasks.execute_data_policy", "schedule": timedelta(hours=24)},
}

# --- People ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "groups.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["hrplatform.hashers.PassphraseHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["handle"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "outreach:tonight"
LOGOUT_REDIRECT_URL = "resources:home"
ACCOUNT_ADAPTER = "groups.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
# E-mail is sealed and never a way in, so the sign-in library must not know it.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "groups.forms.SignInForm",
    "signup": "groups.forms.SignUpForm",
    "change_password": "groups.forms.PassphraseForm",
    "reauthenticate": "groups.forms.IsItYouForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# Per source only: a limit per account would let anyone lock someone out on purpose.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "7/5m/ip",
    "signup": "20/h/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

SESSION_ENGINE = "hrplatform.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_NAME = "__Host-session" if IS_SECURE else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_AGE = None  # Gone when the browser closes.
CSRF_COOKIE_NAME = "__Host-csrf" if IS_SECURE else "csrf"
CSRF_FAILURE_VIEW = "hrplatform.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Response headers -----------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 63_072_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [NONE],
    }
}
# Every feature a page could ask a phone for is off.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "accelerometer": [],
    "autoplay": [],
    "browsing-topics": [],
    "camera": [],
    "display-capture": [],
    "encrypted-media": [],
    "fullscreen": [],
    "geolocation": [],
    "gyroscope": [],
    "hid": [],
    "idle-detection": [],
    "interest-cohort": [],
    "magnetometer": [],
    "microphone": [],
    "midi": [],
    "payment": [],
    "picture-in-picture": [],
    "screen-wake-lock": [],
    "serial": [],
    "usb": [],
    "xr-spatial-tracking": [],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
REQUEST_MAX_BYTES = 1_048_576

# --- Languages and time ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("nl", _("Dutch")), ("ru", _("Russian"))]
LOCALE_PATHS = [VAR_DIR / "locale"]
CATALOGUE_DIR = BASE_DIR / "locale"
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- Mail -----------------------------------------------------------------------------------------------------------

_email: dict[str, Any] = {}
if EMAIL_URL:
    _example = "smtp://user:password@host:587/?tls=True"
    environment.address_of("EMAIL_URL", EMAIL_URL, _example, schemes=("smtp", "submission"))
    try:
        _email = dict(dj_email_url.parse(EMAIL_URL))
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL must look like {_example}.") from error
vars().update(_email)
EMAIL_BACKEND = f"hrplatform.delivery.{'SmtpBackend' if EMAIL_URL else 'FolderEmailBackend'}"
EMAIL_FOLDER = VAR_DIR / "mail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"hello@{_site.hostname}")

# --- The JSON API: nothing is open unless it says so ----------------------------------------------------------------

API_PREFIX = "/api/"
REST_FRAMEWORK = {
    # Tokens only: a browser that is signed in does nothing here, so no other site can make it.
    "DEFAULT_AUTHENTICATION_CLASSES": ["groups.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["groups.api.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["groups.api.authentication.PersonThrottle"],
    "DEFAULT_THROTTLE_RATES": {"person": "120/min"},
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["groups.api.parsing.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "groups.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "groups.api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "groups.api.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "API",
    "DESCRIPTION": "What a program of yours can do for you in your groups. docs/api.md says how to begin.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],
}

# --- Logs: what happened and where in the code, never who, from where, or with which words --------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"bare": {"()": "hrplatform.logs.BareFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "bare"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": [], "propagate": False},
    },
}

SILENCED_SYSTEM_CHECKS = [
    # A handle is unique whatever its capitals: the constraint is on lower(handle), which this check cannot see.
    "auth.W004",
]
