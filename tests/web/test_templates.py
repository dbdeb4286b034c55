"""What no template may hold: inline styles and scripts, other hosts, half-width punctuation in Chinese; and what the assets may not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "src" / "songhe" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
CHINESE = "\u4e00-\u9fff"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_a_template_keeps_the_rules_of_the_page_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", text.replace(' name="on"', "")) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []
    assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//", text) == []
    assert re.findall(r"<style", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_chinese_has_chinese_punctuation(path: Path) -> None:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert re.findall(rf"[{CHINESE}][,;:?!][{CHINESE}]", text) == []


def test_icons_are_hidden_from_screen_readers() -> None:
    icons = sorted((WEB / "templates" / "icons").glob("*.svg"))
    assert len(icons) >= 30
    assert [icon.name for icon in icons if 'aria-hidden="true"' not in icon.read_text(encoding="utf-8")] == []


def test_the_lock_file_names_no_host() -> None:
    lock = json.loads((WEB / "assets" / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert [name for name, package in lock["packages"].items() if name and "integrity" not in package] == []


def test_style_sheets_name_no_host() -> None:
    for sheet in (WEB / "assets" / "styles").glob("*.css"):
        assert re.findall(r"(?:https?:)?//[a-z]", sheet.read_text(encoding="utf-8")) == [], sheet.name
