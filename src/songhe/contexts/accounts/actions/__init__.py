"""Every write to accounts."""

from songhe.contexts.accounts.actions.consumers import NewConsumer, create_consumer, revoke_consumer, rotate_token
from songhe.contexts.accounts.actions.demo_accounts import DemoAccount, create_demo_accounts
from songhe.contexts.accounts.actions.factors import (
    note_factor,
    open_factor,
    remove_factors,
    reseal_values,
    seal_factor,
    sealed_values_by_key,
    unopened_sealed_values,
)
from songhe.contexts.accounts.actions.grants import grant_role, revoke_role
from songhe.contexts.accounts.actions.users import (
    NewUser,
    activate_user,
    create_user,
    deactivate_user,
    note_password,
    set_password,
    unlock_user,
)

__all__ = [
    "DemoAccount",
    "NewConsumer",
    "NewUser",
    "activate_user",
    "create_consumer",
    "create_demo_accounts",
    "create_user",
    "deactivate_user",
    "grant_role",
    "note_factor",
    "note_password",
    "open_factor",
    "remove_factors",
    "reseal_values",
    "revoke_consumer",
    "revoke_role",
    "rotate_token",
    "seal_factor",
    "sealed_values_by_key",
    "set_password",
    "unlock_user",
    "unopened_sealed_values",
]
