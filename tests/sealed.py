"""What every sealed value of a set of tables says, opened as its table declares: the same before and after a change of the key."""

from __future__ import annotations

from collections.abc import Sequence

from songhe.foundation.encryption import open_sealed
from songhe.foundation.keys import FileKeyProvider, provider
from songhe.foundation.resealing import SealedTable


def opened(tables: Sequence[SealedTable]) -> dict[tuple[str, int, str], str]:
    """(table, row, column) -> the text; raises SealBroken where a column is bound to something else than declared."""
    found = {}
    for table in tables:
        for pk, *row in table.model._base_manager.values_list("pk", *table.columns, *table.reads):
            blobs, context = row[: len(table.columns)], row[len(table.columns) :]
            for (name, bound), blob in zip(table.columns.items(), blobs, strict=True):
                if blob:
                    found[table.model._meta.db_table, pk, name] = open_sealed(blob, context=bound(*context))
    return found


def key_file() -> FileKeyProvider:
    """The key file of this test process."""
    store = provider()
    assert isinstance(store, FileKeyProvider)
    return store
