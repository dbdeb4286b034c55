"""Fixtures for tests in a real browser: chromium, axe, and a watch on what a page asks for and what its policy forbids."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from songhe.foundation.access import Role
from tests.web.city import SmallCity, build_city

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's loop runs in this thread

OTHERS_AT_WORK = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
PATIENCE = 10.0  # s a request may take to be answered after its page was closed
SIZES = {"desk": (1366, 768), "phone": (390, 844)}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's chromium; no sandbox, because tests run as root in containers."""
    return {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    """The city's language and time; axe is put into the page by the browser itself, so the page's policy stays on."""
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def city(transactional_db: None) -> SmallCity:
    """The small city, seen by the server's threads too."""
    cache.clear()
    return build_city()


@pytest.fixture(autouse=True)
def answered(transactional_db: None) -> Iterator[None]:
    """The tables are emptied only when the server has answered what closed pages still asked for: the two would lock each other out."""
    yield
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(OTHERS_AT_WORK)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.02)


@dataclass
class Watch:
    """What went wrong on a page: requests to other hosts, failed requests, console errors (forbidden styles, scripts)."""

    host: str
    foreign: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Nothing went wrong."""
        assert (self.foreign, self.failed, self.errors) == ([], [], [])


@pytest.fixture
def watched(page: Page, live_server: LiveServer, city: SmallCity) -> Iterator[Watch]:
    """The page of this test, watched from the first request on."""
    watch = Watch(urlsplit(live_server.url).netloc)
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith("data:") or urlsplit(request.url).netloc == watch.host
            else watch.foreign.append(request.url)
        ),
    )
    page.on(
        "response",
        lambda response: (
            watch.failed.append(f"{response.status} {response.url}")
            if response.status >= 400 and "/favicon" not in response.url
            else None
        ),
    )
    page.on("console", lambda message: watch.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    yield watch


@pytest.fixture
def sign_in(page: Page, live_server: LiveServer, city: SmallCity) -> Callable[[Role], None]:
    """Signs the browser in as a role by its session cookie."""

    def enter(role: Role) -> None:
        from django.contrib.auth import get_user_model

        client = Client()
        client.force_login(
            get_user_model().objects.get(pk=city.users[role]), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )

    return enter


@pytest.fixture
def large_type(page: Page, live_server: LiveServer) -> Callable[[], None]:
    """Switches 关怀模式 on for this browser."""

    def switch() -> None:
        page.context.add_cookies([{"name": "large_type", "value": "1", "url": live_server.url}])

    return switch


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds on the page: rule and the places that break it."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def too_wide(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
