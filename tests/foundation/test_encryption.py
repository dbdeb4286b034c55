"""Sealed fields: opened only whole, only in their place, under old keys too; and the keys themselves."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hashes import SM3, Hash
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pytest_django import Settings

from songhe.foundation import encryption, keys
from songhe.foundation.encryption import SealBroken, blind_index, blind_index_many, open_sealed, seal, seal_many
from songhe.foundation.keys import FileKeyProvider, Key, KeyUnavailable, Purpose

CONTEXT = "person:7:id_number"
NUMBER = "11010519491231002X"


def test_the_ciphers_are_the_national_ones() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")  # the worked examples of GB/T 32907 and GB/T 32905
    encryptor = Cipher(SM4(key), ECB()).encryptor()  # noqa: S305
    assert (encryptor.update(key) + encryptor.finalize()).hex() == "681edf34d206965e86b3e94f536e4246"
    digest = Hash(SM3())
    digest.update(b"abc")
    assert digest.finalize().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_layout_is_algorithm_key_nonce_tag_and_text() -> None:
    blob = seal(NUMBER, context=CONTEXT)
    assert blob[0] == 1
    assert int.from_bytes(blob[1:5], "big") == keys.provider().current(Purpose.FIELD).id
    assert len(blob) == 1 + 4 + 12 + 16 + len(NUMBER)
    assert NUMBER.encode() not in blob


@trying(deadline=None, max_examples=50)
@given(st.text(max_size=200), st.text(max_size=60))
def test_what_is_sealed_opens_in_its_context(text: str, context: str) -> None:
    text, context = (part.encode(errors="replace").decode() for part in (text, context))
    assert open_sealed(memoryview(seal(text, context=context)), context=context) == text


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert len({seal(NUMBER, context=CONTEXT) for _ in range(100)}) == 100


@pytest.mark.parametrize("place", range(1 + 4 + 12 + 16 + 18))
def test_each_altered_byte_is_noticed(place: int) -> None:
    blob = bytearray(seal(NUMBER, context=CONTEXT))
    blob[place] ^= 1
    with pytest.raises((SealBroken, KeyUnavailable)):
        open_sealed(bytes(blob), context=CONTEXT)


@pytest.mark.parametrize("length", [0, 1, 5, 32, 33, 50])
def test_a_cut_blob_is_noticed(length: int) -> None:
    with pytest.raises(SealBroken):
        open_sealed(seal(NUMBER, context=CONTEXT)[:length], context=CONTEXT)


def test_a_blob_of_another_row_or_column_does_not_open() -> None:
    blob = seal(NUMBER, context=CONTEXT)
    for other in ("person:8:id_number", "person:7:phone", ""):
        with pytest.raises(SealBroken):
            open_sealed(blob, context=other)


def test_many_at_once_equal_one_by_one() -> None:
    texts = [NUMBER, None, "", "13800001234"]
    contexts = [f"person:{n}:id_number" for n in range(4)]
    sealed = seal_many(texts, contexts=contexts)
    assert sealed[1] is None
    assert [blob and open_sealed(blob, context=c) for blob, c in zip(sealed, contexts, strict=True)] == texts
    same = seal_many(["a", "b"], contexts="c")
    assert [open_sealed(blob or b"", context="c") for blob in same] == ["a", "b"]
    with pytest.raises(ValueError, match="shorter"):
        seal_many(["a", "b"], contexts=["c"])


def test_old_keys_still_open_and_resealing_moves_to_the_new_one() -> None:
    store = keys.provider()
    assert isinstance(store, FileKeyProvider)
    before = seal(NUMBER, context=CONTEXT)
    fresh = store.rotate(Purpose.FIELD)
    after = seal(NUMBER, context=CONTEXT)
    assert before[1:5] != after[1:5] == fresh.id.to_bytes(4, "big")
    assert open_sealed(before, context=CONTEXT) == open_sealed(after, context=CONTEXT) == NUMBER
    moved = encryption.reseal(before, context=CONTEXT)
    assert moved is not None and moved[1:5] == after[1:5] and open_sealed(moved, context=CONTEXT) == NUMBER
    assert encryption.reseal(after, context=CONTEXT) is None


def test_a_blind_index_finds_equality_and_nothing_else() -> None:
    index = blind_index(NUMBER, kind="id_number")
    assert len(index) == 32 and index == blind_index(" 11010519491231002x ", kind="id_number")
    assert index == blind_index("１１０１０５１９４９１２３１００２Ｘ", kind="id_number")
    assert index != blind_index(NUMBER, kind="phone") and index != blind_index("110105194912310021", kind="id_number")
    assert blind_index("b", kind="a") != blind_index("ab", kind="")
    assert blind_index_many([NUMBER, None], kind="id_number") == [index, None]


def test_the_index_outlives_a_rotation_of_the_field_key() -> None:
    store = keys.provider()
    assert isinstance(store, FileKeyProvider)
    before = blind_index(NUMBER, kind="id_number")
    store.rotate(Purpose.FIELD)
    assert blind_index(NUMBER, kind="id_number") == before
    with pytest.raises(KeyUnavailable):
        store.rotate(Purpose.INDEX)


def test_the_key_file_is_private_whole_and_kept(tmp_path: Path) -> None:
    store = FileKeyProvider(tmp_path / "keys")
    first = {purpose: store.current(purpose) for purpose in Purpose}
    file = tmp_path / "keys" / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert {purpose: len(key.material) for purpose, key in first.items()} == keys.KEY_BYTES
    assert len({key.material for key in first.values()}) == 4
    assert {purpose: FileKeyProvider(tmp_path / "keys").current(purpose) for purpose in Purpose} == first
    assert all(key.material.hex() not in repr(key) and "material" not in repr(key) for key in first.values())


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    FileKeyProvider(tmp_path).current(Purpose.FIELD)
    (tmp_path / "keys.json").chmod(0o644)
    with pytest.raises(KeyUnavailable) as refusal:
        FileKeyProvider(tmp_path).current(Purpose.FIELD)
    assert "chmod 600" in refusal.value.next_step


def test_a_rotation_by_another_process_is_noticed(tmp_path: Path) -> None:
    mine, other = FileKeyProvider(tmp_path), FileKeyProvider(tmp_path)
    old = mine.current(Purpose.FIELD)
    fresh = other.rotate(Purpose.FIELD)
    assert mine.by_id(Purpose.FIELD, fresh.id) == fresh
    assert (mine.by_id(Purpose.FIELD, old.id), mine.current(Purpose.FIELD)) == (old, fresh)
    with pytest.raises(KeyUnavailable):
        mine.by_id(Purpose.FILE, fresh.id)


def test_processes_that_start_at_once_share_one_key_set(tmp_path: Path) -> None:
    found: list[Key] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        found.append(FileKeyProvider(tmp_path).current(Purpose.FIELD))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len({key.id for key in found}) == 1
    assert len(json.loads((tmp_path / "keys.json").read_text())["field"]["keys"]) == 1


def test_a_lost_key_is_told_apart_from_an_altered_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = seal(NUMBER, context=CONTEXT)
    monkeypatch.setattr(encryption, "provider", lambda: FileKeyProvider(tmp_path))
    with pytest.raises(KeyUnavailable):
        open_sealed(blob, context=CONTEXT)


class KeyService:
    """Stands for a city's own key service."""

    def current(self, purpose: Purpose) -> Key:
        return Key(0xC0FFEE, bytes(keys.KEY_BYTES[purpose]))

    def by_id(self, purpose: Purpose, key_id: int) -> Key:
        return self.current(purpose)


def test_a_city_points_the_house_at_its_own_key_service(settings: Settings) -> None:
    settings.SONGHE_KEY_PROVIDER = f"{__name__}.KeyService"
    keys.provider.cache_clear()
    try:
        blob = seal(NUMBER, context=CONTEXT)
        assert blob[1:5].hex() == "00c0ffee" and open_sealed(blob, context=CONTEXT) == NUMBER
    finally:
        keys.provider.cache_clear()
