"""The plan's papers as PDF/A: how its targets stand, an assessment, an evaluation; the same words as on their pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import Assessment, Subject
from songhe.contexts.plan_tracking.words import EVALUATION_LABELS, STEP_STATE_LABELS, State
from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.foundation.printing import Paper
from songhe.web.city.cockpit_report import report_data
from songhe.web.city.cockpit_shown import shown
from songhe.web.city.evaluation_shown import compared, counts_of, task_lines
from songhe.web.city.letters_written import letter_paper
from songhe.web.city.plan_print import cn_day, printed
from songhe.web.lists import chosen

OF = (("units", "单位"), ("towns", "镇街"))


def assessed(actor: Actor, asked: Mapping[str, str]) -> Assessment:
    """The assessment of `of`, `period` (2025-01) and `revision`; what is not understood asks for the running period of the units."""
    of, revision = chosen(asked, "of", OF) or "units", asked.get("revision", "")
    number = int(revision) if revision.isdecimal() and len(revision) < 6 else None
    return tracking.assessment(actor, of=of, start=start_of(asked.get("period", "")), revision=number)


def start_of(text: str) -> dt.date | None:
    """The first day of the month 2025-01; None for what is no month."""
    try:
        return dt.date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None


def targets_paper(actor: Actor, asked: Mapping[str, str]) -> Paper:
    """How the targets of the filters stand: `area`, `unit`, `due`, `state`."""
    found = tracking.cockpit(
        actor, area_path=asked.get("area", ""), unit=asked.get("unit", ""), due=asked.get("due", ""), state=asked.get("state", "")
    )
    lines = [shown(one) for one in found.targets]
    return printed(
        actor,
        "cockpit_report.typ",
        report_data(found, lines),
        title="规划目标",
        rows=len(lines),
        asked=asked,
        area_path=found.area_path,
    )


def assessment_paper(actor: Actor, asked: Mapping[str, str]) -> Paper:
    """The assessment as PDF/A, with weights, every item and what it rests on."""
    found = assessed(actor, asked)
    frozen = found.frozen
    data = {
        "title": f"{found.period}{found.title}：{dict(OF)[found.of]}",
        "told": found.definition,
        "status": "权重和分数线是演示取值，没有文件载明。" if found.status == "assumed" else "",
        "as_of": cn_day(found.as_of),
        "frozen": f"{cn_day(frozen.at.date())}由{frozen.by}冻结，第{frozen.revision}版，内容指纹{frozen.sha256[:16]}" if frozen else "当前情况，还没有冻结",
        "rules": [[rule.title, str(rule.weight), f"{rule.none_at:f}%", f"{rule.full_at:f}%", rule.note] for rule in found.rules],
        "subjects": [
            [one.name, str(one.score), f"{one.covered}%", *_cells(found, one)] for one in found.subjects if one.score is not None
        ],
        "without": [one.name for one in found.subjects if one.score is None],
        "heads": ["名称", "总分", "计分权重", *(rule.title for rule in found.rules)],
    }  # fmt: skip
    return printed(
        actor, "plan_assessment.typ", data, title=f"{found.title}-{found.period}", rows=len(found.subjects), asked=asked
    )


def _cells(found: Assessment, one: Subject) -> list[str]:
    own = {part.item: part for part in one.parts}
    return [
        f"{part.points:.1f}分（{part.numerator}/{part.denominator}）" if part.points is not None else "—"
        for part in (own[rule.item] for rule in found.rules)
    ]


def evaluation_paper(actor: Actor, asked: Mapping[str, str]) -> Paper:
    """The evaluation as PDF/A: frozen figures, today's beside them, findings and their follow-up."""
    found = tracking.evaluation(actor, evaluation_id=int(asked["evaluation"]))
    lines = [compared(one) for one in found.targets]
    data = {
        "title": found.line.title, "plan": found.then.plan, "kind": EVALUATION_LABELS[found.line.kind], "evaluator": found.line.evaluator,
        "as_of": cn_day(found.line.as_of), "conclusion": found.conclusion, "sha": found.line.sha256,
        "cut_off": cn_day(found.then.cut_off.date()) if found.then.cut_off else "还没有统计过",
        "counts": [[label, str(then), str(now)] for _, label, then, now in counts_of(found)],
        "lines": [
            [line.title, f"{line.id}，{line.clause}", line.goal or "里程碑", line.then or "—", line.then_word, line.now or "—", line.now_word, line.change]
            for line in lines if line.one.then.state is not State.NO_DATA or line.moved
        ],
        "silent": sum(line.one.then.state is State.NO_DATA and not line.moved for line in lines),
        "tasks": [[title, lead, word, now] for _, title, lead, word, now, _, moved in task_lines(found) if moved],
        "findings": [_finding(one) for one in found.findings],
    }  # fmt: skip
    return printed(actor, "plan_evaluation.typ", data, title=found.line.title, rows=len(lines), asked={})


def _finding(one: tracking.EvaluatorsFinding) -> dict[str, object]:
    return {
        "number": str(one.number), "about": one.about_title, "found": one.found, "advice": one.advice,
        "who": f"{one.unit}，{cn_day(one.due_on)}前，{STEP_STATE_LABELS[one.state]}" if one.due_on else "不用跟进",
        "steps": [f"{cn_day(step.at.astimezone(clock.CITY_ZONE).date())} {step.unit}：{step.note}" for step in reversed(one.steps)],
    }  # fmt: skip


PAPERS = {
    "plan.targets": targets_paper,
    "plan.assessment": assessment_paper,
    "plan.evaluation": evaluation_paper,
    "plan.letter": letter_paper,
}
"""What the pages print and the API hands out too; offered to `foundation.printing` by `project.wiring`."""
