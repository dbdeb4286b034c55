"""Files of all kinds give the same reading; what cannot be read is said in one sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
import typst

from songhe.engines.plan_reading.documents import LARGEST, DocumentProblem, read_document
from songhe.engines.plan_reading.reading import read_plan

RAW = (Path(__file__).parent / "documents" / "yunling.txt").read_text(encoding="utf-8")
TABLE_HEAD, TABLE_END = "指标名称", "第三章 主要任务"


def _split() -> tuple[list[str], list[list[str]], list[str]]:
    """Lines before the table, its rows, lines after it."""
    before, rest = RAW.split(TABLE_HEAD, 1)
    table, after = rest.split(TABLE_END, 1)
    rows = [
        [TABLE_HEAD, "2030年", "属性", "责任单位"],
        ["养老机构护理型床位占比", "≥73%", "约束性", "市民政局"],
        ["老年人家庭医生签约率", "85%", "预期性", "市卫生健康委"],
        ["家庭养老床位", "2400张", "预期性", "市民政局\n市医保局"],
        ["特殊困难老年人月探访率", "100%", "约束性", "市民政局"],
    ]
    assert all(cell.split("\n")[0] in table or cell == TABLE_HEAD for row in rows for cell in row)
    return before.strip().split("\n"), rows, (TABLE_END + after).strip().split("\n")


def _docx() -> bytes:
    before, rows, after = _split()
    document = docx.Document()
    for line in before:
        document.add_paragraph(line)
    table = document.add_table(rows=0, cols=4)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text.replace("\n", "、")
    for line in after:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _pdf() -> bytes:
    before, rows, after = _split()
    cells = ", ".join(f"[{cell.replace(chr(10), '、')}]" for row in rows for cell in row)
    lines = '#set page(numbering: "1")\n#set text(font: ("Noto Serif CJK SC", "Noto Sans CJK SC"), size: 12pt, lang: "zh")\n'
    body = "\n\n".join(before) + f"\n\n#table(columns: 4, {cells})\n\n" + "\n\n".join(after)
    return typst.compile((lines + body.replace("—", "\u2014")).encode())


def _facts(text: str) -> list[tuple[object, ...]]:
    return [(t.clause, t.kind, t.value, t.unit, t.comparator, t.deadline) for t in read_plan(text).targets]


EXPECTED = _facts(RAW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_any_encoding(encoding: str) -> None:
    found = read_document(RAW.encode(encoding), "plan.txt")
    assert found.kind == "txt"
    assert found.text == RAW


def test_a_word_document_with_a_table() -> None:
    found = read_document(_docx(), "方案.docx")
    assert found.kind == "docx"
    assert _facts(found.text) == EXPECTED


def test_a_pdf_with_a_table() -> None:
    found = read_document(_pdf(), "方案.pdf")
    assert found.kind == "pdf"
    assert _facts(found.text) == EXPECTED


def test_a_short_line_of_a_pdf_ends_its_paragraph_also_after_a_long_one() -> None:
    long = "为进一步做好本市老年人的各项服务保障和关心关爱工作结合本地实际情况经过认真研究并广泛听取各方面意见现就有关事项安排如下请各单位遵照执行"
    body = f"一、主要任务\n\n1.健全制度。{long}\n\n三个方面\n\n2.加强保障。{long}。（责任单位：市民政局）"
    source = (
        '#set page(width: 12cm, height: 18cm)\n#set text(font: ("Noto Serif CJK SC", "Noto Sans CJK SC"), size: 12pt, lang: "zh")\n'
        + body
    )
    text = read_document(typst.compile(source.encode()), "a.pdf").text
    assert long in text.replace("\n", "")
    assert "\n2.加强保障" in text and "三个方面\n" in text


def test_a_web_page() -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in RAW.split("\n") if line)
    frame = "<!DOCTYPE html><html><head><title>方案</title></head><body><nav>首页 政务公开</nav><article>{}</article><footer>备案</footer></body></html>"
    page = frame.format(paragraphs)
    found = read_document(page.encode(), "plan.html")
    assert found.kind == "html"
    assert _facts(found.text) == EXPECTED


def test_numbers_that_word_only_shows_are_written() -> None:
    document = docx.Document()
    document.add_paragraph("一、主要任务")
    for line in ("健全制度。到2027年，建成站点12个。（责任单位：市民政局）", "加强保障。落实经费。（责任单位：市财政局）"):
        document.add_paragraph(line, style="List Number")
    out = io.BytesIO()
    document.save(out)
    tasks = read_plan(read_document(out.getvalue(), "a.docx").text).tasks
    assert [(t.clause, t.title, t.responsible) for t in tasks] == [
        ("一1", "健全制度", ("市民政局",)),
        ("一2", "加强保障", ("市财政局",)),
    ]


def _locked_pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _blank_pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "hello")
    return out.getvalue()


BAD = {
    "empty": (b" \n", "empty"),
    "scanned": (_blank_pdf(), "no_text"),
    "locked": (_locked_pdf(), "password"),
    "damaged pdf": (b"%PDF-1.7\ngarbage", "damaged"),
    "damaged docx": (_docx()[:4000], "damaged"),
    "zip": (_zip(), "not_a_document"),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_format"),
    "locked word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "not_a_document"),
    "too large": (b"a" * (LARGEST + 1), "too_large"),
    "next to nothing": ("通知".encode(), "no_text"),
}


@pytest.mark.parametrize(("content", "code"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_read_is_said_in_one_sentence(content: bytes, code: str) -> None:
    with pytest.raises(DocumentProblem) as told:
        read_document(content, "x")
    assert told.value.code == code
    assert told.value.sentence.endswith("。") and told.value.next_step.endswith("。")
