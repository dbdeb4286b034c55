"""The columns of the files that are sent in about many people."""

from __future__ import annotations

from songhe.contexts.entitlements.words import COMPARED_LABELS, RETURN_KIND_LABELS, Compared, ReturnKind
from songhe.contexts.registers.queries import FileColumn, FileLayout

ID_NUMBER, NAME, FOUND, SEEN_ON, WAY, DIED_ON, MONTH, UNITS = (
    "id_number", "name", "found", "seen_on", "way", "died_on", "month", "units",
)  # fmt: skip
FOUND_WORDS = {
    "健在": Compared.ALIVE, "在世": Compared.ALIVE, "生存": Compared.ALIVE, "正常": Compared.ALIVE, "死亡": Compared.DEAD, "去世": Compared.DEAD,
    "已故": Compared.DEAD, "死亡注销": Compared.DEAD, "未查到": Compared.NOT_FOUND, "查无": Compared.NOT_FOUND, "查不到": Compared.NOT_FOUND,
    "无记录": Compared.NOT_FOUND,
}  # fmt: skip
_WHO = (
    FileColumn("身份证号", ID_NUMBER, "18位", True, (), ("公民身份号码", "身份证号码", "证件号码", "社会保障号码"), True),
    FileColumn("姓名", NAME, "与证件一致；与登记的不同就不记入", False, (), ("老人姓名",), False),
)
_LIFE = (
    FileColumn("比对结果", FOUND, "请选择", True, tuple(COMPARED_LABELS.values()), ("结果", "人员状态", "生存状态"), False),
    FileColumn(
        "见到日期",
        SEEN_ON,
        "健在的要填：数据里最近一次见到本人的日期，例如 2026-11-02",
        False,
        (),
        ("生存时间", "最近日期"),
        False,
    ),
    FileColumn(
        "从哪里见到", WAY, "健在的要填，例如 医院就诊、公交卡、接种疫苗", False, (), ("渠道", "认证渠道", "数据来源"), False
    ),
    FileColumn("死亡日期", DIED_ON, "死亡的要填；没有日期的转公安核实", False, (), ("去世日期",), False),
)
_UNITS = (
    FileColumn("月份", MONTH, "例如 2026-10", True, (), ("所属月份", "就餐月份"), True),
    FileColumn("数量", UNITS, "这个月核对过的数量，整数", True, (), ("餐数", "次数", "确认餐数"), False),
)


def return_layout(kind: ReturnKind) -> FileLayout:
    """The columns of a kind of file; the names of persons never count, the number does."""
    own = _LIFE if kind is ReturnKind.LIFE else _UNITS
    return FileLayout(kind.value, RETURN_KIND_LABELS[kind], (*_WHO, *own))
