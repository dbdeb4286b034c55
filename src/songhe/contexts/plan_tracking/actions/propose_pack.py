"""Put a confirmed plan beside the city's pack: a draft version with its targets and tasks, which decides nothing before it is approved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml
from django.db import transaction

from songhe.contexts.plan_tracking.access import document_for
from songhe.contexts.plan_tracking.errors import NotConfirmed
from songhe.contexts.plan_tracking.models import PlanDocument
from songhe.contexts.plan_tracking.queries.draft_pack import DraftPack, draft_pack, source_of
from songhe.contexts.plan_tracking.words import DocumentStatus
from songhe.contexts.policy_library import actions as library
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

LONGEST = 100
_SOURCES = re.compile(r"^sources:[ \t]*$", re.MULTILINE)
_FIGURES = re.compile(r"figures:\s*(#.*)?$")
_EMPTY_FIGURES = re.compile(r"^figures:[ \t]*(\[\]|null|~)?[ \t]*(#.*)?$\n?", re.MULTILINE)
_FIGURE = re.compile(r"^[ \t]*- \{.*\}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PackProposed:
    """The draft of the policy library, and what it takes of the document."""

    draft_id: int
    targets: int
    tasks: int
    figures: int


@transaction.atomic
def propose_pack(
    actor: Actor,
    *,
    document_id: int,
    issuer: str,
    number: str = "",
    issued: dt.date | None = None,
    replaces: bool = False,
    source: str = "",
) -> PackProposed:
    """A draft of the city's pack holds the document's targets and tasks: after those in use, or with `replaces` in their place.

    Its printed figures always come after those in use, on which contradictions and forecasts of the pack rest. Nothing decides by the draft: it
    goes the way of every draft (checks, simulation, two approvals). Raises NotConfirmed, InvalidInput, and what the policy library refuses
    (PackRefused, SameValue).
    """
    require(actor, Right.CHANGE_PACKS)
    document = document_for(actor, document_id, lock=True)
    if document.status != DocumentStatus.CONFIRMED:
        raise NotConfirmed("这份文件还没有确认，不能放到政策包旁边。", next_step="请先核对完各项并确认。")
    issuer, number = " ".join(issuer.split()), " ".join(number.split())
    if not issuer or len(issuer) > LONGEST or len(number) > LONGEST:
        raise InvalidInput(
            f"请写发文单位，不超过{LONGEST}个字。", field="issuer" if not issuer or len(issuer) > LONGEST else "number"
        )
    draft = draft_pack(actor, document_id=document_id, source=source)
    files = _with(
        policy.files_in_use(), policy.pack_in_use().pack.id, document, draft, (issuer, number, issued), replaces=replaces
    )
    reason = f"来自规划文件：{document.title}"[:200]
    made = library.draft_files(actor, files=files, reason=reason)
    detail = {"draft": made.id, "targets": draft.targets, "tasks": draft.tasks, "figures": draft.figures, "replaces": replaces}
    audit.record(actor, "plan_tracking.propose_pack", subject_type="plan_document", subject_id=document.pk, detail=detail)
    return PackProposed(made.id, draft.targets, draft.tasks, draft.figures)


def _with(
    files: Mapping[str, str],
    city: str,
    document: PlanDocument,
    draft: DraftPack,
    issue: tuple[str, str, dt.date | None],
    *,
    replaces: bool,
) -> dict[str, str]:
    """The files in use, with the document among their sources and its targets, tasks and figures in them."""
    found = dict(files)
    head = f"{city}/pack.yaml"
    found[head] = _sourced(found[head], draft.source, source_of(document, *issue))
    for name in ("targets.yaml", "tasks.yaml"):
        path, fresh = f"{city}/{name}", draft.files[name]
        found[path] = fresh if replaces or not yaml.safe_load(found.get(path, "") or "[]") else _after(found[path], fresh)
    if draft.figures:
        path = f"{city}/baseline.yaml"
        found[path] = with_figures(found.get(path, ""), draft.files["baseline.yaml"])
    return found


def with_figures(old: str, fresh: str) -> str:
    """The baseline with the fresh figures after its own, of which those of the same id give way; everything else of it stays as it is."""
    rows = _FIGURE.findall(fresh)
    names = {str(yaml.safe_load(row)[0]["id"]) for row in rows}
    if not (yaml.safe_load(old or "{}") or {}).get("figures"):
        kept = _EMPTY_FIGURES.sub("", old).rstrip()
        return "\n".join([*([kept] if kept else []), "figures:", *rows]) + "\n"
    lines = old.rstrip().splitlines()
    head = next(at for at, line in enumerate(lines) if _FIGURES.match(line))
    end = next((at for at in range(head + 1, len(lines)) if lines[at][:1] not in ("", " ", "#", "-")), len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    own = [
        line for line in lines[head + 1 : end] if not (_FIGURE.fullmatch(line) and str(yaml.safe_load(line)[0]["id"]) in names)
    ]
    indent = next((line[: len(line) - len(line.lstrip())] for line in own if line.lstrip().startswith("- ")), "  ")
    return "\n".join([*lines[: head + 1], *own, *(f"{indent}{row.lstrip()}" for row in rows), *lines[end:]]) + "\n"


def _after(old: str, fresh: str) -> str:
    """One list after the other; entries of the fresh one replace those of the same id."""
    rows = [line for line in fresh.splitlines() if line.startswith("- ")]
    names = {str(entry["id"]) for line in rows for entry in yaml.safe_load(line)}
    kept = [
        line
        for line in old.rstrip().splitlines()
        if not line.startswith("- ") or str(yaml.safe_load(line)[0].get("id") if _whole(line) else "") not in names
    ]
    return "\n".join([*kept, *rows]) + "\n"


def _whole(line: str) -> bool:
    """Whether the entry stands in one line."""
    return line.startswith("- {") and line.rstrip().endswith("}")


def _sourced(text: str, source: str, entry: Mapping[str, object]) -> str:
    """The head of the pack with the document under `sources:`, in place of one of that name."""
    known = yaml.safe_load(text).get("sources") or {}
    if source in known or not _SOURCES.search(text):
        raise InvalidInput("政策包里已经有这个代号的文件。", next_step="请换一个代号。", field="source")
    block = yaml.safe_dump({source: dict(entry)}, allow_unicode=True, sort_keys=False, width=10**9)
    indented = "".join(f"  {line}\n" for line in block.splitlines())
    return _SOURCES.sub(lambda found: f"{found.group(0)}\n{indented.rstrip()}", text, count=1)
