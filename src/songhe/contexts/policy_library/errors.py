"""Refusals of the policy library."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound, SongheError


class NoPackInUse(SongheError):
    """Nothing can be decided before a pack has been loaded."""

    code = "no_pack_in_use"
    http_status = 503


class PackRefused(InvalidInput):
    """The pack cannot be loaded or resolved; `findings` are the messages, file and line first."""

    code = "pack_refused"

    def __init__(self, findings: tuple[str, ...]) -> None:
        super().__init__("政策包没有通过检查，未作任何改动。", next_step="请按下列提示修改后再试：" + ";".join(findings[:5]))
        self.findings = findings


class UnknownParameter(NotFound):
    code = "unknown_parameter"


class UnknownBenefit(NotFound):
    code = "unknown_benefit"


class UnknownReading(NotFound):
    code = "unknown_reading"


class SameValue(Conflict):
    """The value asked for is the one in force already."""

    code = "same_value"


class UnknownDraft(NotFound):
    code = "unknown_draft"


class UnknownVersion(NotFound):
    code = "unknown_version"


class DraftClosed(Conflict):
    """The draft is in force or withdrawn: nothing about it changes any more."""

    code = "draft_closed"


class DraftNotReady(Conflict):
    """The step asked for needs an earlier one: checks before the simulation, both before approval."""

    code = "draft_not_ready"


class DraftChanged(Conflict):
    """What was checked, simulated or read is not the draft's present content."""

    code = "draft_changed"


class MakerMayNotApprove(Conflict):
    """Who made or edited the draft does not approve it."""

    code = "maker_may_not_approve"


class ApprovedAlready(Conflict):
    """One person's yes counts once."""

    code = "approved_already"


class OnlyPeopleApprove(Conflict):
    """A program approves nothing."""

    code = "only_people_approve"
