"""Masking: enough to recognise, never the whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songhe.basics.masking import mask_address, mask_bank_account, mask_id_number, mask_name, mask_phone, mask_text

many = settings(deadline=None, max_examples=150)
digits = st.text("0123456789", min_size=0, max_size=24)


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (mask_id_number("11010519491231002X"), "110***********002X"), (mask_id_number("1101051949"), "**********"),
        (mask_phone("13800001234"), "138****1234"), (mask_phone("0953-3051234"), "0953-*****34"), (mask_phone("12345"), "*****"),
        (mask_bank_account("6222 0210 0111 6245 702"), "***************5702"), (mask_bank_account("123"), "***"),
        (mask_name("王建国"), "王**"), (mask_name("欧阳"), "欧*"), (mask_name("王"), "王*"), (mask_name(" "), ""),
        (mask_text("阿尔茨海默病"), "***"), (mask_text("  "), ""), (mask_id_number(""), ""), (mask_phone(""), ""),
    ],
)  # fmt: skip
def test_what_is_shown(masked: str, expected: str) -> None:
    assert masked == expected


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("松城市东镇利民社区3号楼2单元401室", "松城市东镇利民社区***"), ("东镇新民村二组15号", "东镇新民村***"),
        ("利民社区", "利民社区***"), ("阳光小区3栋", "阳光***"), ("东镇新民村王建国家", "东镇新民村***"),
        ("西街道中山路十二号", "西街道***"), ("12-3-401", "***"), ("", ""), ("  ", ""), ("幸福里", "幸***"),
    ],
)  # fmt: skip
def test_an_address_is_shown_down_to_the_community(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@many
@given(digits.filter(lambda text: len(text) >= 12))
def test_numbers_keep_their_length_and_hide_the_middle(number: str) -> None:
    for masked, head, tail in ((mask_id_number(number), 3, 4), (mask_bank_account(number), 0, 4)):
        assert len(masked) == len(number)
        assert masked == number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


@many
@given(digits.filter(lambda text: 0 < len(text) < 11))
def test_a_number_too_short_to_share_is_hidden_whole(number: str) -> None:
    assert {mask_id_number(number), mask_phone(number), mask_bank_account(number)} == {"*" * len(number)}


@many
@given(st.text(min_size=1, max_size=40))
def test_no_address_is_ever_shown_whole_and_no_digit_at_all(address: str) -> None:
    masked = mask_address(address)
    assert masked == "" if not address.strip() else masked.endswith("***")
    assert not any(character.isdecimal() for character in masked)
    assert masked.removesuffix("***") == address.strip()[: len(masked.removesuffix("***"))]
