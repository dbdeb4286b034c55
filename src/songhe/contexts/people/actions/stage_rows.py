"""Puts a file's rows, read and judged, into the staging table: streamed in blocks, sealed before they touch the database."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from django.db import connection, transaction

from songhe.basics.spelling import spell
from songhe.contexts.people.actions.find_header import Meanings
from songhe.contexts.people.actions.judge_rows import NOTHING, RowJudge
from songhe.contexts.people.actions.read_table import Cell, Row, reading
from songhe.contexts.people.actions.recognise_file import told_otherwise
from songhe.contexts.people.actions.remember_mapping import remembered_for
from songhe.contexts.people.actions.sheet_answers import SheetAnswers
from songhe.contexts.people.models import ImportBatch, ImportRow
from songhe.contexts.people.queries.batches import opened_corrections, row_context
from songhe.contexts.people.queries.headings import SheetHeadings
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.queries.place_index import place_index
from songhe.contexts.people.words import WRITTEN_NUMBER, seal_context
from songhe.foundation.encryption import blind_index_many, seal, seal_many

BLOCK = 20_000
_AT_ONCE = 1_000
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_COLUMNS = (
    "batch_id", "sheet", "row", "rejected", "problems", "content_sealed", "public_id", "name", "pinyin", "initials", "birth_date", "sex", "id_sealed",
    "id_index", "former_index", "phone_sealed", "phone_index", "bank_account_sealed", "diagnosis_sealed", "address_sealed", "demo", "relation",
    "household_key", "area_id", "area_path", "values", "household_values", "identity",
)  # fmt: skip
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
_DIGESTED = ("phone", "address", "bank_account", "diagnosis")


Instead = Mapping[tuple[str, int], Mapping[str, str]]  # (sheet, row) -> field -> text


@dataclass(frozen=True, slots=True)
class Staged:
    """How many rows are staged, the headers that meant nothing, all headers, what is to be said of the file, whose requests it answers."""

    rows: int
    ignored: tuple[str, ...]
    headings: tuple[SheetHeadings, ...]
    notes: tuple[str, ...]
    requests: tuple[int, ...]


def stage_rows(batch: ImportBatch, progress: Callable[[int], None]) -> Staged:
    """The batch's rows stand in the staging table and nothing else of it; raises UnreadableFile. `progress` hears the rows done.

    Cells that somebody corrected on the page count instead of the file's.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM import_staged_row WHERE batch_id = %s", [batch.id])
    layout, places, instead = layout_of(batch.department), place_index(), _corrections(batch)
    answers = SheetAnswers(batch.department, tuple(batch.area_paths))
    done, ignored = 0, dict[str, None]()
    with reading(batch.file_id, layout, meanings_of(batch)) as read:
        for table in read.tables:
            ignored |= dict.fromkeys(table.ignored)
            judge = RowJudge(layout, table, places, batch.stated_on, answers)
            while block := list(itertools.islice(table.rows, BLOCK)):
                _stage(batch.id, table.sheet, judge, block, instead)
                done += len(block)
                progress(done)
        notes = (told_otherwise(batch.file_name, read.kind), *read.notes, "" if done else "表头下面没有内容，一行也没有读到。")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_staged_row (id, batch_id, id_index, name, birth_date)")
    return Staged(done, tuple(ignored), read.headings, tuple(note for note in notes if note), answers.requests())


def stage_one_row(batch: ImportBatch, sheet: str, row: int, instead: Mapping[str, str], *, batch_id: int) -> None:
    """The row, read with some cells in place of the file's, stands in the staging table under `batch_id`."""
    layout = layout_of(batch.department)
    answers = SheetAnswers(batch.department, tuple(batch.area_paths))
    with reading(batch.file_id, layout, meanings_of(batch)) as read:
        for table in read.tables:
            if table.sheet == sheet:
                found = list(itertools.islice(itertools.dropwhile(lambda each: each[0] < row, table.rows), 1))
                judge = RowJudge(layout, table, place_index(), batch.stated_on, answers)
                _stage(batch_id, sheet, judge, found, {(sheet, row): instead})


def meanings_of(batch: ImportBatch) -> Meanings:
    """What is known of this file's headers besides the layout."""
    return Meanings(batch.columns, remembered_for(batch), batch.stated_on)


def _corrections(batch: ImportBatch) -> Instead:
    found = ImportRow.objects.filter(batch_id=batch.id).exclude(corrected_sealed=b"")
    return {(row.sheet, row.row): opened_corrections(row) for row in found}


def _stage(batch_id: int, sheet: str, judge: RowJudge, block: Sequence[Row], instead: Instead) -> None:
    judge.prepare(block)
    _copy(_lines(batch_id, sheet, judge, block[i : i + _AT_ONCE], instead) for i in range(0, len(block), _AT_ONCE))


def seal_contents(batch: ImportBatch, wanted: set[tuple[str, int]]) -> Iterator[tuple[str, int, bytes]]:
    """(sheet, row, sealed content) of the wanted rows, read from the file again."""
    layout, places = layout_of(batch.department), place_index()
    with reading(batch.file_id, layout, meanings_of(batch)) as read:
        for table in read.tables:
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


def _lines(batch_id: int, sheet: str, judge: RowJudge, block: Sequence[Row], instead: Instead) -> str:
    """The block in PostgreSQL's text format."""
    drafts = [judge.judge(number, cells, instead.get((sheet, number), NOTHING)) for number, cells in block]
    numbers = [d.number.number if d.number else None for d in drafts]
    owners = _public_ids(numbers)
    keys = [d.said.get("household_no") for d in drafts]
    indexes = {field: blind_index_many([d.said.get(field) for d in drafts], kind=field) for field in _DIGESTED}
    id_index = blind_index_many(numbers, kind="id_number")
    former_index = blind_index_many([d.former.number if d.former else None for d in drafts], kind="id_number")
    sealed = {
        field: seal_many([d.said.get(field) for d in drafts], contexts=[seal_context(field, o) for o in owners])
        for field in _DIGESTED
        if field != "address"
    }
    written = [d.written_number or None for d in drafts]
    id_written = blind_index_many(written, kind="id_number")
    id_sealed = seal_many(
        [n or w for n, w in zip(numbers, written, strict=True)], contexts=[seal_context("id_number", o) for o in owners]
    )
    homes = [seal_context("address", key or owner) for key, owner in zip(keys, owners, strict=True)]
    addresses = _sealed_once([d.said.get("address") for d in drafts], homes)
    head = f"{batch_id}\t{_text(sheet)}"
    lines = []
    for i, d in enumerate(drafts):
        content = _sealed_content(batch_id, sheet, judge, d.row, block[i][1]) if d.rejected else b""
        name = d.said.get("name", "")
        pinyin, initials = spell(name)
        identity = {**d.said, **{field: index.hex()[:32] for field in _DIGESTED if (index := indexes[field][i]) is not None}}
        if (index := id_written[i]) is not None:
            identity[WRITTEN_NUMBER] = index.hex()[:32]
        if (index := former_index[i]) is not None:
            identity["former_id_number"] = index.hex()[:32]
        lines.append(
            f"{head}\t{d.row}\t{_bool(d.rejected)}\t{_json([asdict(p) for p in d.problems]) if d.problems else '[]'}\t{_bytes(content)}\t{owners[i]}"
            f"\t{_text(name)}\t{pinyin}\t{initials}\t{d.born or _NULL}\t{d.sex}\t{_bytes(id_sealed[i])}\t{_bytes(id_index[i])}"
            f"\t{_bytes(former_index[i])}"
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
