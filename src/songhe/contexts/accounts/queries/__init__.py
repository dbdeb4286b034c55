"""Who acts, and the lists of the security administrator."""

from songhe.contexts.accounts.queries.actors import actor_of_token, actor_of_user, names_of
from songhe.contexts.accounts.queries.consumers import ConsumerView, list_consumers
from songhe.contexts.accounts.queries.factors import has_second_factor, lacks_second_factor
from songhe.contexts.accounts.queries.holders import Holder, holders_of
from songhe.contexts.accounts.queries.users import GrantView, UserView, list_users, user

__all__ = [
    "ConsumerView",
    "GrantView",
    "Holder",
    "UserView",
    "actor_of_token",
    "actor_of_user",
    "has_second_factor",
    "holders_of",
    "lacks_second_factor",
    "list_consumers",
    "list_users",
    "names_of",
    "user",
]
