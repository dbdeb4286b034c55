"""Indicators as a pack declares them: what is counted over what, in whose definition. Counting itself is done over a snapshot elsewhere."""

from __future__ import annotations

from songhe.engines.policy.pack import CountEntry, IndicatorEntry
from songhe.engines.policy.sections import Section

DIRECTIONS = ("up", "down", "none")


def read_indicators(section: Section) -> dict[str, IndicatorEntry]:
    """indicators.yaml: id → indicator. One with `needs` may leave the numerator out: it shows as having no data yet."""
    found: dict[str, IndicatorEntry] = {}
    for name, inner in section.named("指标"):
        needs = inner.text("needs")
        per = inner.number("per")
        found[name] = IndicatorEntry(
            name,
            inner.text("title", required=True),
            inner.text("version", required=True),
            inner.text("unit", required=True),
            int(per) if per is not None else 1,
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


def _count(section: Section, key: str, *, required: bool) -> CountEntry | None:
    part = section.inner(key, f"{section.what}的 {key} ", required=required)
    if part is None:
        return None
    entry = CountEntry(part.text("of", required=True), part.expression("where"), part.maybe_text("total"))
    part.done()
    return entry
