"""Files sent in about many people: the list, one file with the verdict of each row, and the file again with its verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.basics.masking import mask_id_number
from songhe.contexts.entitlements.access import returns_visible_to
from songhe.contexts.entitlements.errors import ReturnNotFound
from songhe.contexts.entitlements.models import ReturnFile, ReturnRow
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.queries.return_layouts import ID_NUMBER, return_layout
from songhe.contexts.entitlements.words import RETURN_KIND_LABELS, RETURN_VERDICT_LABELS, ReturnKind, ReturnStatus, ReturnVerdict
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.queries import read_file
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200


@dataclass(frozen=True, slots=True)
class ReturnBrief:
    """A file; `counts` has all five verdicts, `benefit` is empty for a comparison."""

    id: int
    kind: ReturnKind
    sender: str
    benefit: str
    name: str
    status: ReturnStatus
    counts: Mapping[ReturnVerdict, int]
    ignored_columns: tuple[str, ...]
    uploaded_by: int
    uploaded_at: dt.datetime
    accepted_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ReturnProblem:
    """What is wrong in a row; an empty `column` is about the whole row."""

    column: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ReturnRowView:
    """A row with its verdict; `note` says what accepting does (did), `person_id` whom it is about where that is known."""

    sheet: str
    row: int
    verdict: ReturnVerdict
    person_id: int | None
    note: str
    problems: tuple[ReturnProblem, ...]


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A file and one page of its rows. `may_accept`: this actor may let it in."""

    brief: ReturnBrief
    rows: Page[ReturnRowView]
    may_accept: bool


@dataclass(frozen=True, slots=True)
class ReturnResult:
    """The file again in its own layout, two columns added: the verdict, and what happens or what is wrong."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def return_files(actor: Actor, *, kind: ReturnKind, after: str | None = None, limit: int = 50) -> Page[ReturnBrief]:
    """Files of a kind that the actor may see, latest first."""
    require(actor, Right.HANDLE_GRANTS)
    limit = max(1, min(limit, MOST))
    rows = returns_visible_to(actor).filter(kind=kind)
    if after is not None:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    taken = list(rows.order_by("-id")[: limit + 1])
    shown = taken[:limit]
    return Page(tuple(_brief(row) for row in shown), cursor_of(shown[-1].id) if len(taken) > limit else None)


def return_file(
    actor: Actor, *, file_id: int, verdict: ReturnVerdict | None = None, after: str | None = None, limit: int = 50
) -> ReturnView:
    """A file with its rows in order, all or those of one verdict. Raises ReturnNotFound."""
    kept, limit = _kept(actor, file_id), max(1, min(limit, MOST))
    rows = ReturnRow.objects.filter(file=kept)
    if verdict is not None:
        rows = rows.filter(verdict=verdict)
    if after is not None:
        rows = rows.filter(id__gt=keys_of(after, int)[0])
    taken = list(rows.order_by("id")[: limit + 1])
    shown = taken[:limit]
    page = Page(tuple(_row(row) for row in shown), cursor_of(shown[-1].id) if len(taken) > limit else None)
    may = kept.status == ReturnStatus.CHECKED and all(actor.may(Right.ACCEPT_IMPORT, path) for path in kept.area_paths)
    return ReturnView(_brief(kept), page, may)


def return_result(actor: Actor, *, file_id: int) -> ReturnResult:
    """The file with its verdicts, to be corrected and sent again. Whoever did not send it sees ID numbers masked."""
    kept = _kept(actor, file_id)
    layout = return_layout(ReturnKind(kept.kind))
    verdicts = {(row.sheet, row.row): _row(row) for row in ReturnRow.objects.filter(file=kept)}
    own = kept.uploaded_by == actor.id and actor.kind == "user"
    lines = []
    for row in read_file(kept.file_id, layout).rows:
        view = verdicts[row.sheet, row.row]
        cells = [
            mask_id_number(text) if column.is_ == ID_NUMBER and not own else text
            for column in layout.columns
            for text in (row.cells.get(column.is_, ""),)
        ]
        said = "；".join(f"{p.column}：{p.reason}{p.remedy}" if p.column else f"{p.reason}{p.remedy}" for p in view.problems)
        lines.append((*cells, RETURN_VERDICT_LABELS[view.verdict], said or view.note))
    header = (*(column.header for column in layout.columns), "检查结果", "存在的问题")
    return ReturnResult(f"{RETURN_KIND_LABELS[ReturnKind(kept.kind)]}-检查结果", header, tuple(lines))


def unit_benefits() -> tuple[tuple[str, str, str], ...]:
    """Benefits of the pack in use that are given by units: id, title, what is counted."""
    plan, pack = granting(), policy.pack_in_use().pack
    return tuple(
        (name, pack.benefits[name].title, rule.units.title)
        for name, rule in plan.rules.items()
        if rule.units is not None and name in pack.benefits
    )


def _kept(actor: Actor, file_id: int) -> ReturnFile:
    found = returns_visible_to(actor).filter(id=file_id).first()
    if found is None:
        raise ReturnNotFound("没有找到这个文件，或者您无权查看。", next_step="请回到文件列表重新选择。")
    return found


def _brief(kept: ReturnFile) -> ReturnBrief:
    return ReturnBrief(
        kept.id, ReturnKind(kept.kind), kept.sender, kept.benefit, kept.file_name, ReturnStatus(kept.status),
        {v: int(kept.counts.get(v.value, 0)) for v in ReturnVerdict}, tuple(kept.ignored_columns), kept.uploaded_by, kept.uploaded_at,
        kept.accepted_at,
    )  # fmt: skip


def _row(row: ReturnRow) -> ReturnRowView:
    problems = tuple(ReturnProblem(p["column"], p["reason"], p["remedy"]) for p in row.problems)
    return ReturnRowView(row.sheet, row.row, ReturnVerdict(row.verdict), row.person_id, row.note, problems)
