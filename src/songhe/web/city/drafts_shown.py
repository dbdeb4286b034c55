"""A draft of the pack in the shapes of its page: how far it is, what it changes, its effect, who approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.queries import DraftBrief, DraftState, DraftView, SimulatedTown, SimulationResult
from songhe.engines.policy.loading import PackInvalid
from songhe.engines.policy.rulebook import Period
from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.web.areas import town_names
from songhe.web.city.effects import BenefitShown
from songhe.web.city.pack_changes import ChangesOfPart, changes_between
from songhe.web.lists import Moment
from songhe.web.words import PERIOD_UNITS

CHIP_OF: Mapping[DraftState, str] = {state: f"pack_{state.value}" for state in DraftState}


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the five steps to being in force; `state` is done, now or ahead."""

    word: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class TownShown:
    """One town; `more` is fen a month after minus before."""

    name: str
    path: str
    town: SimulatedTown
    more: int


@dataclass(frozen=True, slots=True)
class YearShown:
    """One calendar year in fen; `months` says how much of it is counted."""

    year: int
    months: str
    before: int
    after: int
    more: int


@dataclass(frozen=True, slots=True)
class SimulationShown:
    """What the draft would do."""

    result: SimulationResult
    benefits: tuple[tuple[str, BenefitShown], ...]
    towns: tuple[TownShown, ...]
    years: tuple[YearShown, ...]
    more: int
    later: bool


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of the list of drafts."""

    brief: DraftBrief
    chip: str
    kind: str


def draft_lines(briefs: Sequence[DraftBrief]) -> list[DraftLine]:
    """The list as it is shown."""
    return [DraftLine(brief, CHIP_OF[brief.state], policy.DRAFT_KIND_LABELS[brief.kind]) for brief in briefs]


def stages(view: DraftView) -> tuple[Stage, ...]:
    """Drafted → checked → simulated → approved → in force, and where the draft is."""
    state = view.brief.state
    reached = {
        DraftState.DRAFT: 1, DraftState.CHECKED: 2, DraftState.SIMULATED: 3, DraftState.APPROVED: 4, DraftState.IN_FORCE: 5,
    }.get(state, 0)  # fmt: skip
    day = view.brief.in_force_on
    notes = (
        "",
        "要修改" if view.checked is False else "",
        f"增加{view.simulation.gain:,}人，减少{view.simulation.lose:,}人" if view.simulation else "",
        f"{view.brief.approvals}／{view.needed}人批准",
        f"{day.year}年{day.month}月{day.day}日",
    )
    words = ("拟稿", "检查", "试算", "两人批准", "施行")
    return tuple(
        Stage(word, "done" if place < reached else "now" if place == reached else "ahead", note)
        for place, (word, note) in enumerate(zip(words, notes, strict=True))
    )


def simulation_shown(found: SimulationResult, in_force_on_reached: bool) -> SimulationShown:
    """The effect with names of towns and units of money."""
    names = town_names()
    return SimulationShown(
        result=found,
        benefits=tuple(
            (
                each.benefit,
                BenefitShown(
                    each.title, PERIOD_UNITS[Period(each.period)], each.people_before, each.people_after, each.people_after - each.people_before,
                    each.fen_before, each.fen_after, each.fen_after - each.fen_before, each.gain, each.lose,
                ),
            )
            for each in found.benefits
            if each.gain or each.lose
        ),
        towns=tuple(
            TownShown(names[t.area_path].name if t.area_path in names else t.area_path, t.area_path, t, t.fen_after - t.fen_before)
            for t in found.towns
        ),
        years=tuple(
            YearShown(y.year, _months(y.first_month), y.fen_before, y.fen_after, y.fen_after - y.fen_before)
            for y in found.years
        ),
        more=found.fen_after - found.fen_before,
        later=not in_force_on_reached,
    )  # fmt: skip


def _months(first: int) -> str:
    return {1: "全年", 12: "12月"}.get(first, f"{first}月到12月")


def moments(view: DraftView) -> tuple[Moment, ...]:
    """The timeline, newest first."""
    return tuple(Moment(step.at, f"{policy.STEP_LABELS[step.step]}（{step.name}）", step.note) for step in reversed(view.steps))


def changes_of(actor: Actor, draft_id: int, content: str) -> tuple[ChangesOfPart, ...]:
    """What the draft changes in words; empty where it cannot be read at all."""
    try:
        packs = policy.draft_packs(actor, draft_id=draft_id)
    except PackInvalid:
        return ()
    return changes_between((packs.before_hash, packs.before), (content, packs.after))


def draft_page(actor: Actor, view: DraftView) -> dict[str, object]:
    """Everything that the page of a draft shows."""
    brief, found = view.brief, view.simulation
    busy = brief.state in (DraftState.DRAFT, DraftState.CHECKED) and view.checked is not False
    return {
        "view": view,
        "brief": brief,
        "chip": CHIP_OF[brief.state],
        "kind": policy.DRAFT_KIND_LABELS[brief.kind],
        "stages": stages(view),
        "busy": busy,
        "changes": changes_of(actor, brief.id, view.content_hash),
        "removable": len(view.changes) > 1,
        "effect": simulation_shown(found, found.as_of <= brief.in_force_on) if found else None,
        "moments": moments(view),
        "open": brief.state in policy.OPEN,
        "overtaken": brief.state is DraftState.OVERTAKEN,
        "waiting": brief.state is DraftState.SIMULATED,
        "returnable": brief.state in (DraftState.SIMULATED, DraftState.APPROVED) and not view.why_not.startswith("这份"),
        "errors": [each for each in view.findings if each.severity == "error"],
        "warnings": [each for each in view.findings if each.severity == "warning"],
        "cases": [each for each in view.findings if each.severity == "case"],
        "today": clock.today(),
    }
