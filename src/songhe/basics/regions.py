"""Administrative division codes: six digits (GB/T 2260), nine for a town, twelve for a community; their levels and parents."""

from __future__ import annotations

from collections.abc import Mapping

PROVINCES: Mapping[str, str] = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区", "21": "辽宁省", "22": "吉林省",
    "23": "黑龙江省", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省",
    "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区", "46": "海南省",
    "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省", "54": "西藏自治区", "61": "陕西省", "62": "甘肃省",
    "63": "青海省", "64": "宁夏回族自治区", "65": "新疆维吾尔自治区", "71": "台湾省", "81": "香港特别行政区",
    "82": "澳门特别行政区",
}  # fmt: skip

DEMO_REGION = "000000"  # never assigned: numbers made for demonstration carry it


def is_region_code(text: str) -> bool:
    """Whether the text has the shape of a division code: 6, 9 or 12 digits."""
    return len(text) in (6, 9, 12) and text.isascii() and text.isdigit()


def province_of(code: str) -> str | None:
    """The province's name, None where the first two digits are not assigned."""
    return PROVINCES.get(code[:2])


def level_of(code: str) -> str:
    """province | prefecture | county | town | community, from the code alone; raises ValueError for another shape."""
    if not is_region_code(code):
        raise ValueError(f"not a division code: {code!r}")
    if len(code) == 12 and code[9:] != "000":
        return "community"
    if len(code) >= 9 and code[6:9] != "000":
        return "town"
    if code[4:6] != "00":
        return "county"
    return "prefecture" if code[2:4] != "00" else "province"
