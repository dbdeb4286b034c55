"""Reading messages.yaml: the national file, then what a city says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from songhe.engines.policy.messages import LONGEST, MOST_UNITS, PLACE, MessagePlan, MessageText, MessageValue, units_of
from songhe.engines.policy.pack import Cited
from songhe.engines.policy.sections import Section


def read_messages(sections: Sequence[Section]) -> MessagePlan | None:
    """The national file first, then the city's; None where neither exists. Unknown places and texts too long are findings."""
    signature: tuple[str, Cited] | None = None
    numbers: dict[str, MessageValue] = {}
    texts: dict[str, MessageText] = {}
    for section in sections:
        part = section.inner("signature", "signature ")
        if part is not None:
            signature = part.text("text", required=True), part.cited()
            part.done()
        for name, high in (("price_li", 10_000), ("days_until_visit", 60)):
            part = section.inner(name, f"{name} ")
            if part is not None:
                numbers[name] = _value(part, high)
        written = section.inner("texts", "texts ")
        for name, inner in written.named("短信") if written is not None else ():
            texts[name] = MessageText(name, inner.text("title", required=True), inner.text("text", required=True), inner.cited())
            _check(inner, texts[name], signature[0] if signature else "")
            inner.done()
        section.done()
    if signature is None or len(numbers) < 2:
        if sections:
            fix = "请补上 signature、price_li 和 days_until_visit"
            sections[0].fault(sections[0].line, "missing_key", "messages.yaml 没有写全", fix)
        return None
    return MessagePlan(signature[0], signature[1], numbers["price_li"], numbers["days_until_visit"], MappingProxyType(texts))


def _value(part: Section, high: int) -> MessageValue:
    value, unit, cited = part.number("value"), part.text("unit"), part.cited()
    part.done()
    if not isinstance(value, int) or not 0 <= value <= high:
        part.fault(part.line, "type", "短信的 value 不对", f"要写0到{high}的整数")
        return MessageValue(0, unit, cited)
    return MessageValue(value, unit, cited)


def _check(inner: Section, text: MessageText, signature: str) -> None:
    unknown = [name for name in PLACE.findall(text.text) if name not in LONGEST]
    if unknown:
        inner.fault(
            inner.line,
            "unknown_name",
            f"短信“{text.id}”里不能写“{unknown[0]}”",
            "只能用 " + "、".join(f"{{{n}}}" for n in LONGEST),
        )
    longest = units_of(f"【{signature}】{PLACE.sub(lambda found: LONGEST.get(found[1], ''), text.text)}")
    if longest > MOST_UNITS:
        inner.fault(
            inner.line, "too_long", f"短信“{text.id}”填好后最长有{longest}个字", f"连签名在内要在{MOST_UNITS}个字以内，请写短一些"
        )
