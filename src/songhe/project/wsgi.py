"""The WSGI entry for gunicorn: loaded once, before the page workers are forked from it."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhe.project.settings")
application = get_wsgi_application()

from songhe.project.warming import warm  # noqa: E402 - only once the applications are set up

warm()
