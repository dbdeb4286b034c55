"""A document file → its text: txt, html, docx, pdf. Tables become one cell a line; what cannot be read is said in one sentence."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LARGEST = 40 * 1024 * 1024  # bytes; a plan of sixty pages is below two
MOST_PAGES = 600
_LEAST_LETTERS = 30
_DOCX_NUMBERS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"


class DocumentProblem(Exception):
    """The file cannot be read as a document. `sentence` says what is wrong, `next_step` what to do; both in Chinese."""

    def __init__(self, code: str, sentence: str, next_step: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.next_step = code, sentence, next_step


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file and what kind of file it is: txt | html | docx | pdf."""

    text: str
    kind: str


def read_document(content: bytes, name: str) -> Document:
    """The text in reading order; raises DocumentProblem. The content decides what the file is, not its name."""
    if not content.strip():
        raise DocumentProblem("empty", "这个文件是空的。", "请重新选择文件。")
    if len(content) > LARGEST:
        raise DocumentProblem("too_large", f"文件太大(超过{LARGEST // 1024 // 1024}MB)。", "请只上传方案正文，不带图片和附件。")
    kind = _kind(content, name)
    text = {"pdf": _pdf, "docx": _docx, "html": _html, "txt": decode}[kind](content)
    if sum(letter.isalnum() for letter in text) < _LEAST_LETTERS:
        if kind == "pdf":
            raise DocumentProblem(
                "no_text", "这个PDF里没有文字，多半是扫描件。", "请上传由文字处理软件导出的PDF，或上传docx文件。"
            )
        raise DocumentProblem("no_text", "文件里几乎没有文字。", "请确认选的是方案正文。")
    return Document(text, kind)


def _kind(content: bytes, name: str) -> str:
    if content[:1024].lstrip().startswith(b"%PDF"):
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        if _is_docx(content):
            return "docx"
        raise DocumentProblem("not_a_document", "这是一个压缩文件或表格，不是文档。", "请上传docx、pdf、网页或文本文件。")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise DocumentProblem("password", "文件加了密码，打不开。", "请去掉密码后再上传。")
        raise DocumentProblem("old_format", "这是旧格式的文档(doc或wps)。", "请在文字处理软件里另存为docx或pdf后再上传。")
    head = content[:2048].lower()
    if b"<html" in head or b"<!doctype html" in head or name.lower().endswith((".html", ".htm")):
        return "html"
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentProblem("not_a_document", "这不是文档文件。", "请上传docx、pdf、网页或文本文件。")
    return "txt"


def _is_docx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            size = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise DocumentProblem("damaged", "文件损坏，打不开。", "请重新导出后再上传。") from error
    if size > 20 * LARGEST:
        raise DocumentProblem("too_large", "文件解压后太大。", "请只上传方案正文，不带图片和附件。")
    return "word/document.xml" in names


def decode(content: bytes) -> str:
    """Text in UTF-8 (with or without mark), UTF-16 with mark, or GB18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentProblem("encoding", "认不出文件的文字编码。", "请另存为UTF-8编码的文本，或上传docx。")


def _html(content: bytes) -> str:
    import trafilatura

    found = trafilatura.extract(
        decode(content), include_tables=True, include_comments=False, favor_recall=True, output_format="txt"
    )
    if not found:
        raise DocumentProblem("no_text", "网页里没有找到正文。", "请把正文另存为文本或docx后再上传。")
    return re.sub(r"\s*\|\s*", "\n", found)


def _pdf(content: bytes) -> str:
    import pdfplumber
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                raise DocumentProblem("too_large", f"文件有{len(pdf.pages)}页，太长了。", "请只上传方案正文。")
            pages = [_page(page) for page in pdf.pages]
    except DocumentProblem:
        raise
    except PdfminerException as error:
        if error.args and type(error.args[0]).__name__ == "PDFPasswordIncorrect":
            raise DocumentProblem("password", "文件加了密码，打不开。", "请去掉密码后再上传。") from error
        raise DocumentProblem("damaged", "PDF损坏，打不开。", "请重新导出后再上传。") from error
    return _joined(_without_furniture(pages))


def _page(page: Any) -> list[str]:
    """The page's lines in order; a table's cells stand where the table does, one a line."""
    tables = page.find_tables()
    boxes = [table.bbox for table in tables]

    def outside(thing: dict[str, Any]) -> bool:
        middle = (thing["top"] + thing["bottom"]) / 2
        return not any(top <= middle <= bottom and left - 1 <= thing["x0"] <= right + 1 for left, top, right, bottom in boxes)

    lines = [
        (line["top"], line["text"])
        for line in page.filter(lambda o: o["object_type"] != "char" or outside(o)).extract_text_lines()
    ]
    for table in tables:
        for row in table.extract():
            cells = [re.sub(r"\s*\n\s*", "", cell) for cell in row if cell]
            lines.append((table.bbox[1], "\n".join(cells)))
    return [text for _, text in sorted(lines, key=lambda line: line[0])]


def _without_furniture(pages: list[list[str]]) -> list[list[str]]:
    """Pages without the lines that stand at the same edge of most of them, and without page numbers."""
    edges: dict[str, int] = {}
    for lines in pages:
        for line in {*lines[:1], *lines[-1:]}:
            edges[line] = edges.get(line, 0) + 1
    repeated = {line for line, times in edges.items() if len(pages) > 2 and times > len(pages) / 2}
    number = re.compile(r"^[\s\-—–·第]*\d{1,4}[\s\-—–·页]*$")
    return [
        [line for at, line in enumerate(lines) if line not in repeated and not (at in (0, len(lines) - 1) and number.match(line))]
        for lines in pages
    ]


_BEGINS = re.compile(
    r"\s*(第[一二三四五六七八九十百\d]+[章节篇]|[（(\[【]?(?:责任|牵头|主责)(?:单位|部门)|[一二三四五六七八九十]+[、.]|[(（][一二三四五六七八九十]+[)）]|\d{1,2}[.、．](?!\d)|表\s*\d|附件|——)"
)


def _joined(pages: list[list[str]]) -> str:
    """Lines that were only broken at the margin are one paragraph again: a full line that ends without a stop goes on."""
    lines = [line for page in pages for line in page]
    width = sorted(len(line) for line in lines if "\n" not in line)
    full = width[int(len(width) * 0.8)] * 0.85 if width else 0
    out: list[str] = []
    last = ""  # as it stood on the page
    for line in lines:
        cells = "\n" in line or "\n" in last
        goes_on = bool(last) and not cells and len(last) >= full and not last.endswith(("。", "；", "：", ":"))
        if goes_on and not _BEGINS.match(line):
            out[-1] += line.strip()
        else:
            out.append(line.strip())
        last = line.strip()
    return "\n".join(out)


def _docx(content: bytes) -> str:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DocumentProblem("damaged", "文件损坏，打不开。", "请重新导出后再上传。") from error
    numbers = _Numbering(document)
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += _table_lines(block)
        else:
            lines.append(numbers.of(block) + block.text)
    return "\n".join(lines)


def _table_lines(table: Any) -> Iterator[str]:
    """The cells row by row; a cell that is merged over several columns or rows comes once."""
    seen: set[Any] = set()
    for row in table.rows:
        for cell in row.cells:
            if cell._tc not in seen:
                seen.add(cell._tc)
                if text := cell.text.strip():
                    yield re.sub(r"\s*\n\s*", "", text)


class _Numbering:
    """The numbers that Word shows but does not write: 一、, (一), 1. of automatic lists."""

    def __init__(self, document: Any) -> None:
        self.levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.counts: dict[tuple[str, int], int] = {}
        part = getattr(document.part, "numbering_part", None) if _has_numbering(document) else None
        if part is None:
            return
        root = part._element
        abstract = {a.get(f"{_DOCX_NUMBERS}abstractNumId"): a for a in root.iter(f"{_DOCX_NUMBERS}abstractNum")}
        for number in root.iter(f"{_DOCX_NUMBERS}num"):
            link = number.find(f"{_DOCX_NUMBERS}abstractNumId")
            found = abstract.get(link.get(f"{_DOCX_NUMBERS}val")) if link is not None else None
            if found is not None:
                self.levels[number.get(f"{_DOCX_NUMBERS}numId")] = {
                    int(lvl.get(f"{_DOCX_NUMBERS}ilvl")): _level(lvl) for lvl in found.iter(f"{_DOCX_NUMBERS}lvl")
                }

    def of(self, paragraph: Any) -> str:
        """The number in front of a paragraph, "" where it has none."""
        given = _numbering_of(paragraph)
        if given is None or given.numId is None:
            return ""
        key, at = str(given.numId.val), given.ilvl.val if given.ilvl is not None else 0
        if at not in self.levels.get(key, {}):
            return ""
        style, shape, first = self.levels[key][at]
        self.counts[key, at] = self.counts.get((key, at), first - 1) + 1
        for deeper in [k for k in self.counts if k[0] == key and k[1] > at]:
            del self.counts[deeper]
        if style in ("bullet", "none"):
            return ""
        return re.sub(
            r"%(\d)", lambda m: _written(self.levels[key][int(m[1]) - 1][0], self.counts.get((key, int(m[1]) - 1), 1)), shape
        )


def _numbering_of(paragraph: Any) -> Any:
    """The list a paragraph belongs to, by itself or by its style."""
    properties, style = paragraph._p.pPr, paragraph.style
    while True:
        if properties is not None and properties.numPr is not None:
            return properties.numPr
        if style is None:
            return None
        properties, style = style.element.pPr, style.base_style


def _has_numbering(document: Any) -> bool:
    return any(relation.reltype.endswith("/numbering") for relation in document.part.rels.values())


def _level(level: Any) -> tuple[str, str, int]:
    def value(tag: str, default: str) -> str:
        found = level.find(f"{_DOCX_NUMBERS}{tag}")
        return found.get(f"{_DOCX_NUMBERS}val", default) if found is not None else default

    return value("numFmt", "decimal"), value("lvlText", ""), int(value("start", "1"))


def _written(style: str, number: int) -> str:
    if "hinese" not in style and "japanese" not in style:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (_DIGITS[ones] if ones else "")
