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
        ("2026年底前，60%以上的养老机构开展居家上门服务。", ["开展居家上门服务的养老机构占比"]),
        ("福利彩票公益金每年要有50%以上用于扶持发展养老服务。", ["福利彩票公益金用于扶持发展养老服务比例"]),
        ("到2027年，乡镇卫生院达到国家推荐标准。", ["达到国家推荐标准的乡镇卫生院"]),
        ("推动“智慧消防”“智慧燃气”覆盖率达到100%。", ["智慧消防覆盖率", "智慧燃气覆盖率"]),
        ("新建居住区按每百户不少于30平方米的标准配建社区养老服务设施。", ["新建居住区社区养老服务设施配建标准"]),
        ("新建东山镇综合养老服务中心、西河镇综合养老服务中心、南桥镇综合养老服务中心。", ["新建镇综合养老服务中心"]),
        ("养老服务设施与住宅同步规划、同步建设、同步验收、同步交付。", ["养老服务设施与住宅同步环节数"]),
        ("到2028年，持证护理员占比达到90%以上。", ["持证护理员占比"]),
    ],
)
def test_a_name_is_what_a_person_would_write(sentence: str, names: list[str]) -> None:
    assert named(sentence) == names
