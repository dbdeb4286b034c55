"""Puts a file's rows, read and judged, into the staging table: streamed in blocks, sealed before they touch the database."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from django.db import connection, transaction

from songhe.basics.spelling import spell
from songhe.contexts.people.actions.judge_rows import RowJudge
from songhe.contexts.people.actions.read_table import Cell, read_tables
from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.queries.batches import row_context
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.queries.place_index import place_index
from songhe.contexts.people.words import seal_context
from songhe.foundation.encryption import blind_index_many, seal, seal_many

BLOCK = 20_000
_AT_ONCE = 1_000
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_COLUMNS = (
    "batch_id", "sheet", "row", "rejected", "problems", "content_sealed", "public_id", "name", "pinyin", "initials", "birth_date", "sex", "id_sealed",
    "id_index", "phone_sealed", "phone_index", "bank_account_sealed", "diagnosis_sealed", "address_sealed", "demo", "relation",
    "household_key", "area_id", "area_path", "values", "household_values", "identity",
)  # fmt: skip
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
_DIGESTED = ("phone", "address", "bank_account", "diagnosis")


@dataclass(frozen=True, slots=True)
class Staged:
    """How many rows are staged, and the headers that meant nothing."""

    rows: int
    ignored: tuple[str, ...]


def stage_rows(batch: ImportBatch, progress: Callable[[int], None]) -> Staged:
    """The batch's rows stand in the staging table and nothing else of it; raises UnreadableFile. `progress` hears the rows done."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM import_staged_row WHERE batch_id = %s", [batch.id])
    layout, places = layout_of(batch.department), place_index()
    done, ignored = 0, dict[str, None]()
    for table in read_tables(batch.file_id, layout):
        ignored |= dict.fromkeys(table.ignored)
        judge = RowJudge(layout, table, places, batch.stated_on)
        while block := list(itertools.islice(table.rows, BLOCK)):
            _copy(_lines(batch.id, table.sheet, judge, block[i : i + _AT_ONCE]) for i in range(0, len(block), _AT_ONCE))
            done += len(block)
            progress(done)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_staged_row (id, batch_id, id_index, name, birth_date)")
    return Staged(done, tuple(ignored))


def seal_contents(batch: ImportBatch, wanted: set[tuple[str, int]]) -> Iterator[tuple[str, int, bytes]]:
    """(sheet, row, sealed content) of the wanted rows, read from the file again."""
    layout, places = layout_of(batch.department), place_index()
    for table in read_tables(batch.file_id, layout):
        judge = RowJudge(layout, table, places, batch.stated_on)
        for number, cells in table.rows:
            if (table.sheet, number) in wanted:
                yield table.sheet, number, _sealed_content(batch.id, table.sheet, judge, number, cells)


def _sealed_content(batch_id: int, sheet: str, judge: RowJudge, number: int, cells: Sequence[Cell]) -> bytes:
    return seal(json.dumps(judge.content(cells), ensure_ascii=False), context=row_context(batch_id, sheet, number))


def _copy(texts: Iterator[str]) -> None:
    """The texts are rows of the staging table; the server reads one while the next is made."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        names = ", ".join(f'"{name}"' for name in _COLUMNS)
        with cursor.copy(f"COPY import_staged_row ({names}) FROM STDIN") as copy:
            for text in texts:
                copy.write(text.encode())


def _lines(batch_id: int, sheet: str, judge: RowJudge, block: Sequence[tuple[int, Sequence[Cell]]]) -> str:
    """The block in PostgreSQL's text format."""
    drafts = [judge.judge(number, cells) for number, cells in block]
    numbers = [d.number.number if d.number else None for d in drafts]
    owners = _public_ids(numbers)
    keys = [d.said.get("household_no") for d in drafts]
    indexes = {field: blind_index_many([d.said.get(field) for d in drafts], kind=field) for field in _DIGESTED}
    id_index = blind_index_many(numbers, kind="id_number")
    sealed = {
        field: seal_many([d.said.get(field) for d in drafts], contexts=[seal_context(field, o) for o in owners])
        for field in _DIGESTED
        if field != "address"
    }
    id_sealed = seal_many(numbers, contexts=[seal_context("id_number", o) for o in owners])
    homes = [seal_context("address", key or owner) for key, owner in zip(keys, owners, strict=True)]
    addresses = _sealed_once([d.said.get("address") for d in drafts], homes)
    head = f"{batch_id}\t{_text(sheet)}"
    lines = []
    for i, d in enumerate(drafts):
        content = _sealed_content(batch_id, sheet, judge, d.row, block[i][1]) if d.rejected else b""
        name = d.said.get("name", "")
        pinyin, initials = spell(name)
        identity = {**d.said, **{field: index.hex()[:32] for field in _DIGESTED if (index := indexes[field][i]) is not None}}
        lines.append(
            f"{head}\t{d.row}\t{_bool(d.rejected)}\t{_json([asdict(p) for p in d.problems]) if d.problems else '[]'}\t{_bytes(content)}\t{owners[i]}"
            f"\t{_text(name)}\t{pinyin}\t{initials}\t{d.born or _NULL}\t{d.sex}\t{_bytes(id_sealed[i])}\t{_bytes(id_index[i])}"
            f"\t{_bytes(sealed['phone'][i])}\t{_bytes(indexes['phone'][i])}\t{_bytes(sealed['bank_account'][i])}"
            f"\t{_bytes(sealed['diagnosis'][i])}\t{_bytes(addresses[i])}\t{_bool(bool(d.number and d.number.demo))}"
            f"\t{_text(d.said.get('relation', ''))}\t{_NULL if keys[i] is None else _text(keys[i] or '')}"
            f"\t{d.spot.id if d.spot else _NULL}\t{d.spot.path if d.spot else _NULL}\t{_json(d.values)}\t{_json(d.household_values)}\t{_json(identity)}\n"
        )
    return "".join(lines)


def _sealed_once(texts: Sequence[str | None], contexts: Sequence[str]) -> list[bytes | None]:
    """As `seal_many`; a household's members share one sealed address."""
    pairs = list(dict.fromkeys((context, text) for context, text in zip(contexts, texts, strict=True) if text is not None))
    sealed = dict(zip(pairs, seal_many([text for _, text in pairs], contexts=[context for context, _ in pairs]), strict=True))
    return [None if text is None else sealed[context, text] for context, text in zip(contexts, texts, strict=True)]


def _public_ids(numbers: Sequence[str | None]) -> list[str]:
    """A person's public id follows from the ID number under a secret key, so that fields can be sealed for a person not yet stored."""
    derived = blind_index_many(numbers, kind="person_public_id")
    return [_as_uuid(index.hex()) if index else str(uuid.uuid4()) for index in derived]


def _as_uuid(digits: str) -> str:
    """The first digits in the form of a random (version 4) UUID."""
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def _json(value: object) -> str:
    if not value:
        return "{}"
    text = _ENCODE(value)
    return text.replace("\\", "\\\\") if "\\" in text else text


def _text(text: str) -> str:
    return text.translate(_ESCAPES) if not text.isalnum() else text


def _bytes(blob: bytes | None) -> str:
    return _NULL if blob is None else "\\\\x" + blob.hex()


def _bool(value: bool) -> str:
    return "t" if value else "f"
