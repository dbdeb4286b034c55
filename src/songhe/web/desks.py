"""The desks and their navigation: at most nine entries each, in the words of that desk. A new page adds its entry here."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.foundation.access import Actor, Right


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the side navigation; `page` is the name of its route. Shown to who holds the right."""

    page: str
    label: str
    icon: str
    right: Right


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk: its address prefix, its name, one sentence for the chooser, and its entries (the first is its first screen).

    `search` and `work` name the pages behind the top bar's search box (it sends `q`) and bell; empty where the desk has none.
    """

    id: str
    prefix: str
    title: str
    about: str
    icon: str
    entries: tuple[Entry, ...]
    search: str = ""
    work: str = ""

    def entries_for(self, actor: Actor) -> tuple[Entry, ...]:
        """The entries that this actor may open, in order."""
        return tuple(entry for entry in self.entries if actor.may(entry.right))


DESKS: tuple[Desk, ...] = (
    Desk(
        id="ops",
        prefix="/ops/",
        title="运维",
        about="账号、导入、后台作业、审计",
        icon="gear",
        entries=(Entry("ops:design", "页面样式", "eye", Right.SEE_JOBS),),
    ),
)


def desks_of(actor: Actor) -> tuple[Desk, ...]:
    """The desks on which this actor has at least one page."""
    return tuple(desk for desk in DESKS if desk.entries_for(actor))


def desk_at(path: str) -> Desk | None:
    """The desk to which an address belongs."""
    return next((desk for desk in DESKS if path.startswith(desk.prefix)), None)
