"""Names of targets, rule by rule."""

from __future__ import annotations

import pytest

from songhe.engines.plan_reading.reading import read_plan


def named(sentence: str) -> list[str]:
    text = f"云溪县养老服务方案\n一、主要任务\n（一）加强服务。{sentence}（责任单位：县民政局）\n二、保障措施\n（一）领导。加强领导。（责任单位：县民政局）"
    return [target.indicator for target in read_plan(text).targets]


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("到2028年，基本建成覆盖城乡、功能完善的养老服务体系。", ["养老服务体系基本建成"]),
        ("建成社区15分钟居家养老服务圈。", ["社区居家养老服务圈"]),
        ("2027年底前，70%以上的村级食堂提供送餐服务。", ["提供送餐服务的村级食堂占比"]),
        ("彩票公益金每年要有40%以上用于补助老年食堂。", ["彩票公益金用于补助老年食堂比例"]),
        ("到2027年，乡镇卫生院达到国家推荐标准。", ["达到国家推荐标准的乡镇卫生院"]),
        ("推动“智慧消防”“智慧燃气”覆盖率达到100%。", ["智慧消防覆盖率", "智慧燃气覆盖率"]),
        ("新建居住区按每百户不少于30平方米的标准配建社区养老服务设施。", ["新建居住区社区养老服务设施配建标准"]),
        ("新建东山镇综合养老服务中心、西河镇综合养老服务中心、南桥镇综合养老服务中心。", ["新建镇综合养老服务中心"]),
        ("社区食堂与小区同步设计、同步施工、同步启用。", ["社区食堂与小区同步环节数"]),
        ("到2028年，持证护理员占比达到90%以上。", ["持证护理员占比"]),
    ],
)
def test_a_name_is_what_a_person_would_write(sentence: str, names: list[str]) -> None:
    assert named(sentence) == names
