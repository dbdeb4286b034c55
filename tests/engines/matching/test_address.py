from __future__ import annotations

import pytest

from songhe.engines.matching import Gazetteer, Place, normalise_address

CITY, TOWN, OTHER = "9999/", "9999/999901/", "9999/999902/"
PLACES = Gazetteer(
    [
        Place("9999", "松鹤市", CITY),
        Place("999901", "河东镇", TOWN),
        Place("999902", "河西街道", OTHER),
        Place("999901001", "东街社区", TOWN + "999901001/", ("东大街社区",)),
        Place("999901002", "新民村", TOWN + "999901002/"),
        Place("999902002", "新民村", OTHER + "999902002/"),
        Place("999902003", "和平里社区", OTHER + "999902003/"),
    ]
)
FLAT = "999901001 3栋2单元501室"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("某省某市松鹤市河东镇东街社区3号楼2单元501室", FLAT),
        ("河东镇东街社区３号楼２单元５０１室", FLAT),
        ("东街社区3幢2单元501", FLAT),
        ("东街社区3栋2单元501号", FLAT),
        ("东街社区3座2单元501户", FLAT),
        ("东街居委会3#2单元501", FLAT),
        ("东街社区居民委员会 3-2-501", FLAT),
        ("东街 3－2－501", FLAT),
        ("东大街社区3号楼-2-501", FLAT),
        ("东街社区三号楼二单元五〇一室", FLAT),
        ("东街社区03号楼02单元0501室", FLAT),
        ("东街社区3楼2单元5层501室", FLAT),
        ("东街社区，3号楼、2单元（501）", FLAT),
        ("松鹤市松鹤市河东镇东街社区3栋2单元501室", FLAT),
        ("东街社区12-1203", "999901001 12栋1203室"),
        ("东街社区二十号楼一百零三室", "999901001 20栋103室"),
        ("河东镇新民村三组15号", "999901002 3组15号"),
        ("河东镇新民村第3社十五号", "999901002 3组15号"),
        ("河东新民村民委员会3队15", "999901002 3组15号"),
        ("河东镇新民村3村民小组15号院", "999901002 3组15号"),
        ("河西街道办事处新民村3组", "999902002 3组"),
        ("新民村3组15号", "新民村3组15号"),  # two villages bear the name, and nothing tells which
        ("和平里社区", "999902003"),
        ("东街路5号", "东街路5号"),  # a road that is called like the community
        ("河东镇利民街8号", "999901 利民街8号"),
        ("河东镇利民街东街社区8栋101室", "999901001 利民街8栋101室"),
        ("外地某处5号", "外地某处5号"),
        ("", None),
        (None, None),
        ("  ", None),
    ],
)
def test_an_address_has_one_way_of_writing(written: str | None, normal: str | None) -> None:
    assert normalise_address(written, PLACES) == normal
    assert normalise_address(written, PLACES) == normal  # remembered


def test_without_places_the_rest_is_still_written_in_one_way() -> None:
    assert normalise_address("东街社区3幢2单元501", Gazetteer([])) == "东街社区3栋2单元501室"
