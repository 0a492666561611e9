"""Every setting of the site, read from the environment once; `docs/settings.md` lists the names for operators."""

import json
import os
import re
import secrets
import tempfile
import zoneinfo
from contextlib import suppress
from datetime import date
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from papers.arxiv import taxonomy

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- The site -------------------------------------------------------------------------------------------------------

DATA_DIR = Path(env("DATA_DIR", default=BASE_DIR / ".data")).resolve()
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SITE_NAME = env("SITE_NAME", default="Daily Papers")
# Where `make run` has the site on this DATA_DIR: what manage.py sends beside it leads there, too.
ADDRESS_FILE = DATA_DIR / "address"
_address = ADDRESS_FILE.read_text().strip() if ADDRESS_FILE.is_file() else ""
SITE_URL = env("SITE_URL", default=_address or "http://127.0.0.1:8000").rstrip("/")
if urlsplit(SITE_URL).scheme not in ("http", "https") or not urlsplit(SITE_URL).hostname:
    raise ImproperlyConfigured(f"SITE_URL={SITE_URL} is no address: write it whole, like https://papers.example.org")
if "=?" in SITE_NAME or not SITE_NAME.isprintable():
    raise ImproperlyConfigured(f"SITE_NAME={SITE_NAME} can't stand in a mail: use letters, digits and plain signs")
SITE_CURATORS = env("SITE_CURATORS", default="")
IS_HTTPS = SITE_URL.startswith("https://")
# Whether a proxy stands before us whose X-Forwarded-Proto and X-Forwarded-For can be believed.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)


def _secret_key() -> str:
    """The key given, or one made at the first start and kept in DATA_DIR, readable by its owner alone."""
    if key := env("SECRET_KEY", default=""):
        return key
    path = DATA_DIR / "secret_key"
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        # Written aside (for the owner alone) and linked whole: of two first starts at once, one key wins.
        with tempfile.NamedTemporaryFile(dir=DATA_DIR) as made, suppress(FileExistsError):
            made.write(secrets.token_urlsafe(50).encode())
            made.flush()
            os.link(made.name, path)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"No SECRET_KEY is set and none can be kept in {DATA_DIR}: {error}") from error


SECRET_KEY = _secret_key()
# This machine itself may always ask: health checks do.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname]), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- What arXiv and others are asked ----------------------------------------------------------------------------------

ARXIV_URL = env("ARXIV_URL", default="https://arxiv.org")
ARXIV_RSS_URL = env("ARXIV_RSS_URL", default="https://rss.arxiv.org")
ARXIV_API_URL = env("ARXIV_API_URL", default="https://export.arxiv.org")
ARXIV_OAI_URL = env("ARXIV_OAI_URL", default="https://oaipmh.arxiv.org")
HUGGINGFACE_URL = env("HUGGINGFACE_URL", default="https://huggingface.co")
GITHUB_API_URL = env("GITHUB_API_URL", default="https://api.github.com")
GITHUB_TOKEN = env("GITHUB_TOKEN", default="")
# Seconds between two requests, whichever process makes them. arXiv's terms of use ask for three, over all its services
# together: https://info.arxiv.org/help/api/tou.html. Hugging Face states no limit, and GitHub wants one after the other.
ARXIV_PAUSE = env.float("ARXIV_PAUSE", default=3.0)
HUGGINGFACE_PAUSE = env.float("HUGGINGFACE_PAUSE", default=1.0)
GITHUB_PAUSE = env.float("GITHUB_PAUSE", default=0.5)
# Seconds before a failed request is made again, doubled each time.
RETRY_PAUSE = env.float("RETRY_PAUSE", default=2.0)
ARXIV_CATEGORIES = env.list("ARXIV_CATEGORIES", default=["cs.AI", "cs.CL", "cs.CV", "cs.LG", "stat.ML"])
if unknown := [name for name in ARXIV_CATEGORIES if not taxonomy.is_known(name)]:
    raise ImproperlyConfigured(
        f"ARXIV_CATEGORIES={env('ARXIV_CATEGORIES')} names {', '.join(unknown)}, which arXiv has not: "
        "write them like cs.CV,stat.ML"
    )
try:
    # Days without announcement beyond those that papers/arxiv/calendar.py knows, as arXiv's page names them.
    ARXIV_HOLIDAYS = [date.fromisoformat(day) for day in env.list("ARXIV_HOLIDAYS", default=[])]
except ValueError as error:
    raise ImproperlyConfigured(
        f"ARXIV_HOLIDAYS={env('ARXIV_HOLIDAYS')} are no dates: write them like 2026-10-08,2026-12-29"
    ) from error
# A service that speaks OpenAI's chat completions, asked for a sentence on papers; each request may cost something.
SUMMARIZER_URL = env("SUMMARIZER_URL", default="").rstrip("/")
SUMMARIZER_MODEL = env("SUMMARIZER_MODEL", default="")
SUMMARIZER_KEY = env("SUMMARIZER_KEY", default="")
SUMMARIZER_DAILY_LIMIT = env.int("SUMMARIZER_DAILY_LIMIT", default=200)
if SUMMARIZER_URL and (
    urlsplit(SUMMARIZER_URL).scheme not in ("http", "https") or not urlsplit(SUMMARIZER_URL).hostname
):
    raise ImproperlyConfigured(
        f"SUMMARIZER_URL={SUMMARIZER_URL} is no address: write it like http://127.0.0.1:11434/v1"
    )
if SUMMARIZER_URL and not SUMMARIZER_MODEL:
    raise ImproperlyConfigured("SUMMARIZER_URL is set, but not which model to ask there: set SUMMARIZER_MODEL")
MIRROR_HUGGINGFACE = env.bool("MIRROR_HUGGINGFACE", default=False)
ARXIV_BACKFILL = env.bool("ARXIV_BACKFILL", default=False)
# Five members agree on a paper: more than its author and a friend or two. A small lab asks for less, 0 for nothing.
PROMOTE_UPVOTES = env.int("PROMOTE_UPVOTES", default=5)
# Papers' pictures and videos are fetched where the licence allows it; with this, whatever the licence.
MIRROR_MEDIA = env.bool("MIRROR_MEDIA", default=False)
# A feed day is a date in this zone.
FEED_TIME_ZONE = env("FEED_TIME_ZONE", default="UTC")
if FEED_TIME_ZONE not in zoneinfo.available_timezones():
    raise ImproperlyConfigured(f"FEED_TIME_ZONE={FEED_TIME_ZONE} is no time zone: write it like Europe/Paris")

# --- Django -----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "anymail",
    "csp",
    "django_htmx",
    "heroicons",
    "template_partials",
    "accounts",
    "papers",
    "feed",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.media.Media",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "config.caching.PublicPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["heroicons.templatetags.heroicons", "template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    }
]
DATABASES = {"default": {**env.db("DATABASE_URL"), "CONN_HEALTH_CHECKS": True}}
# What the URL itself asks for, such as ?host= of a socket, stays.
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 10},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL")
CACHES = {"default": {"BACKEND": "config.cache.ForgivingRedisCache", "LOCATION": REDIS_URL, "TIMEOUT": 300}}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
FORMS_URLFIELD_ASSUME_HTTPS = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=DATA_DIR / "static"))
# Pictures and videos that were fetched: web and workers share this folder, and a proxy may serve it.
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=DATA_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.Storage"},
}

# --- Who --------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/papers"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "signup": "accounts.forms.SignupForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
# How long after signing up the link in the mail still signs in: some servers let a first mail wait for half an hour.
ACCOUNT_LOGIN_TIMEOUT = 60 * 60
# One address an account: a new one takes the old one's place when it is confirmed, and the old one is told.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/papers"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
# Whom the limits on sign-in count: behind a proxy, the address it saw.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

# --- Mail -------------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env(
    "DEFAULT_FROM_EMAIL", default='"{}" <papers@localhost>'.format(SITE_NAME.replace('"', ""))
)
EMAIL_BACKEND = env("EMAIL_BACKEND", default="")
if EMAIL_BACKEND and not re.fullmatch(r"anymail\.backends\.\w+\.EmailBackend", EMAIL_BACKEND):
    raise ImproperlyConfigured(
        f"EMAIL_BACKEND={EMAIL_BACKEND} is no provider's: write it like anymail.backends.postmark.EmailBackend"
    )
if EMAIL_BACKEND and not find_spec(EMAIL_BACKEND.removesuffix(".EmailBackend")):
    raise ImproperlyConfigured(f"EMAIL_BACKEND={EMAIL_BACKEND} is of a provider that django-anymail does not know")
if email_url := env("EMAIL_URL", default=""):
    if EMAIL_BACKEND:
        raise ImproperlyConfigured(
            "EMAIL_URL and EMAIL_BACKEND are both set: mail leaves on one way, leave out the other"
        )
    vars().update(env.email_url_config(email_url))
EMAIL_BACKEND = EMAIL_BACKEND or "config.mail.ConsoleAndFileBackend"
# Where mail comes back to, each with the name of its own behind a plus; without it, to the sender.
BOUNCE_ADDRESS = env("BOUNCE_ADDRESS", default="")
# RFC 5321, section 4.5.3.1.1: what stands before the @ has 64 characters, and 25 of them are the plus and that name.
if BOUNCE_ADDRESS and not re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]{1,39}@[\w.-]+", BOUNCE_ADDRESS, re.ASCII):
    raise ImproperlyConfigured(
        f"BOUNCE_ADDRESS={BOUNCE_ADDRESS} is no address to which more can be added: write it like "
        "bounces@papers.example.org, with up to 39 characters before the @"
    )


def _anymail() -> dict[str, object]:
    """What django-anymail is told of providers: each ANYMAIL_… of the environment, by the name it has there."""
    found: dict[str, object] = {}
    for name, value in os.environ.items():
        if name.startswith("ANYMAIL_") and value:
            # Some are yes or no, some are lists or more. A key stays as it is, though it be made of digits.
            is_json = value in ("true", "false") or value[0] in "[{"
            try:
                found[name.removeprefix("ANYMAIL_")] = json.loads(value) if is_json else value
            except ValueError as error:
                raise ImproperlyConfigured(f"{name} begins like JSON, and is none: {error}") from error
    return found


# An address that a provider refuses is told of by its webhook; an error would hold up the mail to others. And some take no
# metadata, by which we would know a mail again: that is no reason not to send it.
ANYMAIL = {"IGNORE_RECIPIENT_STATUS": True, "IGNORE_UNSUPPORTED_FEATURES": True, **_anymail()}
# With it, and only then, providers may say at /anymail/… what became of mail. It stands in the address that they are given.
ANYMAIL_WEBHOOK_SECRET = env("ANYMAIL_WEBHOOK_SECRET", default="")
if ANYMAIL_WEBHOOK_SECRET and not re.fullmatch(r"[^:\s]+:\S{16,}", ANYMAIL_WEBHOOK_SECRET):
    raise ImproperlyConfigured(
        "ANYMAIL_WEBHOOK_SECRET is no secret: write it like user:password, with 16 characters or more behind the colon"
    )
# What stands behind the @ in the names of messages and of the list.
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
if not MAIL_DOMAIN:
    raise ImproperlyConfigured(
        f"DEFAULT_FROM_EMAIL={DEFAULT_FROM_EMAIL} is no address: write it like Daily Papers <papers@example.org>"
    )
if not parseaddr(DEFAULT_FROM_EMAIL)[1].isascii():
    raise ImproperlyConfigured(
        f"DEFAULT_FROM_EMAIL={DEFAULT_FROM_EMAIL} has an address that not every mail server takes: write its domain in "
        "ASCII, like papers@xn--bcher-kva.example"
    )
# Hour, in each subscriber's time zone, at which the digest leaves.
DIGEST_HOUR = env.int("DIGEST_HOUR", default=8)
if not 0 <= DIGEST_HOUR <= 23:
    raise ImproperlyConfigured(f"DIGEST_HOUR={DIGEST_HOUR} is no hour: write one from 0 to 23")
EMAIL_FILE_PATH = DATA_DIR / "mail"
# Who is told when a source falls silent.
OPERATORS = env.list("OPERATORS", default=[])
if wrong := [address for address in OPERATORS if "@" not in address]:
    raise ImproperlyConfigured(f"OPERATORS={wrong[0]} is no address: write them like ada@example.org,bob@example.org")
ADMINS = [("", address) for address in OPERATORS]
EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
EMAIL_TIMEOUT = 10

# --- Work in the background -------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 15 * 60
CELERY_TASK_TIME_LIMIT = 20 * 60
# Publishing must never hold up a page: half a second, no second try; the timetable rings again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Above the hard limit of any task, or a long one would be handed to a second worker.
    "visibility_timeout": 60 * 60,
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Safety -----------------------------------------------------------------------------------------------------------

# Only a proxy can speak https for us. Without one that says so, the redirect would lead to itself for ever.
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=IS_HTTPS and BEHIND_PROXY)
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
# What these two promise binds every other site under the domain too: the operator's choice, not ours.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_WHOLE_DOMAIN", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django": {"level": env("LOG_LEVEL", default="WARNING")},
        "papers": {"level": "INFO"},
        "feed": {"level": "INFO"},
    },
}
