"""验证文件: a letter is checked by its file and by the code on the paper; letters are kept as they were sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from io import BytesIO

import pdfplumber
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements import queries
from songhe.contexts.entitlements.actions import LetterCodes, WrittenLetter
from songhe.contexts.entitlements.errors import GrantNotFound
from songhe.contexts.entitlements.models import Grant, Notice
from songhe.foundation import clock, files, signing
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry, IssuedDocument
from songhe.foundation.printing import compile_pdf
from songhe.foundation.signing import Face
from tests.web.city import SmallCity
from tests.web.granted import Granted, build_granted, notice_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[Role], Client]


@pytest.fixture
def granted(city: SmallCity) -> Granted:
    return build_granted()


def printed(client: Client, notice: int) -> bytes:
    answer = client.post("/street/grants/letters/chosen/", {"notice": notice})
    assert answer.headers["Content-Type"] == "application/pdf"
    return answer.content


def code_on(content: bytes) -> str:
    with pdfplumber.open(BytesIO(content)) as file:
        text = "".join(page.extract_text() for page in file.pages)
    found = re.search(r"验证码\s*([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})", text)
    assert found is not None
    return found[1]


def upload(content: bytes) -> str:
    answer = Client().post("/verify/", {"file": SimpleUploadedFile("x.pdf", content, "application/pdf")})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_letter_is_kept_printed_again_as_it_was_and_found_genuine(client_for: SignIn, granted: Granted) -> None:
    client, notice = client_for(Role.COMMUNITY_WORKER), notice_of(granted.allowance)
    first = printed(client, notice)
    digest = Grant.objects.get(pk=granted.allowance.id).code_digest
    assert printed(client, notice) == first
    assert client.get(f"/street/grants/{granted.allowance.public_id}/notices/{notice}/letter/").content == first
    assert Grant.objects.get(pk=granted.allowance.id).code_digest == digest  # the code on the letter stays good
    assert AuditEntry.objects.filter(action="grants.write_letters").count() == 1
    assert AuditEntry.objects.filter(action="grant.take_letter").count() == 1
    page = upload(first)
    assert "这份文件是真的，没有被改动过" in page and "待遇通知" in page and f"{notice:08d}" in page
    assert granted.allowance.name not in page and f"{granted.allowance.name[0]}" in page
    by_code = Client().post("/verify/", {"code": code_on(first).lower().replace("-", " ")}).content.decode()
    assert "有这份文件，是我们发的" in by_code and granted.allowance.title in by_code


def test_a_changed_byte_a_strange_file_and_a_wrong_code_are_told(client_for: SignIn, granted: Granted) -> None:
    content = bytearray(printed(client_for(Role.COMMUNITY_WORKER), notice_of(granted.allowance)))
    content[2_000] ^= 1
    assert "这份文件被改动过，请不要相信" in upload(bytes(content))
    assert "没有电子签名" in upload(b"a photograph")
    assert "没有这个验证码" in Client().post("/verify/", {"code": "AAAA-BBBB-CCCC"}).content.decode()
    assert Client().post("/verify/", {}).status_code == 422
    for _ in range(signing.CHECKS):
        answer = Client().post("/verify/", {"code": "AAAABBBBCCCC"})
    assert (answer.status_code, "一小时后再试" in answer.content.decode()) == (429, True)


def test_many_letters_are_one_file_for_the_printer_and_each_a_signed_file_of_its_own(
    client_for: SignIn, granted: Granted
) -> None:
    Notice.objects.create(grant_id=granted.allowance.id, kind="proposed", channel="letter", made_at=clock.now())
    bundle = client_for(Role.STREET_CLERK).post("/street/grants/letters/").content
    kept = queries.letters_kept(SYSTEM, notice_ids=Notice.objects.values_list("id", flat=True))
    with pdfplumber.open(BytesIO(bundle)) as file:
        texts = [page.extract_text() for page in file.pages]
    assert len(texts) == len(kept) == IssuedDocument.objects.count() == 2
    assert sorted(text.count("验证码") for text in texts) == [1] * len(kept)
    assert all(signing.check_file(content).verdict == "genuine" for content in kept.values())


def test_a_kept_letter_stays(granted: Granted) -> None:
    notice = Notice.objects.get(pk=notice_of(granted.allowance))
    assert written(notice.id, b"one") == 1
    assert written(notice.id, b"two") == 0
    other = files.store(b"%PDF-1.7 another", name="x.pdf")
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.id).update(letter=other.id)
    with pytest.raises(GrantNotFound):
        written(notice.id + 1_000_000, b"three")


def written(notice: int, word: bytes) -> int:
    sheet = b'#set document(title: "t", date: auto)\n' + word

    def write(codes: Sequence[LetterCodes]) -> list[WrittenLetter]:
        return [WrittenLetter(code.notice_id, compile_pdf(sheet, {}, made_on=clock.today()), Face("通知", "")) for code in codes]

    return entitlements.write_letters(SYSTEM, notice_ids=[notice], write=write)


def test_who_may_not_handle_grants_there_takes_no_letter(client_for: SignIn, granted: Granted) -> None:
    client, notice = client_for(Role.COMMUNITY_WORKER), notice_of(granted.allowance)
    printed(client, notice)
    address = f"/street/grants/{granted.allowance.public_id}/notices/{notice}/letter/"
    assert client_for(Role.FINANCE_OFFICER).get(address).status_code == 403
    assert AuditEntry.objects.filter(action="grant.take_letter").count() == 0


def test_a_letter_that_fails_writes_nothing(granted: Granted) -> None:
    def write(codes: Sequence[LetterCodes]) -> list[WrittenLetter]:
        raise RuntimeError("the printer of letters fails")

    before = Grant.objects.get(pk=granted.allowance.id).code_digest
    with pytest.raises(RuntimeError):
        entitlements.write_letters(SYSTEM, notice_ids=[notice_of(granted.allowance)], write=write)
    assert (Grant.objects.get(pk=granted.allowance.id).code_digest, IssuedDocument.objects.count()) == (before, 0)
