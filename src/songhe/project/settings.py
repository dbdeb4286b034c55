"""Django settings. Everything that differs between machines comes from the environment; see docs/start-here.md."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("SONGHE_VAR", ROOT / "var"))
PACKS = Path(os.environ.get("SONGHE_PACKS", ROOT / "packs"))

INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "songhe.foundation",
    "songhe.contexts.accounts",
    "songhe.contexts.places",
    "songhe.contexts.people",
    "songhe.contexts.policy_library",
    "songhe.contexts.entitlements",
]
AUTH_USER_MODEL = "accounts.User"
SECRET_KEY = "replaced by the house"  # noqa: S105
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "songhe"}}
