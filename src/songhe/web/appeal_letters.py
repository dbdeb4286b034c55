"""The letter about an appeal that came too late and is not heard: plain words, why, and what can still be done."""

from __future__ import annotations

from songhe.contexts.entitlements.queries import AppealLine
from songhe.contexts.entitlements.words import AppealState
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor
from songhe.foundation.errors import Conflict
from songhe.web.grants_shown import place_names
from songhe.web.letters import cn_day
from songhe.web.printing import font, is_demo, pdf_of

_SHEET = "letters/grants.typ"


def not_heard_pdf(actor: Actor, line: AppealLine) -> bytes:
    """The letter as PDF/A-2b; recorded. Raises Conflict for an appeal that was not turned away, NoChineseFont."""
    if line.state is not AppealState.NOT_HEARD or line.last_day is None:
        raise Conflict("这件申诉没有定为不予受理。", next_step="请刷新页面后再看。")
    pack, desk = policy.pack_in_use().pack, places.desks_of([line.area_path]).get(line.area_path)
    where = pack.contact.counter if pack.contact else "就近的便民服务中心"
    phone = (desk.phone if desk else "") or (pack.contact.phone if pack.contact else "")
    because = f"{line.decided_because.rstrip('。')}。"
    parts = (
        (
            "为什么不受理",
            f"申诉最晚要在{cn_day(line.last_day)}提，您是{cn_day(line.filed_on)}提的，晚了{line.late_days}天。{because}",
        ),
        ("原来的决定", "照旧，不因为这次没有受理而改变。"),
        ("还可以怎样", "有住院、受灾这样的原因耽误了，请带上证明再提一次。资料有变化的，随时可以请社区更正，我们会重新核算。"),
        ("找谁问", f"请到{where}，电话 {phone}。"),
    )
    letter = {
        "from": f"{pack.place.name} · {place_names().get(line.area_path, '')}", "day": cn_day(clock.today()), "to": f"{line.by_name}：",
        "headline": f"{line.title}：申诉过了期限，不能受理",
        "facts": [["哪天提的", cn_day(line.filed_on)], ["最晚哪天提", cn_day(line.last_day)]],
        "parts": [{"title": title, "lines": [text], "items": []} for title, text in parts], "reply": [], "reply-for": "",
        "foot": f"申诉编号 {line.public_id[:8]}", "check": "",
    }  # fmt: skip
    data = {"title": "不予受理通知书", "font": font(plain=True), "demo": is_demo(), "letters": [letter]}
    content = pdf_of(_SHEET, data, made_on=clock.today())
    audit.record(actor, "appeal.print_letter", subject_type="person", subject_id=line.person_id, area_path=line.area_path)
    return content
