"""What can be wrong with a scale that can be read: ids, points, sums, bands, tables, and rules that name what does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from songhe.basics.findings import Finding, Place
from songhe.basics.yaml_sections import NAME
from songhe.engines.scales.scale import (
    Answered,
    AtLeast,
    Band,
    Better,
    ByTable,
    ByTotal,
    Change,
    Circumstance,
    Dimension,
    Holds,
    Item,
    Kind,
    Scale,
    Use,
)
from songhe.engines.scales.table_checking import check_table


def check_scale(scale: Scale) -> Iterator[Finding]:
    """All findings over one scale, in no particular order."""
    yield from _ids(scale)
    yield from _grades(scale)
    for dimension in scale.dimensions:
        yield from _dimension(scale, dimension)
    yield from _counts(scale)
    if scale.use is Use.IMPORT_ONLY:
        yield from _import_only(scale)
        return
    for item in scale.items:
        yield from _item(scale, item)
    yield from _first_grade(scale)
    for change in scale.changes:
        yield from _change(scale, change)
    yield from _agreements(scale)


def _fault(at: Place, code: str, message: str, fix: str) -> Finding:
    return Finding(at.file, at.line, code, message, fix)


def _ids(scale: Scale) -> Iterator[Finding]:
    """Names are well formed; items and circumstances share one list of names, every other kind has its own; codes are unique too."""
    kinds: tuple[tuple[str, Iterable[tuple[str, Place]]], ...] = (
        ("量表", [(scale.id, scale.at)]),
        ("方面", [(one.id, one.at) for one in scale.dimensions]),
        ("条目或情况", [*((one.id, one.at) for one in scale.items), *((one.id, one.at) for one in scale.circumstances)]),
        ("变更规则", [(one.id, one.at) for one in scale.changes]),
    )
    for kind, names in kinds:
        yield from _unique(kind, names)
    for item in scale.items:
        yield from _unique(f"“{item.label}”的选项", [(option.id, option.at) for option in item.options])
    seen: set[str] = set()
    codes = [(one.code, one.at) for one in scale.dimensions]
    codes += [(one.code, one.at) for one in scale.items]
    codes += [(one.code, one.at) for one in scale.changes]
    for code, at in codes:
        if code and code in seen:
            yield _fault(at, "id", f"编号 {code} 用了两次", "请改成标准里的编号")
        seen.add(code)


def _unique(kind: str, names: Iterable[tuple[str, Place]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, at in names:
        if not NAME.fullmatch(name):
            yield _fault(at, "id", f"“{name}”不能作{kind}的名称", "名称用小写字母、数字和下划线，以字母开头")
        elif name in seen:
            yield _fault(at, "id", f"{kind}“{name}”写了两次", "请改名或删掉一处")
        seen.add(name)


def _grades(scale: Scale) -> Iterator[Finding]:
    if [grade.grade for grade in scale.grades] != list(range(len(scale.grades))) or len(scale.grades) < 2:
        at = scale.grades[0].at if scale.grades else scale.at
        yield _fault(at, "grades", "等级没有从0起逐级写", "请从最好的0级写起，一级一行，一直写到最重的一级，至少两级")


def _counts(scale: Scale) -> Iterator[Finding]:
    counted = sum(dimension.count for dimension in scale.dimensions)
    if not scale.dimensions:
        yield _fault(scale.at, "shape", "量表没有方面", "请在 dimensions: 里写明各方面和条目")
    if counted != scale.count:
        yield _fault(scale.at, "count", f"写了共{scale.count}项，各方面合起来是{counted}项", "请核对 count")
    total = sum(dimension.high or 0 for dimension in scale.dimensions)
    if scale.high is not None and total != scale.high:
        yield _fault(scale.at, "total", f"写了满分{scale.high}分，各方面合起来是{total}分", "请核对 high 和各方面的满分")


def _dimension(scale: Scale, dimension: Dimension) -> Iterator[Finding]:
    if scale.use is Use.ASSESS:
        parts, most = len(dimension.items), sum(max((o.points for o in item.options), default=0) for item in dimension.items)
        if most != dimension.high:
            message = f"“{dimension.label}”写了满分{dimension.high}分，条目合起来是{most}分"
            yield _fault(dimension.at, "total", message, "请核对 high 和各选项的分数")
    else:
        parts = len(dimension.covers)
    if parts != dimension.count:
        message = f"“{dimension.label}”写了{dimension.count}项，列出的是{parts}项"
        yield _fault(dimension.at, "count", message, "请核对 count 和条目")
    if dimension.levels:
        yield from _levels(scale, dimension)


def _levels(scale: Scale, dimension: Dimension) -> Iterator[Finding]:
    if [level.value for level in dimension.levels] != list(range(len(dimension.levels))):
        yield _fault(dimension.levels[0].at, "grades", f"“{dimension.label}”的分级没有从0起逐级写", "请从最好的0级写起，一级一行")
    for level in dimension.levels:
        if not level.label:
            yield _fault(level.at, "missing_key", "这一级没有名称", "请补上 label:")
    if scale.use is Use.ASSESS or any(level.low is not None or level.high is not None for level in dimension.levels):
        yield from check_bands(dimension.levels, _possible(scale, dimension), dimension.better, f"“{dimension.label}”")


def _possible(scale: Scale, dimension: Dimension) -> list[int]:
    """The sums of points that a dimension can have, ascending."""
    if scale.use is Use.ASSESS:
        return sums(dimension.items)
    if dimension.low is None or dimension.high is None or dimension.step < 1:
        return []
    return list(range(dimension.low, dimension.high + 1, dimension.step))


def sums(items: Sequence[Item]) -> list[int]:
    """Every sum of points that answers to these items can make, ascending."""
    reached = {0}
    for item in items:
        reached = {before + option.points for before in reached for option in item.options} or reached
    return sorted(reached)


def check_bands(bands: Sequence[Band], possible: Sequence[int], better: Better, what: str) -> Iterator[Finding]:
    """Every possible sum lies in exactly one band, every band holds one, and better sums lie in better bands."""
    usable: list[tuple[Band, int, int]] = []
    for band in bands:
        if band.low is None or band.high is None or band.low > band.high:
            yield _fault(band.at, "band", f"{what}的第{band.value}级没有写对分数段", "请写 from: 和 to:，小的在前，两端都算")
        else:
            usable.append((band, band.low, band.high))
    if len(usable) != len(bands) or not bands:
        return
    if not possible:
        yield _fault(bands[0].at, "band", f"{what}有哪些分数说不清", "请写 low、high 和 step，或写出条目")
        return
    held = {points: [band for band, low, high in usable if low <= points <= high] for points in possible}
    gaps = [points for points, bands_of in held.items() if not bands_of]
    doubles = [points for points, bands_of in held.items() if len(bands_of) > 1]
    if gaps:
        yield _fault(bands[0].at, "gap", f"{what}的{_listed(gaps)}哪一段都不算", "请把分数段接起来，不要留空")
    if doubles:
        yield _fault(held[doubles[0]][1].at, "overlap", f"{what}的{_listed(doubles)}同时算进两段", "请让分数段不重叠")
    for band, low, high in usable:
        if low < possible[0] or high > possible[-1]:
            message = f"{what}的分数只能是{possible[0]}—{possible[-1]}分，这一段写了{low}—{high}分"
            yield _fault(band.at, "range", message, "请改分数段，或核对各选项的分数")
        elif not any(low <= points <= high for points in possible):
            yield _fault(band.at, "band", f"{what}没有{low}—{high}分之间的分数", "请改分数段，或删掉这一级")
    for (good, good_low, _), (bad, bad_low, _) in pairwise(sorted(usable, key=lambda one: one[0].value)):
        if good.value != bad.value and (good_low > bad_low) is not (better is Better.HIGHER):
            message = f"{what}的第{bad.value}级比第{good.value}级的分数还好"
            yield _fault(bad.at, "order", message, "级别越大越重，请核对分数段，或核对 better")


def _listed(points: Sequence[int]) -> str:
    return "、".join(str(one) for one in points[:3]) + ("等分" if len(points) > 3 else "分")


def _import_only(scale: Scale) -> Iterator[Finding]:
    scored = (scale.items, scale.circumstances, scale.changes, scale.agreements, scale.first_grade)
    if any(scored):
        yield _fault(
            scale.at, "import_only", "只供导入的量表写了评分的内容", "请去掉条目、情况、规则和 first_grade，或改成 use: assess"
        )
    for dimension in scale.dimensions:
        if dimension.low is not None and dimension.high is not None and dimension.low >= dimension.high:
            yield _fault(dimension.at, "range", f"“{dimension.label}”的最低分不比最高分低", "请核对 low 和 high")
        if dimension.step < 1:
            yield _fault(dimension.at, "range", f"“{dimension.label}”的 step 不对", "step 是分数的间隔，写1或更大的整数")


def _item(scale: Scale, item: Item) -> Iterator[Finding]:
    points = [option.points for option in item.options]
    if len(points) < 2:
        yield _fault(item.at, "shape", f"“{item.label}”没有两个以上的选项", "请在 options: 里从好到差写出选项")
        return
    better = next(one.better for one in scale.dimensions if item in one.items)
    if any(point < 0 for point in points):
        yield _fault(item.at, "points", f"“{item.label}”有负的分数", "分数写0或更大的整数")
    if points != sorted(points, reverse=better is Better.HIGHER) or points[0] == points[-1]:
        yield _fault(item.at, "order", f"“{item.label}”的选项没有从好到差写", "请从最好的写起；分数相同的，更重的写在后面")


def _first_grade(scale: Scale) -> Iterator[Finding]:
    known = {grade.grade for grade in scale.grades}
    match scale.first_grade:
        case None:
            yield _fault(scale.at, "missing_key", "没有写怎样得出初步等级", "请写 first_grade:")
        case ByTotal(bands, at):
            if scale.high is None:
                yield _fault(scale.at, "missing_key", "按总分定级，没有写满分", "请补上 high:")
            if len({dimension.better for dimension in scale.dimensions}) > 1:
                yield _fault(at, "order", "各方面的分数方向不同，不能相加", "请改成按表定级，或核对 better")
            for band in bands:
                if band.value not in known:
                    yield _fault(band.at, "unknown_name", f"没有第{band.value}级", "请写 grades 里有的等级")
            if not bands or {band.value for band in bands} != known or len(bands) != len(known):
                yield _fault(at, "band", "分数段和等级不是一一对应", "每个等级写一段，不多不少")
            better = scale.dimensions[0].better if scale.dimensions else Better.HIGHER
            yield from check_bands(bands, sums(scale.items), better, "总分")
        case ByTable() as table:
            yield from check_table(scale, table)


def _change(scale: Scale, change: Change) -> Iterator[Finding]:
    if not change.when:
        yield _fault(change.at, "shape", f"规则“{change.label}”没有条件", "请在 when: 里写条件，一条成立就算")
    if (change.to is None) is (change.worse_by is None):
        yield _fault(
            change.at, "shape", f"规则“{change.label}”没有写明改成几级", "请写 to: 等级，或 worse_by: 加重几级，只写一样"
        )
    if change.to is not None and change.to not in {grade.grade for grade in scale.grades}:
        yield _fault(
            change.at, "unknown_name", f"规则“{change.label}”要改成第{change.to}级，没有这一级", "请写 grades 里有的等级"
        )
    if change.worse_by is not None and not 1 <= change.worse_by < max(2, len(scale.grades)):
        yield _fault(change.at, "range", f"规则“{change.label}”加重的级数不对", "worse_by 写1或更大，不超过最重一级")
    if change.ends and (not scale.grades or change.to != scale.worst_grade):
        yield _fault(
            change.at, "order", f"规则“{change.label}”没有定到最重一级，不能就此打住", "请去掉 ends，或把 to 写成最重一级"
        )
    for trigger in change.when:
        match trigger:
            case Answered(item, options):
                yield from _answered(scale, change, item, options)
            case Holds(name):
                yield from _counts_as(scale, change.at, name, (Kind.TICK, Kind.YES_NO), "有没有")
            case AtLeast(names, least):
                for name in names:
                    yield from _counts_as(scale, change.at, name, (Kind.COUNT,), "次数")
                most = sum(one.high for one in scale.circumstances if one.id in names)
                if not names or len(set(names)) != len(names) or not 1 <= least <= max(1, most):
                    message = f"规则“{change.label}”的次数条件不对"
                    yield _fault(change.at, "range", message, "sum 里每种情况写一次，at_least 写1或更大，并且达得到")


def _counts_as(scale: Scale, at: Place, name: str, kinds: Sequence[Kind], what: str) -> Iterator[Finding]:
    found: Circumstance | None = scale.circumstance(name)
    if found is None:
        known = "、".join(one.id for one in scale.circumstances) or "（还没有写）"
        yield _fault(at, "unknown_name", f"没有叫“{name}”的情况", f"circumstances 里有：{known}")
    elif found.kind not in kinds:
        yield _fault(at, "type", f"“{found.label}”问的不是{what}", "请换一种条件，或改这种情况的 type")


def _answered(scale: Scale, change: Change, name: str, options: Sequence[str]) -> Iterator[Finding]:
    """The options exist and are the worst ones, so that a worse answer can never undo the rule."""
    item = scale.item(name)
    if item is None:
        yield _fault(change.at, "unknown_name", f"规则“{change.label}”里的条目“{name}”不存在", "请写条目的 id")
        return
    ids = [option.id for option in item.options]
    for option in options:
        if option not in ids:
            yield _fault(change.at, "unknown_name", f"“{item.label}”没有选项“{option}”", "可写的有：" + "、".join(ids))
    if options and set(options) <= set(ids) and set(options) != set(ids[len(ids) - len(set(options)) :]):
        message = f"规则“{change.label}”认的不是“{item.label}”最重的选项"
        yield _fault(change.at, "order", message, "答得更重却不算，会让更差的人等级更好：请从最重的选项写起")


def _agreements(scale: Scale) -> Iterator[Finding]:
    for agreement in scale.agreements:
        yield from _counts_as(scale, agreement.at, agreement.circumstance, (Kind.TICK, Kind.YES_NO), "有没有")
        item = scale.item(agreement.item)
        if item is None or not agreement.options or any(item.option(option) is None for option in agreement.options):
            yield _fault(agreement.at, "unknown_name", "核对里的条目或选项不存在", "请写条目的 id 和它的选项")
