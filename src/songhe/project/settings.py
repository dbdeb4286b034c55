"""Django settings. What differs between machines comes from the environment; docs/start-here.md lists the variables."""

from __future__ import annotations

import os
from datetime import timedelta

from csp.constants import NONE, SELF

from songhe.project.city import read_choice
from songhe.project.database import database_settings
from songhe.project.keys import key
from songhe.project.paths import PACKS as PACKS
from songhe.project.paths import ROOT as ROOT
from songhe.project.paths import VAR
from songhe.project.two_factors import roles_with_two_factors

SONGHE_KEY_PROVIDER = os.environ.get("SONGHE_KEY_PROVIDER", "songhe.foundation.keys.FileKeyProvider")
SONGHE_SIGNING_CERTIFICATE = os.environ.get(
    "SONGHE_SIGNING_CERTIFICATE", ""
)  # PKCS#12 of the city's electronic seal; "" is our own
SONGHE_SIGNING_PASSWORD_FILE = os.environ.get("SONGHE_SIGNING_PASSWORD_FILE", "")

DEBUG = False
SECRET_KEY = key("secret", directory=VAR / "keys", variable="SONGHE_SECRET_KEY")
ALLOWED_HOSTS = os.environ.get("SONGHE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("SONGHE_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "songhe.web",  # before allauth: our templates stand in for its own
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "songhe.foundation",
    "songhe.contexts.accounts",
    "songhe.contexts.places",
    "songhe.contexts.messaging",
    "songhe.contexts.people",
    "songhe.contexts.policy_library",
    "songhe.contexts.assessments",
    "songhe.contexts.registers",
    "songhe.contexts.entitlements",
    "songhe.contexts.payments",
    "songhe.contexts.statistics",
    "songhe.contexts.planning",
    "songhe.contexts.plan_tracking",
    "songhe.project.apps.ProjectConfig",
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
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "songhe.web.middleware.RefusalPages",
]
ROOT_URLCONF = "songhe.project.urls"
WSGI_APPLICATION = "songhe.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "songhe.web.frame.context",
            ],
        },
    }
]

_CHOICE = read_choice(VAR)
CITY = _CHOICE.city if _CHOICE else ""  # the folder of packs/ whose own files of the departments' data hold
DATABASES = {
    "default": database_settings(
        os.environ.get("DATABASE_URL"), VAR, _CHOICE, password_file=os.environ.get("SONGHE_DATABASE_PASSWORD_FILE")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(VAR / "uploads")}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "songhe.foundation.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
SONGHE_VIRUS_SCANNER = os.environ.get(
    "SONGHE_VIRUS_SCANNER", ""
)  # a command such as "clamdscan --no-summary -", see foundation/scanning
SONGHE_UPLOAD_BOUNDS = {
    "/city/plans/": 40 * 1024 * 1024,
    "/api/v1/plans": 40 * 1024 * 1024,  # a plan document, see engines/plan_reading
    "/verify/": 20 * 1024 * 1024,  # a document to be checked, see foundation/signing
    "/api/v1/documents/": 20 * 1024 * 1024,
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desks/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "songhe.project.sign_in.ClosedAccounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip"}  # an account rests by axes alone, so that unlocking it lets it in at once
MFA_ADAPTER = "songhe.project.sign_in.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # of thirty seconds: the clocks of office phones
MFA_TOTP_ISSUER = "松鹤"
SONGHE_TWO_FACTORS = roles_with_two_factors(os.environ.get("SONGHE_TWO_FACTORS"), live=os.environ.get("SONGHE_HTTPS") == "1")
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "songhe.web.errors.too_many_attempts"
CSRF_FAILURE_VIEW = "songhe.web.errors.form_too_old"

SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if os.environ.get("SONGHE_HTTPS") == "1":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its arrows and ticks as data: pictures inside its style sheet
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["songhe.jobs.tasks"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"songhe": {"level": "INFO"}},
}
