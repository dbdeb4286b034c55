"""A table of grades fits the levels of its dimensions, and no worse level gives a better grade."""

from __future__ import annotations

from collections.abc import Iterator

from songhe.basics.findings import Finding
from songhe.engines.scales.scale import ByTable, Scale


def check_table(scale: Scale, table: ByTable) -> Iterator[Finding]:
    """All findings over the table of a scale."""

    def fault(code: str, message: str, fix: str) -> Finding:
        return Finding(table.at.file, table.at.line, code, message, fix)

    named = (table.rows, *table.columns)
    for name in named:
        dimension = scale.dimension(name)
        if dimension is None:
            yield fault("unknown_name", f"表里的方面“{name}”不存在", "可写的有：" + "、".join(one.id for one in scale.dimensions))
        elif not dimension.levels:
            yield fault("shape", f"“{dimension.label}”没有分级，不能查表", "请给它写 levels:")
    if sorted(named) != sorted(one.id for one in scale.dimensions):
        yield fault("shape", "有的方面不在表里，或写了两次", "rows 写一个方面，其余的都写进 columns")
        return
    heights = {len(one.levels) for one in scale.dimensions if one.id == table.rows}
    widths = {len(one.levels) for one in scale.dimensions if one.id in table.columns}
    if len(widths) > 1:
        yield fault("shape", "表的各列方面分级数不同，不能取较重的一项", "请让 columns 里各方面的分级数相同")
        return
    if {len(table.table)} != heights or {len(row) for row in table.table} != widths:
        yield fault("shape", f"表应当有{max(heights)}行、每行{max(widths)}格", "请照分级补齐或删掉多余的")
        return
    known = {grade.grade for grade in scale.grades}
    cells = {(row, column): grade for row, line in enumerate(table.table) for column, grade in enumerate(line)}
    for (row, column), grade in cells.items():
        if grade not in known:
            yield fault("unknown_name", f"表的第{row + 1}行第{column + 1}格写了{grade}，没有这一级", "请写 grades 里有的等级")
        for worse in ((row + 1, column), (row, column + 1)):
            if worse in cells and cells[worse] < grade:
                message = f"表的第{worse[0] + 1}行第{worse[1] + 1}格比前一格的等级还好"
                yield fault("order", message, "情况更重，等级不能更好：请核对这张表")
    for grade in sorted(known - set(cells.values())):
        yield fault("band", f"表里没有第{grade}级", "请核对这张表，或删掉这一级")
