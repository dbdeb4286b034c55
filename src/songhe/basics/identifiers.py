"""Numbers that people and organisations carry: parsed, checked, and where they are wrong, said why and what to do.

Resident ID numbers by GB 11643 (18 digits; the 15 digits of before 1999 are extended), unified social credit codes by
GB 32100, telephone numbers. A number that a spreadsheet has damaged (``1.10105E+17``, last digits turned to 000) is told apart
from a mistyped one, because the remedy differs: no clerk can repair it, the department has to export the file again.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul

from songhe.basics.regions import DEMO_REGION, province_of

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_OLDEST = 130
_EXPORT_AGAIN = "请让原单位把这一列设为文本格式后重新导出，不要手工补数字。"
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?E\+?\d+$")
_WHOLE_FLOAT = re.compile(r"^(\d+)\.0+$")


class ProblemCode(StrEnum):
    """Why a number is refused. Stable: imports and tests rely on them."""

    EMPTY = "empty"
    MASKED = "masked"
    SCIENTIFIC = "scientific_notation"
    DIGITS_LOST = "digits_lost"
    LENGTH = "wrong_length"
    CHARACTERS = "wrong_characters"
    BIRTH_DATE = "impossible_birth_date"
    CHECK_DIGIT = "wrong_check_digit"
    SEVERAL = "several_numbers"
    NO_AREA_CODE = "no_area_code"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a number is refused, and what the clerk can do; both are plain Chinese and quote nothing of the number."""

    code: ProblemCode
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ResidentId:
    """A valid number of 18 characters. `kind`: resident | hmt_residence (81, 82, 83) | foreign_residence (9).

    `warnings`: unknown_region; maybe_digits_lost (ends in 000, yet the check digit happens to fit).
    `demo`: the region is the unassigned one.
    """

    number: str
    kind: str
    birth_date: date
    sex: str  # male | female, the codes of the data dictionary
    region: str
    demo: bool = False
    extended: bool = False  # from 15 digits
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A valid unified social credit code of 18 characters, and what its parts say."""

    code: str
    registrar: str
    category: str
    region: str
    organisation_code: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in its normal form (``13800001234``, ``0953-3051234``); `kind`: mobile | landline | service."""

    number: str
    kind: str
    extension: str = ""


def check_character(seventeen: str) -> str:
    """The 18th character that belongs to the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(map(mul, map(int, seventeen), _WEIGHTS))
    return _CHECK_CHARACTERS[total % 11]


def extend_15(number: str) -> str:
    """The 18 characters of a 15-digit number. Order codes 996 to 999 were kept for people born in the 1800s."""
    century = "18" if number[12:] >= "996" else "19"
    seventeen = number[:6] + century + number[6:]
    return seventeen + check_character(seventeen)


def parse_resident_id(text: str, *, as_of: date | None = None) -> ResidentId | Problem:
    """The number if it can be one, otherwise the problem.

    With `as_of` a birth after that day, or 130 years before it and more, is refused as well.
    """
    plain = _plain(text)
    damage = _damage(plain)
    if damage is not None:
        return damage
    extended = len(plain) == 15 and plain.isdigit()
    if extended:
        plain = extend_15(plain)
    problem = _shape_problem(plain)
    if problem is not None:
        return problem
    birth = _date(plain[6:14])
    if birth is None or (as_of is not None and not _plausible(birth, as_of)):
        return Problem(
            ProblemCode.BIRTH_DATE,
            "证件号里的出生日期不存在，或者不合常理。",
            "请对照证件核对第7到14位(15位的旧号码是第7到12位)。",
        )
    if check_character(plain[:17]) != plain[17]:
        if plain.endswith("000"):
            return _lost()
        return Problem(ProblemCode.CHECK_DIGIT, "证件号的校验码不对，号码里至少有一位录错了。", "请对照证件逐位核对后重新录入。")
    return _resident(plain, birth, extended)


def parse_credit_code(text: str) -> CreditCode | Problem:
    """The unified social credit code if its characters and check character are right, otherwise the problem."""
    plain = _plain(text)
    damage = _damage(plain)
    if damage is not None:
        return damage
    if len(plain) != 18:
        return Problem(ProblemCode.LENGTH, f"统一社会信用代码应为18位，现在是{len(plain)}位。", "请对照营业执照或登记证书核对。")
    if not set(plain) <= set(_CREDIT_CHARACTERS) or not plain[2:8].isdigit():
        return Problem(ProblemCode.CHARACTERS, "统一社会信用代码里有不该出现的字符(不用字母I、O、S、V、Z)。", "请对照证书核对。")
    if credit_check_character(plain[:17]) != plain[17]:
        return Problem(
            ProblemCode.CHECK_DIGIT, "统一社会信用代码的校验码不对，至少有一位录错了。", "请对照证书逐位核对后重新录入。"
        )
    return CreditCode(plain, plain[0], plain[1], plain[2:8], plain[8:17])


def credit_check_character(seventeen: str) -> str:
    """The 18th character that belongs to the first 17 (GB 32100, weights 3^i modulo 31)."""
    total = sum(_CREDIT_CHARACTERS.index(character) * pow(3, place, 31) for place, character in enumerate(seventeen))
    return _CREDIT_CHARACTERS[-total % 31]


def parse_phone(text: str) -> Phone | Problem:
    """The telephone number in its normal form, otherwise the problem. A country code 86 is dropped."""
    plain = _plain(text, keep="-")
    damage = _damage(plain)
    if damage is not None:
        return damage
    plain = re.sub(r"^(?:(?:\+|00)86-?|86-?(?=1[3-9]))", "", plain)
    if re.search(r"[/、,,;;]", plain):
        return Problem(ProblemCode.SEVERAL, "一格里填了几个电话号码。", "请只留一个最常用的。")
    if re.fullmatch(r"1[3-9]\d{9}", bare := plain.replace("-", "")):
        return Phone(bare, "mobile")
    if found := re.fullmatch(r"\(?(0(?:10|2\d|[3-9]\d{2}))\)?-?(\d{7,8})(?:(?:-|转|EXT\.?)(\d{1,6}))?", plain):
        return Phone(f"{found[1]}-{found[2]}", "landline", found[3] or "")
    if re.fullmatch(r"1(?:10|19|20|22|2\d{3})|9[56]\d{3,4}|400-?\d{3}-?\d{4}|800-?\d{3}-?\d{4}", plain):
        return Phone(plain.replace("-", ""), "service")
    if re.fullmatch(r"[2-9]\d{6,7}", plain):
        return Problem(ProblemCode.NO_AREA_CODE, "固定电话没有写区号。", "请在前面补上区号，例如 010-12345678。")
    if not re.fullmatch(r"[\d-]+", plain):
        return Problem(ProblemCode.CHARACTERS, "电话号码里有数字以外的字符。", "请只填数字，区号后可加短横线。")
    return Problem(ProblemCode.LENGTH, "电话号码的位数不对。", "手机号是11位，固定电话是区号加7或8位。")


def _plain(text: str, keep: str = "") -> str:
    """Full-width folded, spaces and a spreadsheet's text mark (') dropped, upper case, ``….0`` of a whole number dropped."""
    if text.isascii() and text.isalnum():  # the usual case, a hundred times quicker in an import
        return text.upper()
    folded = unicodedata.normalize("NFKC", text).upper().replace("×", "X")
    bare = "".join(character for character in folded if not character.isspace() and character not in "'`‘’\u200b\ufeff")
    if not keep:
        bare = bare.replace("-", "")
    whole = _WHOLE_FLOAT.match(bare)
    return whole[1] if whole else bare


def _damage(plain: str) -> Problem | None:
    if not plain:
        return Problem(ProblemCode.EMPTY, "号码是空的。", "请补填。")
    if "*" in plain:
        return Problem(ProblemCode.MASKED, "号码被打了星号，无法使用。", "请向原单位索取完整号码。")
    if _SCIENTIFIC.match(plain):
        return Problem(ProblemCode.SCIENTIFIC, "号码被表格软件改成了科学计数法，后面的数字已经丢失。", _EXPORT_AGAIN)
    return None


def _lost() -> Problem:
    return Problem(ProblemCode.DIGITS_LOST, "号码最后三位成了000,是表格软件把它当作数字时丢失的。", _EXPORT_AGAIN)


def _shape_problem(plain: str) -> Problem | None:
    if not re.fullmatch(r"[0-9X]*", plain):
        return Problem(ProblemCode.CHARACTERS, "证件号里有数字和X以外的字符。", "请对照证件核对；其他证件请填在对应的栏里。")
    if len(plain) != 18:
        return Problem(ProblemCode.LENGTH, f"证件号应为18位，现在是{len(plain)}位。", "请对照证件核对是否漏录或多录。")
    if "X" in plain[:17]:
        return Problem(ProblemCode.CHARACTERS, "X只能出现在最后一位。", "请对照证件核对。")
    return None


def _resident(number: str, birth: date, extended: bool) -> ResidentId:
    region, warnings = number[:6], []
    kind = (
        "hmt_residence" if region in ("810000", "820000", "830000") else "foreign_residence" if region[0] == "9" else "resident"
    )
    if kind == "resident" and region != DEMO_REGION and province_of(region) is None:
        warnings.append("unknown_region")
    if number.endswith("000") and not extended:
        warnings.append("maybe_digits_lost")
    sex = "male" if int(number[16]) % 2 else "female"
    return ResidentId(number, kind, birth, sex, region, region == DEMO_REGION, extended, tuple(warnings))


def _date(eight: str) -> date | None:
    try:
        return date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return None


def _plausible(birth: date, as_of: date) -> bool:
    return birth <= as_of and (as_of.year - birth.year, as_of.month, as_of.day) < (_OLDEST, birth.month, birth.day)
