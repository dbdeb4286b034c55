"""What can be wrong with the indicators of a pack, with what points at them, and with its contradictions."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping
from decimal import Decimal

from songhe.engines.policy.counting import SIDES, Compiler
from songhe.engines.policy.findings import Finding, LanguageError, Place
from songhe.engines.policy.formulas import Computation, computed, figures_in
from songhe.engines.policy.pack import CountEntry, Expression, IndicatorEntry, Pack
from songhe.engines.policy.reasoning import possible_results
from songhe.engines.policy.tree import Const


def check_indicators(pack: Pack, day: dt.date) -> Iterator[Finding]:
    """Conditions that do not compile or are never (or always) true, names that nobody declares, formulas that do not read."""
    compiler = Compiler(pack, day)
    for indicator in pack.indicators.values():
        for side in SIDES:
            count: CountEntry | None = getattr(indicator, side)
            for part in _with_having(count):
                yield from _count(compiler, indicator, side, part)
    yield from _pointers(pack)
    yield from _contradictions(pack)


def indicator_expressions(pack: Pack) -> Iterator[Expression]:
    """Every expression of the indicators."""
    for indicator in pack.indicators.values():
        for side in (indicator.numerator, indicator.denominator):
            for count in _with_having(side):
                if count.where is not None:
                    yield count.where


def _with_having(count: CountEntry | None) -> tuple[CountEntry, ...]:
    return tuple(part for part in (count, count.having if count else None) if part is not None)


def _count(compiler: Compiler, indicator: IndicatorEntry, side: str, count: CountEntry) -> Iterator[Finding]:
    at = count.where.at if count.where is not None else count.at
    what = f"指标 {indicator.id} 的 {side}"
    try:
        node = compiler.node(count)
    except LanguageError as error:
        if error.code != "parameter_without_value":
            yield Finding(at.file, at.line, error.code, f"{what}:{error.message}", error.fix)
        return
    if isinstance(node, Const):
        return
    resolver = compiler.resolver(count.of)
    results = possible_results(node, {d.name: d.node for d in resolver.defined.values()}, resolver.variables)
    if results is not None and True not in results:
        yield Finding(at.file, at.line, "never", f"{what}永远不会成立", "请检查数值、代码和 and/or")


def _pointers(pack: Pack) -> Iterator[Finding]:
    for target in pack.targets:
        if target.measured_by is not None:
            yield from _known(pack, target.measured_by, target.cited.at, f"目标 {target.id} 的 measured_by")
        elif target.value is not None:
            fix = "请写 measured_by: indicators.yaml 里的名称"
            yield _at(target.cited.at, "unmeasured", f"目标 {target.id} 有数值，没有写由哪个指标衡量", fix, "warning")
    for figure in pack.figures:
        if figure.measures is not None:
            yield from _known(pack, figure.measures, figure.cited.at, f"数字 {figure.id} 的 measures")


def _known(pack: Pack, name: str, at: Place, what: str) -> Iterator[Finding]:
    if name not in pack.indicators:
        close = difflib.get_close_matches(name, list(pack.indicators), 1)
        fix = f"是不是想写 {close[0]}?" if close else "请写 indicators.yaml 里的名称"
        yield _at(at, "unknown_indicator", f"{what}写了没有的指标“{name}”", fix)


def printed(pack: Pack) -> Mapping[str, Decimal]:
    """The printed figures by id, exactly as printed."""
    return {figure.id: Decimal(str(figure.value)) for figure in pack.figures if figure.value is not None}


def _contradictions(pack: Pack) -> Iterator[Finding]:
    values = printed(pack)
    for entry in pack.contradictions:
        for name in entry.figures:
            if name not in values:
                yield _at(entry.cited.at, "unknown_figure", f"“{entry.title}”写了没有的数字“{name}”", "请写 figures 里的编号")
        for computation in (entry.first, entry.second):
            yield from _formula(computation, values)


def _formula(computation: Computation, values: Mapping[str, Decimal]) -> Iterator[Finding]:
    try:
        unknown = [name for name in figures_in(computation.formula) if name not in values]
        if unknown:
            yield _at(computation.at, "unknown_figure", f"算式里没有叫“{unknown[0]}”的数字", "请写 figures 里的编号")
        else:
            computed(computation.formula, lambda name: values[name])
    except LanguageError as error:
        yield _at(computation.at, error.code, error.message, error.fix)


def _at(at: Place, code: str, message: str, fix: str, severity: str = "error") -> Finding:
    return Finding(at.file, at.line, code, message, fix, severity)
