"""Made-up plan documents of all kinds, and the people who upload, decide and only look."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pypdf

from songhe.contexts.plan_tracking import actions
from songhe.foundation.access import Actor, Grant, Role

RAW = (Path(__file__).resolve().parents[2] / "engines" / "plan_reading" / "documents" / "yunling.txt").read_text(encoding="utf-8")
OFFICER = Actor(1, "李文静", "user", (Grant(Role.CITY_OFFICER, "640381/"),))
LOOKER = Actor(2, "王芳", "user", (Grant(Role.PROVIDER_MANAGER, "640381/"),))
NOBODY = Actor(3, "赵敏", "user", (Grant(Role.AUDIT_ADMIN, "640381/"),))
TABLE = (
    ("指标名称", "2030年", "属性", "责任单位"),
    ("养老机构护理型床位占比", "≥73%", "约束性", "市民政局"),
    ("老年人家庭医生签约率", "85%", "预期性", "市卫生健康委"),
    ("家庭养老床位", "2400张", "预期性", "市民政局、市医保局"),
    ("特殊困难老年人月探访率", "100%", "约束性", "市民政局"),
)


def word_document() -> bytes:
    """The plan as a Word document whose indicators stand in a table."""
    before, rest = RAW.split(TABLE[0][0], 1)
    after = "第三章 主要任务" + rest.split("第三章 主要任务", 1)[1]
    document = docx.Document()
    for line in before.strip().split("\n"):
        document.add_paragraph(line)
    table = document.add_table(rows=0, cols=4)
    for row in TABLE:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    for line in after.strip().split("\n"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def scanned_pdf() -> bytes:
    """A PDF of pictures only, as far as a reader of text can tell."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture_archive() -> bytes:
    """A zip with a picture, named as a document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", b"\x89PNG")
    return out.getvalue()


UNRELATED = "今天天气晴朗，适合出门散步，公园里的花都开了。邻居们在树下下棋聊天，孩子们放着风筝，大家都很高兴。".encode()
BAD = {
    "scanned": ("扫描.pdf", scanned_pdf(), "这个PDF里没有文字，多半是扫描件。"),
    "empty": ("空.txt", b"", "这个文件是空的。"),
    "password": ("加密.pdf", locked_pdf(), "文件加了密码，打不开。"),
    "unrelated": ("天气.txt", UNRELATED, "这份文件里没有读到任务，也没有读到目标，看起来不是规划或实施方案。"),
    "archive": ("方案.docx", picture_archive(), "这是一个压缩文件或表格，不是文档。"),
}
"""What cannot be taken in: name, content, and the sentence that says why."""


def taken_in(text: str = RAW, **more: object) -> int:
    """The id of the plan, uploaded and read."""
    return actions.upload_plan(OFFICER, name="方案.txt", content=text.encode(), **more).id  # type: ignore[arg-type]
