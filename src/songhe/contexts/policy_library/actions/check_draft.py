"""Check a draft's present content: everything that `songhe pack check` finds, its worked cases too."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from songhe.contexts.policy_library.actions import draft_rows as rows
from songhe.contexts.policy_library.errors import DraftChanged
from songhe.contexts.policy_library.models import DraftCheck, PackDraft
from songhe.contexts.policy_library.queries.content import files_of
from songhe.contexts.policy_library.queries.drafts import DraftBrief, brief_of
from songhe.contexts.policy_library.words import DraftKind, DraftState, Step
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.findings import Finding
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right

CASE = "case_fails"
MOST_KEPT = 200


def check_draft(actor: Actor, *, draft_id: int, seal: str) -> DraftBrief:
    """The findings are kept with the content that they are about; without an error among them the draft is checked.

    A worked case that comes out otherwise is an error of new files. Under a changed value or reading it is shown, not refused:
    the case was written for the old one. Checked already, nothing changes. Raises DraftChanged if the content is another one by now.
    """
    found = PackDraft.objects.select_related("base").get(id=draft_id)
    rows.require_at_city(actor, Right.CHANGE_PACKS, found.base)
    findings = _findings(found)
    with transaction.atomic():
        draft = rows.locked_draft(draft_id)
        if draft.seal != seal or found.seal != seal:
            raise DraftChanged("草稿已经改过，这次检查的不是现在的内容。", next_step="请等新内容检查完。")
        if draft.state != DraftState.DRAFT:
            return brief_of(draft)
        passed = not any(each["severity"] == "error" for each in findings)
        DraftCheck.objects.update_or_create(
            draft=draft, seal=seal, defaults={"passed": passed, "findings": findings, "checked_at": clock.now()}
        )
        if passed:
            draft.state = DraftState.CHECKED
            draft.save(update_fields=["state"])
        rows.add_step(actor, draft, Step.CHECKED if passed else Step.CHECKS_FAILED)
        detail = {"passed": passed, "findings": len(findings), "seal": seal}
        audit.record(actor, "pack.check_draft", subject_type="pack_draft", subject_id=str(draft.id), detail=detail)
        return brief_of(draft)


def _findings(draft: PackDraft) -> list[dict[str, str]]:
    files, city = files_of(draft), draft.base.pack
    plain = check_pack(files, city) if draft.kind == DraftKind.FILES else []
    found = [_shown(each, each.severity) for each in plain]
    said = {(each["where"], each["message"]) for each in found}
    changed = (_shown(each, "case" if each.code == CASE else each.severity) for each in check_pack(files, city, draft.overlay))
    return _worst_first([*found, *(each for each in changed if (each["where"], each["message"]) not in said)])[:MOST_KEPT]


def _shown(finding: Finding, severity: str) -> dict[str, str]:
    return {"severity": severity, "where": f"{finding.file}:{finding.line}", "message": finding.message, "fix": finding.fix}


def _worst_first(findings: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    order = ("error", "warning", "case")
    return sorted(findings, key=lambda each: order.index(each["severity"]) if each["severity"] in order else len(order))
