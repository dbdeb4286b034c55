"""Printed sheets: a typeface that has Chinese, and typst, which makes PDF/A from data and decides nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import typst

from songhe.foundation.access import Actor
from songhe.foundation.errors import SongheError

_SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Songti SC")
_SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei")


class NoChineseFont(SongheError):
    """The server has none of the typefaces that can print Chinese; typst would print boxes without saying so."""

    code = "no_chinese_font"
    http_status = 503


@lru_cache(maxsize=1)
def _typefaces() -> typst.Fonts:
    """What is installed, looked for once: looking takes longer than most sheets."""
    return typst.Fonts()


@lru_cache(maxsize=4)
def font(*, plain: bool = False) -> str:
    """The first installed typeface that prints Chinese, `plain` strokes first for tired eyes; raises NoChineseFont."""
    installed = set(_typefaces().families())
    found = next((name for name in ((*_SANS, *_SERIF) if plain else (*_SERIF, *_SANS)) if name in installed), None)
    if found is None:
        raise NoChineseFont(
            "服务器上没有能印中文的字体，印不出来。", next_step="请系统管理员安装中文字体（例如 fonts-noto-cjk）。"
        )
    return found


def compile_pdf(sheet: bytes, data: object, *, made_on: dt.date) -> bytes:
    """The typst source filled with the data as PDF/A-2b; the same data of the same day give the same bytes."""
    given = json.dumps(data, ensure_ascii=False)
    at = dt.datetime.combine(made_on, dt.time(), dt.UTC)
    return typst.compile(
        sheet, font_paths=_typefaces(), sys_inputs={"data": given}, format="pdf", pdf_standards="a-2b", timestamp=at
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed paper: the file's name, and the PDF."""

    name: str
    content: bytes


Printer = Callable[[Actor, Mapping[str, str]], Paper]
_PRINTERS: dict[str, Printer] = {}


def offer(kind: str, printer: Printer) -> None:
    """Papers of this kind are printed so from now on; offering one twice changes nothing."""
    _PRINTERS[kind] = printer


def paper(kind: str, actor: Actor, asked: Mapping[str, str]) -> Paper:
    """The paper of that kind with what is asked of it; the printer checks access and records that it was taken."""
    return _PRINTERS[kind](actor, asked)
