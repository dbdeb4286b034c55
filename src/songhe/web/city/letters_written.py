"""What the letters say: a supervision notice, the minutes of a meeting, the reply to a comment; and each as PDF/A."""

from __future__ import annotations

from collections.abc import Mapping

from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import Letter
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor
from songhe.foundation.printing import Paper
from songhe.web.city.plan_print import printed


def letter_paper(actor: Actor, asked: Mapping[str, str]) -> Paper:
    """The letter of the register's entry `entry`; raises EntryNotFound, TaskNotFound, LetterNotReady."""
    found = tracking.letter_to_print(actor, entry_id=int(asked["entry"]))
    return printed(actor, "letter.typ", written(found), title=f"{found.kind}-{found.name[:40]}", rows=1, asked={})


def written(found: Letter) -> dict[str, object]:
    """The letter in words: title, number, to whom, paragraphs, facts, a table, who signs."""
    return {"supervision_notices": _notice, "joint_meetings": _minutes, "public_comments": _reply}[found.register](found)


def _notice(found: Letter) -> dict[str, object]:
    said = found.values
    facts = [("督办事项", said["matter"]), ("回复期限", said["due_on"])]
    if found.task is not None:
        facts.insert(1, ("规划任务", f"{found.task.id} {found.task.title}"))
        facts += [("文件写的期限", f"{each.date}：{each.what}") for each in found.task.deadlines if each.date]
    if said.get("reply"):
        facts += [("回复内容", said["reply"]), ("回复日期", said.get("replied_on", ""))]
    place = policy.pack_in_use().pack.place.name
    return _letter(
        "督办单", said["number"], f"{said['unit']}：",
        [f"下面这件事进展偏慢，请您单位抓紧办理，并在{said['due_on']}前书面回复：办到哪一步、还差什么、哪天办完。办理中有困难，也请一并写明。"],
        facts, sign=f"{place}（发文单位盖章）", on=said["issued_on"],
    )  # fmt: skip


def _minutes(found: Letter) -> dict[str, object]:
    said = found.values
    facts = [
        ("开会日期", said["held_on"]),
        ("主持人", said.get("chair", "")),
        ("参加单位", said.get("units", "")),
        ("议题", said["agenda"]),
    ]
    rows = [[each.decision, each.unit, each.due_on, each.state] for each in found.decisions]
    return _letter(
        f"{said['title']}纪要", said.get("minutes_number", ""), "", [part for part in said.get("minutes", "").split("\n") if part.strip()],
        [(label, text) for label, text in facts if text], head=["议定事项", "办理单位", "办结期限", "状态"] if rows else [], rows=rows,
    )  # fmt: skip


def _reply(found: Letter) -> dict[str, object]:
    said = found.values
    where = f"{said['clause']}的" if said.get("clause") else ""
    answer = {"采纳": "我们采纳了您的意见。", "部分采纳": "我们采纳了您意见的一部分。", "不采纳": "您的意见这次没有采纳。"}
    contact = policy.pack_in_use().pack.contact
    ask = f"还有疑问，可以打电话{contact.phone}，或者到{contact.counter}问。" if contact is not None else ""
    return _letter(
        "对您所提意见的答复", f"意见编号{said['number']}", "您好：",
        [f"您对“{said['draft']}”{where}意见，我们在{said['received_on']}收到了。谢谢您花时间看这份文件。", answer.get(said.get("adopted", ""), ""),
         said.get("reply", ""), ask],
        [("您的意见", said["comment"])], sign=f"{policy.pack_in_use().pack.place.name}（答复单位盖章）", on=said.get("replied_on", ""),
    )  # fmt: skip


def _letter(
    title: str,
    number: str,
    to: str,
    paragraphs: list[str],
    facts: list[tuple[str, str]],
    *,
    head: list[str] | None = None,
    rows: list[list[str]] | None = None,
    sign: str = "",
    on: str = "",
) -> dict[str, object]:
    return {
        "title": title, "number": number, "to": to, "paragraphs": [text for text in paragraphs if text], "facts": [list(pair) for pair in facts],
        "head": head or [], "rows": rows or [], "sign": sign, "on": on,
    }  # fmt: skip
