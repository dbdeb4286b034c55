"""What a sent form says, in the shapes that the actions take; the same whether a page, a device or a browser without scripts sent it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from songhe.contexts.assessments.queries import ElderSigned, ElderSigns
from songhe.engines.policy.assessing import FormField
from songhe.engines.scales.scale import Kind, Scale
from songhe.foundation import clock
from songhe.foundation.errors import InvalidInput

Particular = str | int | list[str]
LONGEST_STROKES = 60_000  # characters


@dataclass(frozen=True, slots=True)
class SheetSent:
    """One form as it came."""

    public_id: uuid.UUID
    answers: Mapping[str, str]
    circumstances: Mapping[str, bool | int | str]
    particulars: Mapping[str, Particular]
    filled_from: dt.datetime
    filled_to: dt.datetime
    offline: bool
    final: bool
    elder: ElderSigned | None


def sheet_sent(typed: QueryDict, scale: Scale, fields: Sequence[FormField]) -> SheetSent:
    """The form as sent. Names: `a-<item>`, `c-<circumstance>`, `p-<particular>`; what is open is left out, a tick not set is no."""
    try:
        public_id = uuid.UUID(typed.get("public_id", ""))
    except ValueError:
        raise InvalidInput("这张表没有编号，收不下来。", next_step="请从评估的页面重新打开这张表。", field="public_id") from None
    now = clock.now()
    return SheetSent(
        public_id=public_id,
        answers={name[2:]: typed.get(name, "") for name in typed if name.startswith("a-") and typed.get(name)},
        circumstances=_circumstances(typed, scale),
        particulars=_particulars(typed, fields),
        filled_from=_moment(typed.get("filled_from", "")) or now,
        filled_to=_moment(typed.get("filled_to", "")) or now,
        offline=typed.get("offline") == "yes",
        final=typed.get("do") == "submit",
        elder=elder_sent(typed),
    )


def elder_sent(typed: QueryDict) -> ElderSigned | None:
    """How the elder's side signed: `e-way`, `e-signer`, `e-strokes` (JSON), `e-reason`, `e-witness`; None where nothing was chosen.

    Strokes that cannot be read are none, and so refused by the action.
    """
    way = typed.get("e-way", "")
    if way not in set(ElderSigns):
        return None
    said = {name: typed.get(f"e-{name}", "").strip() for name in ("signer", "reason", "witness")}
    if way == ElderSigns.UNABLE:
        return ElderSigned(ElderSigns.UNABLE, reason=said["reason"], witness=said["witness"])
    strokes = _strokes(typed.get("e-strokes", "")) if way == ElderSigns.DRAWN else ()
    return ElderSigned(ElderSigns(way), said["signer"], strokes)


def _strokes(text: str) -> tuple[tuple[int, ...], ...]:
    try:
        found = json.loads(text[:LONGEST_STROKES])
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list) or not all(isinstance(stroke, list) for stroke in found):
        return ()
    if not all(type(place) is int for stroke in found for place in stroke):
        return ()
    return tuple(tuple(stroke) for stroke in found)


def _circumstances(typed: QueryDict, scale: Scale) -> dict[str, bool | int | str]:
    found: dict[str, bool | int | str] = {}
    for one in scale.circumstances:
        text = typed.get(f"c-{one.id}", "").strip()
        if one.kind is Kind.TICK:
            found[one.id] = text == "yes"
        elif one.kind is Kind.YES_NO:
            if text:
                found[one.id] = text == "yes"
        elif text:
            found[one.id] = _number(text)
    return found


def _particulars(typed: QueryDict, fields: Sequence[FormField]) -> dict[str, Particular]:
    found: dict[str, Particular] = {}
    for field in fields:
        texts = [text.strip() for text in typed.getlist(f"p-{field.id}") if text.strip()]
        if not texts:
            continue
        if field.kind == "choices":
            found[field.id] = texts
        else:
            found[field.id] = _number(texts[0]) if field.kind == "number" else texts[0]
    return found


def _number(text: str) -> int | str:
    """A whole number; what is none stays as it was written, so that it can be refused by name."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def _moment(text: str) -> dt.datetime | None:
    """A moment of the device's clock; None where there is none that can be read."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
