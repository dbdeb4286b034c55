"""What differs between two packs, as a page says it: rules in words, grouped by part of the pack."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from songhe.engines.policy.differences import SECTIONS, Difference, differences
from songhe.engines.policy.pack import Pack
from songhe.web.city.rule_words import in_words

NOTHING = "（没有）"


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One difference in plain words."""

    title: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangesOfPart:
    """The differences in one part of the pack."""

    id: str
    title: str
    changes: tuple[ChangeShown, ...]


_KEPT: OrderedDict[tuple[str, str, frozenset[str]], tuple[ChangesOfPart, ...]] = OrderedDict()
MOST_KEPT = 32


def changes_between(
    before: tuple[str, Pack], after: tuple[str, Pack], *, only: frozenset[str] = frozenset(SECTIONS)
) -> tuple[ChangesOfPart, ...]:
    """The same for packs with the hash of their content: two contents differ in the same way whenever somebody looks."""
    key = before[0], after[0], only
    found = _KEPT.get(key)
    if found is None:
        found = _KEPT[key] = changes_shown(before[1], after[1], only=only)
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return found


def changes_shown(before: Pack, after: Pack, *, only: frozenset[str] = frozenset(SECTIONS)) -> tuple[ChangesOfPart, ...]:
    """The parts that differ, in the order in which a reader wants them; `only` names the parts to look at."""
    found: dict[str, list[ChangeShown]] = {}
    for each in differences(before, after):
        if each.section in only:
            found.setdefault(each.section, []).append(_shown(before, after, each))
    return tuple(ChangesOfPart(section, SECTIONS[section], tuple(lines)) for section, lines in found.items())


def _shown(before: Pack, after: Pack, each: Difference) -> ChangeShown:
    texts = [in_words(pack, text) if each.rule and text else text for pack, text in ((before, each.before), (after, each.after))]
    if each.what == "对应的待遇":
        texts = [_titles(pack, text) for pack, text in ((before, each.before), (after, each.after))]
    if each.what == "依据":
        texts = [_source(pack, text) for pack, text in ((before, each.before), (after, each.after))]
    return ChangeShown(each.title, each.what, texts[0] or NOTHING, texts[1] or NOTHING)


def _titles(pack: Pack, names: str) -> str:
    return "、".join(pack.benefits[name].title if name in pack.benefits else name for name in names.split("、") if name)


def _source(pack: Pack, text: str) -> str:
    """The clause with its document's title."""
    document, _, clause = text.partition("，")
    return f"《{pack.sources[document].title}》{clause}" if document in pack.sources else text
