"""What a file really is, whatever its name says: told before it is stored, because "cannot be opened" helps nobody."""

from __future__ import annotations

import codecs
import mmap
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO

from songhe.contexts.people.errors import UnreadableFile

WORKBOOK, OLD_WORKBOOK, TEXT = "xlsx", "xls", "csv"
KIND_NAMES = {WORKBOOK: "xlsx 表格", OLD_WORKBOOK: "旧版 xls 表格", TEXT: "文字表格（csv）"}
MOST_UNPACKED = 2 << 30  # bytes; a workbook that unpacks to more than this is no list of people
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "请用表格软件打开，另存为 xlsx 后再上传。"
_OTHERS = (
    (b"%PDF", "PDF 文件"), (b"\x89PNG", "图片"), (b"\xff\xd8\xff", "图片"), (b"GIF8", "图片"), (b"Rar!", "压缩包"), (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"), (b"{\\rtf", "Word 文件"),
)  # fmt: skip
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def recognise(content: bytes | Path) -> str:
    """xlsx, xls or csv; raises UnreadableFile, which says what the file is instead and what to do."""
    with _opened(content) as source:
        start = source.read(4096)
        if not start.strip(b"\0 \r\n\t"):
            raise UnreadableFile("文件里没有内容。", next_step="请选择有内容的文件。", field="content")
        for mark, what in _OTHERS:
            if start.startswith(mark):
                raise _refused(f"这是{what}，不是表格。", "请上传 xlsx 或 csv 表格。")
        if start.startswith(_ZIP):
            return _packed(source)
        if start.startswith(_OLE):
            return _old(content)
        text = start.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip().lower()
        if text.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"<style")):
            raise _refused("这个文件其实是网页，只是名字像表格（有些系统导出的“表格”就是这样）。", _SAVE_AS)
        return TEXT


def told_otherwise(name: str, kind: str) -> str:
    """A sentence where the name says something else than the content is, else empty."""
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if suffix == kind or (kind == TEXT and suffix in ("txt", "tsv")):
        return ""
    return f"文件名写的是“{suffix or '没有扩展名'}”，内容其实是{KIND_NAMES[kind]}，已按内容读。"


def _refused(sentence: str, next_step: str) -> UnreadableFile:
    return UnreadableFile(sentence, next_step=next_step, field="content")


def _packed(source: IO[bytes]) -> str:
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as archive:
            names, size = set(archive.namelist()), sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise _refused("表格打不开，文件可能没有传完或已损坏。", "请重新导出后再上传。") from None
    if size > MOST_UNPACKED:
        raise _refused("表格解开以后超过2G，读不了。", "请按镇街分成几个文件上传。")
    if "xl/workbook.xml" in names:
        return WORKBOOK
    if "xl/workbook.bin" in names:
        raise _refused("这是二进制的 xlsb 表格，读不了。", _SAVE_AS)
    if any(name.startswith("word/") for name in names):
        raise _refused("这是 Word 文件，不是表格。", "请把里面的表格复制到 Excel，另存为 xlsx 后再上传。")
    if "content.xml" in names:
        raise _refused("这是 ods 表格，读不了。", _SAVE_AS)
    raise _refused("这是压缩包，不是表格。", "请解压以后，上传里面的表格。")


def _old(content: bytes | Path) -> str:
    """An old container holds an old workbook, or a new one behind a password, or something else."""
    with _searchable(content) as whole:
        if whole.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise _refused("表格设了打开密码，读不了。", "请去掉密码另存后再上传（文件在系统里是加密保存的）。")
        if whole.find("Workbook".encode("utf-16-le")) >= 0 or whole.find("Book\0".encode("utf-16-le")) >= 0:
            return OLD_WORKBOOK
    raise _refused("这不是表格文件。", "请上传 xlsx 或 csv 表格。")


@contextmanager
def _opened(content: bytes | Path) -> Iterator[IO[bytes]]:
    with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:
        yield source


@contextmanager
def _searchable(content: bytes | Path) -> Iterator[bytes | mmap.mmap]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        yield whole


def encoding_of(held: IO[bytes]) -> str:
    """utf-8-sig, utf-16 (with its mark) or gb18030, whichever reads the whole file; the file stands at its beginning again."""
    held.seek(0)
    start = held.read(4)
    candidates = ("utf-16",) if start.startswith(_MARKS[1:]) else ("utf-8-sig", "gb18030")
    for encoding in candidates:
        if _reads(held, encoding):
            held.seek(0)
            return encoding
    raise UnreadableFile("文件的文字编码认不出来。", next_step="请另存为 UTF-8 编码的 csv，或存成 xlsx 后再上传。")


def _reads(held: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    held.seek(0)
    try:
        while block := held.read(1 << 20):
            if "\0" in decoder.decode(block):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
