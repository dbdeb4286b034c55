"""What the pack's files declare about people, all at once: each is read once a process and kept."""

from __future__ import annotations

from songhe.contexts.people.queries.data_uses import data_uses
from songhe.contexts.people.queries.dictionary import variables
from songhe.contexts.people.queries.layouts import layouts, ranks
from songhe.contexts.people.queries.precedence import lasting_days


def read_declarations() -> None:
    """Dictionary, precedence, layouts and uses of data are in memory; for a process that will answer pages. Reads no person."""
    variables("person"), variables("household")
    lasting_days()
    layouts(), ranks()
    data_uses()
