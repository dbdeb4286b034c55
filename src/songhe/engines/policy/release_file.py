"""Reading release.yaml and rating.yaml, and what must hold in them."""

from __future__ import annotations

from collections.abc import Iterator

from songhe.engines.policy.counting import PERSON, Compiler
from songhe.engines.policy.findings import Finding, LanguageError, Place
from songhe.engines.policy.pack import CountEntry, Expression, Pack
from songhe.engines.policy.release import AREA, Band, RatedIndicator, RatingPlan, ReleaseDimension, ReleasePlan, ReleaseTable
from songhe.engines.policy.sections import Section

CHARTS = ("none", "pairs", "map")
LEVELS = ("county", "town")


def read_release(section: Section) -> ReleasePlan | None:
    """release.yaml; None where who is counted is not written."""
    population = section.inner("population", "发布范围 ", required=True)
    least = section.inner("threshold", "最小公布人数 ", required=True)
    dimensions: dict[str, ReleaseDimension] = {}
    for name, inner in _named(section, "dimensions", "分类"):
        dimensions[name] = _dimension(name, inner)
    tables: dict[str, ReleaseTable] = {}
    for name, inner in _named(section, "tables", "表"):
        chart = inner.choice("chart", CHARTS, "none")
        tables[name] = ReleaseTable(
            name, inner.text("title", required=True), inner.text("rows", required=True), inner.text("columns", required=True), chart, inner.at()
        )  # fmt: skip
        inner.done()
    title = section.text("title", required=True)
    section.done()
    if population is None or least is None:
        return None
    who, definition, where = (
        population.text("title", required=True),
        population.text("definition", required=True),
        _if(population),
    )
    population.done()
    threshold, cited = _threshold(least), least.cited()
    least.done()
    return (
        None if where is None else ReleasePlan(title, who, definition, where, threshold, cited, dimensions, tables, section.at())
    )


def _named(section: Section, key: str, what: str) -> Iterator[tuple[str, Section]]:
    part = section.inner(key, f"{what} ", required=True)
    if part is not None:
        yield from part.named(what)


def _if(section: Section) -> Expression | None:
    return section.expression("if", required=True)


def _dimension(name: str, section: Section) -> ReleaseDimension:
    bands: list[Band] = []
    for part in section.each("bands", "类"):
        where = _if(part)
        if where is not None:
            bands.append(Band(part.text("id", required=True), part.text("title", required=True), where))
        part.done()
    found = ReleaseDimension(
        name, section.text("title", required=True), section.text("definition", required=True), tuple(bands), section.text("other"), section.at()
    )  # fmt: skip
    section.done()
    return found


def _threshold(section: Section) -> int:
    value = section.number("value")
    if not isinstance(value, int) or not 2 <= value <= 100:
        section.fault(section.at("value").line, "type", "最小公布人数不对", "value 要写2到100的整数")
        return 10
    return value


def check_release(pack: Pack) -> Iterator[Finding]:
    """Tables name dimensions, bands are conditions over a person, ids are not used twice."""
    plan = pack.release
    if plan is None:
        return
    yield from _condition(pack, plan.where, "发布范围")
    for dimension in plan.dimensions.values():
        names = [band.id for band in dimension.bands]
        if len(names) != len(set(names)) or len(names) < 2:
            yield _at(dimension.at, "bands", f"分类“{dimension.title}”至少要有两类，编号不能重复", "请检查 bands")
        for band in dimension.bands:
            yield from _condition(pack, band.where, f"{dimension.title}“{band.title}”")
    for table in plan.tables.values():
        for name in (table.rows, table.columns):
            if name not in plan.dimensions and not (name == AREA and name == table.rows):
                yield _at(
                    table.at,
                    "unknown_dimension",
                    f"表“{table.title}”写了没有的分类“{name}”",
                    "请写 dimensions 里的名称，行可以写 area",
                )
        if table.rows == table.columns:
            yield _at(table.at, "same_dimension", f"表“{table.title}”的行和列是同一个分类", "请换一个分类")


def _condition(pack: Pack, where: Expression, what: str) -> Iterator[Finding]:
    day = pack.valid_from
    if day is None:
        return
    try:
        Compiler(pack, day).node(CountEntry(PERSON, where, None, None, where.at))
    except LanguageError as error:
        if error.code != "parameter_without_value":
            yield Finding(where.at.file, where.at.line, error.code, f"{what}：{error.message}", error.fix)


def read_rating(section: Section) -> RatingPlan | None:
    """rating.yaml; weights are whole parts."""
    rated: list[RatedIndicator] = []
    for part in section.each("indicators", "评价指标"):
        weight, low, high = part.number("weight"), part.number("none_at"), part.number("full_at")
        name, cited = part.text("indicator", required=True), part.cited()
        part.done()
        if not isinstance(weight, int) or weight < 1 or low is None or high is None or low == high:
            fix = "weight 写正整数，none_at 和 full_at 写两个不同的数"
            part.fault(part.line, "type", f"评价指标 {name} 的权重或分数线不对", fix)
            continue
        rated.append(RatedIndicator(name, weight, float(low), float(high), cited))
    found = RatingPlan(
        section.text("title", required=True), section.text("version", required=True), section.text("definition", required=True),
        section.texts("levels", required=True), tuple(rated), section.cited(), section.at(),
    )  # fmt: skip
    section.done()
    return found


def check_rating(pack: Pack) -> Iterator[Finding]:
    """Every rated indicator stands in indicators.yaml, once; levels are those of places."""
    plan = pack.rating
    if plan is None:
        return
    seen: set[str] = set()
    for rated in plan.indicators:
        if rated.indicator not in pack.indicators:
            yield _at(
                rated.cited.at, "unknown_indicator", f"评价写了没有的指标“{rated.indicator}”", "请写 indicators.yaml 里的名称"
            )
        if rated.indicator in seen:
            yield _at(rated.cited.at, "twice", f"评价指标“{rated.indicator}”写了两次", "请删去一个")
        seen.add(rated.indicator)
    for level in plan.levels:
        if level not in LEVELS:
            yield _at(plan.at, "choice", f"评价的 levels 不能写“{level}”", "可写的有：" + "、".join(LEVELS))


def _at(at: Place, code: str, message: str, fix: str) -> Finding:
    return Finding(at.file, at.line, code, message, fix, "error")
