"""Indicators as a pack declares them: what is counted over what, in whose definition. `counting.py` counts them.

Here too: where a plan's printed figures contradict each other, since the indicators are checked against those figures.
"""

from __future__ import annotations

from songhe.engines.policy.formulas import Computation
from songhe.engines.policy.pack import Contradiction, CountEntry, IndicatorEntry
from songhe.engines.policy.sections import Section

DIRECTIONS = ("up", "down", "none")
RELATIONS = ("equals", "at_most", "differs")


def read_indicators(section: Section) -> dict[str, IndicatorEntry]:
    """indicators.yaml: id → indicator. One with `needs` may leave the numerator out: it shows as having no data yet."""
    found: dict[str, IndicatorEntry] = {}
    for name, inner in section.named("指标"):
        needs = inner.text("needs")
        found[name] = IndicatorEntry(
            name,
            inner.text("title", required=True),
            inner.text("theme", required=True),
            inner.text("version", required=True),
            inner.text("unit", required=True),
            _whole(inner, "per", 1),
            _whole(inner, "divide_by", 1),
            _whole(inner, "places", 2),
            inner.choice("direction", DIRECTIONS, "up"),
            inner.text("scope", required=True),
            inner.text("definition", required=True),
            _count(inner, "numerator", required=not needs),
            _count(inner, "denominator", required=False),
            needs,
            inner.cited(),
        )
        inner.done()
    return found


def read_contradictions(section: Section) -> tuple[Contradiction, ...]:
    """The list `contradictions` of baseline.yaml."""
    found: list[Contradiction] = []
    for part in section.each("contradictions", "自相矛盾"):
        name = part.text("id", required=True)
        part.what = f"自相矛盾 {name} "
        found.append(
            Contradiction(
                name,
                part.text("title", required=True),
                part.texts("figures", required=True),
                _computation(part, "first"),
                _computation(part, "second"),
                part.choice("relation", RELATIONS, "equals"),
                part.text("unit"),
                part.cited(),
            )
        )
        part.done()
    return tuple(found)


def _computation(section: Section, key: str) -> Computation:
    part = section.inner(key, f"{section.what}的 {key} ", required=True)
    if part is None:
        return Computation("", "0", section.at())
    found = Computation(part.text("title", required=True), part.text("formula", required=True), part.at("formula"))
    part.done()
    return found


def _whole(section: Section, key: str, default: int) -> int:
    number = section.number(key)
    if number is None:
        return default
    if not isinstance(number, int) or number < (0 if key == "places" else 1):
        section.fault(section.at(key).line, "type", f"{section.what}的 {key} 不对", f"{key} 要写正整数")
        return default
    return number


def _count(section: Section, key: str, *, required: bool) -> CountEntry | None:
    part = section.inner(key, f"{section.what}的 {key} ", required=required)
    if part is None:
        return None
    having = _count(part, "having", required=False) if key != "having" else None
    entry = CountEntry(part.text("of", required=True), part.expression("where"), part.maybe_text("total"), having, part.at())
    part.done()
    return entry
