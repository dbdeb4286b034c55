"""Pictures of the main pages for the README, from a running demo city: `python tools/take_pictures.py http://127.0.0.1:8000 var/demo_accounts.json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


def sign_in(page: Page, base: str, user: str, password: str) -> None:
    """The page belongs to this account from now on."""
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


def take(page: Page, name: str, *, whole: bool = False) -> None:
    """The page as it is now, as a file of docs/pictures."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)


def public(browser: Browser, base: str) -> None:
    """The portal at both ends of size, and what a visitor of 82 is told."""
    page = browser.new_page(viewport=DESKTOP)
    page.goto(f"{base}/")
    take(page, "home")
    page.goto(f"{base}/eligibility/question/")
    take(page, "question")
    phone = browser.new_page(viewport=PHONE)
    phone.goto(f"{base}/")
    phone.locator("form[action*='large-type'] button").first.click()
    take(phone, "home-large-type")


def main(base: str, accounts: Path) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    passwords: dict[str, str] = json.loads(accounts.read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        public(browser, base)
        street = browser.new_page(viewport=DESKTOP)
        sign_in(street, base, "street1", passwords["street1"])
        street.goto(f"{base}/street/")
        take(street, "work-list")
        street.goto(f"{base}/street/people/?q=wang")
        street.locator("main table a").first.click()
        take(street, "person")
        for name, path in (("links", "/street/links/"), ("disputes", "/street/disputes/")):
            street.goto(f"{base}{path}")
            take(street, name)
        city = browser.new_page(viewport=DESKTOP)
        sign_in(city, base, "city", passwords["city"])
        for name, path in (
            ("plan", "/city/"),
            ("indicators", "/city/indicators/"),
            ("projection", "/city/projection/"),
            ("overview", "/city/money/"),
            ("pack", "/city/policy/"),
            ("assumed", "/city/policy/assumed/"),
            ("what-if", "/city/what-if/"),
        ):
            city.goto(f"{base}{path}")
            take(city, name)
        operations = browser.new_page(viewport=DESKTOP)
        sign_in(operations, base, "system", passwords["system"])
        operations.goto(f"{base}/ops/imports/")
        operations.locator("main a[href*='/ops/imports/']").nth(1).click()
        take(operations, "import")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
