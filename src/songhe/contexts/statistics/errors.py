"""What can be refused here."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class NoSnapshotYet(Conflict):
    """There is no published city snapshot that the figures could be counted from. Nothing was written."""

    code = "no_snapshot_yet"


class MonthNotOver(InvalidInput):
    """A month can only be frozen when it is over. Nothing was written."""

    code = "month_not_over"


class NotFrozenYet(Conflict):
    """Only a frozen month has revisions. Nothing was written."""

    code = "not_frozen_yet"


class UnknownIndicator(NotFound):
    """The pack in use has no such indicator."""

    code = "unknown_indicator"


class NoFigureYet(NotFound):
    """The indicator has no rows: nothing has been counted, or its records come later."""

    code = "no_figure_yet"


class ReleaseUnknown(NotFound):
    """There is no such release that the actor may see, or no such table in it."""

    code = "release_unknown"


class NoReleasePlan(NotFound):
    """The pack in use says nothing of releases (or of a rating)."""

    code = "no_release_plan"


class TooFewToPublish(Conflict):
    """So few people that small counts could be worked out from whatever is published. Nothing was written."""

    code = "too_few_to_publish"


class ReleaseStands(Conflict):
    """The year has a draft under way, or is published already, or the release was checked or published meanwhile. Nothing was written."""

    code = "release_stands"


class OwnDraft(Conflict):
    """Who made a release does not check it. Nothing was written."""

    code = "own_draft"


class NotAgreedYet(Conflict):
    """Only a release that another person agreed to is published. Nothing was written."""

    code = "not_agreed_yet"
