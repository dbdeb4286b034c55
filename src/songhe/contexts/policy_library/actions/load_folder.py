"""Load a city's folder: the first one decides at once, later ones become a draft like any other change."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from songhe.contexts.policy_library.actions.draft_change import draft_files
from songhe.contexts.policy_library.actions.draft_rows import hold_versions
from songhe.contexts.policy_library.actions.put_in_force import keep_version
from songhe.contexts.policy_library.errors import PackRefused
from songhe.contexts.policy_library.models import PackVersion
from songhe.contexts.policy_library.queries.content import content_hash
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import PackInvalid, load_pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.scales.loading import ScalesInvalid, load_scales
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

DIRECT = "直接载入政策包文件，没有经过批准"
DRAFTED = "软件带来的新政策包文件"


@transaction.atomic
def load_folder(actor: Actor, *, root: Path, city: str) -> int:
    """The version in use after the city's folder under `root`, with the national one, has been looked at; the city's own changes stay.

    The first files of a city decide from now on, and the history says that nobody approved them; so do those of a demonstration.
    In a city at work other files become a draft and the version in use stays. The same content again changes nothing.
    Raises PackRefused when the pack or a scale cannot be loaded, or the pack not be resolved for today.
    """
    require(actor, Right.CHANGE_PACKS, "")
    hold_versions()
    current = PackVersion.objects.select_for_update(of=("self",)).filter(in_use=True).first()
    files, overlay = read_folder(root, city), current.overlay if current is not None and current.pack == city else {}
    if current is not None and current.content_hash == content_hash(files, overlay):
        return current.id
    try:
        pack = load_pack(files, city, overlay)
        resolve(pack, clock.today())
        load_scales(files, city)
    except (PackInvalid, ScalesInvalid) as refused:
        raise PackRefused(tuple(str(finding) for finding in refused.findings)) from refused
    if current is not None and current.pack == city and not getattr(settings, "SONGHE_DEMO", True):
        draft_files(actor, files=files, reason=DRAFTED)
        return current.id
    return keep_version(actor, city, files, overlay, DIRECT, number=pack.version, draft=None)
