"""What can be wrong with areas, and with names of areas."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class AreaInvalid(InvalidInput):
    """An area to be loaded contradicts itself or the others. Nothing was loaded."""

    code = "area_invalid"


class AreaMoved(Conflict):
    """An area would change its parent; people and grants already point to its path. Nothing was loaded."""

    code = "area_moved"


class AreaUnknown(NotFound):
    """No area has this id, code or path."""

    code = "area_unknown"
