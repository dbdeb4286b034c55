"""The only way to rows of this context: entries in the actor's areas, of registers that the actor may see.

A register about persons asks for the right to see people as well. A file is seen by whoever could have sent it: its whole sending area lies
within the areas where the actor keeps registers. `Candidate` rows follow their person's area.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.errors import EntryNotFound, RegisterUnknown
from songhe.contexts.registers.models import Candidate, Entry, RegisterFile
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.scope import rows_within


def declared(actor: Actor, register: str) -> RegisterEntry:
    """The register as the pack in use declares it; RegisterUnknown where there is none for this actor."""
    found = policy.pack_in_use().pack.registers.get(register)
    if found is None or not may_see(actor, found):
        raise RegisterUnknown("没有这本台账，或者您无权查看。", next_step="请回到名录与台账重新选择。")
    return found


def may_see(actor: Actor, register: RegisterEntry) -> bool:
    """Whether the actor may see entries of this register anywhere."""
    return actor.may(Right.SEE_REGISTERS) and (register.entity != "person" or actor.may(Right.SEE_PEOPLE))


def _within(actor: Actor, register: RegisterEntry, area_path: str) -> Q:
    seen = rows_within(actor, Right.SEE_REGISTERS, area_path=area_path)
    return seen & rows_within(actor, Right.SEE_PEOPLE, area_path=area_path) if register.entity == "person" else seen


def visible_to(actor: Actor, register: RegisterEntry, *, area_path: str = "") -> QuerySet[Entry]:
    """Entries of a register in the actor's areas, narrowed to `area_path`."""
    return Entry.objects.filter(_within(actor, register, area_path), register=register.id)


def candidates_visible_to(actor: Actor, register: RegisterEntry, *, area_path: str = "") -> QuerySet[Candidate]:
    """Persons of the actor's areas on whom condition and entries disagree."""
    return Candidate.objects.filter(_within(actor, register, area_path), register=register.id)


def entry_for(
    actor: Actor, entry_id: int, *, right: Right = Right.SEE_REGISTERS, lock: bool = False
) -> tuple[Entry, RegisterEntry]:
    """The entry and its register; EntryNotFound where the actor sees none, AccessDenied without the right there."""
    rows = Entry.objects.select_for_update(of=("self",)) if lock else Entry.objects.all()
    found = rows.filter(rows_within(actor, Right.SEE_REGISTERS), id=entry_id).first()
    register = policy.pack_in_use().pack.registers.get(found.register) if found is not None else None
    if found is None or register is None or not _sees_person(actor, register, found.area_path):
        raise EntryNotFound("没有找到这条登记，或者不在您负责的区域。", next_step="请回到台账重新查找。")
    require(actor, right, found.area_path)
    return found, register


def _sees_person(actor: Actor, register: RegisterEntry, area_path: str) -> bool:
    return register.entity != "person" or actor.may(Right.SEE_PEOPLE, area_path)


def files_visible_to(actor: Actor) -> QuerySet[RegisterFile]:
    """Files whose whole sending area lies within the areas where the actor keeps registers."""
    paths = actor.area_paths(Right.KEEP_REGISTERS)
    if not paths:
        return RegisterFile.objects.none()
    inside = "NOT EXISTS (SELECT 1 FROM unnest(register_file.area_paths) sent WHERE NOT (sent LIKE ANY (%s)))"
    return RegisterFile.objects.extra(where=[inside], params=[[f"{path}%" for path in sorted(paths)]])  # noqa: S610


def file_for(actor: Actor, file_id: int, *, lock: bool = False) -> tuple[RegisterFile, RegisterEntry]:
    """The file and its register; RegisterUnknown where the actor may not see it."""
    rows = files_visible_to(actor).filter(id=file_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise RegisterUnknown("没有找到这个文件，或者您无权查看。", next_step="请回到台账重新选择。")
    return found, declared(actor, found.register)
