"""Which roles have to sign in in two steps; known before Django is."""

from __future__ import annotations

from songhe.foundation.access import Role

BY_DEFAULT = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.FINANCE_OFFICER, Role.CITY_OFFICER})
"""Who keeps accounts, the machine and the audit, and who lets money and rules through; our choice, as no document names roles."""


def roles_with_two_factors(written: str | None, *, live: bool) -> frozenset[Role]:
    """`SONGHE_TWO_FACTORS`: roles separated by commas, `all` or `none`; without it the default in a live city and nobody in a demonstration.

    Raises ValueError for a role that there is not.
    """
    if written is None or not written.strip():
        return BY_DEFAULT if live else frozenset()
    if written.strip() in {"all", "none"}:
        return frozenset(Role) if written.strip() == "all" else frozenset()
    try:
        return frozenset(Role(name.strip()) for name in written.split(",") if name.strip())
    except ValueError as error:
        known = ", ".join(Role)
        raise ValueError(f"SONGHE_TWO_FACTORS: {error}; there are: {known}, all, none") from None
