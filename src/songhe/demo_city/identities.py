"""Names, ID numbers, telephones and addresses of people who do not exist.

ID numbers are of region 000000 (assigned to no place) with a right check digit (GB 11643); telephones start with 154 (assigned to no operator).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhe.demo_city.residents import CHILD_IN_LAW, MALE, Residents

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔"  # noqa: E501
OLD_MALE = "国建德志永明文福荣贵祥林海成玉广金华振生庆忠宝春学世长保山义"
OLD_FEMALE = "秀桂玉兰英凤珍芳梅莲翠淑素琴云香荣霞玲爱巧菊月桃花银彩"
YOUNG = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁晨欣怡婷静敏丽娟艳洁慧颖琳雪倩璐佳"
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK = np.array(list("10X98765432"))


def names(rng: np.random.Generator, people: Residents) -> NDArray[np.str_]:
    """A name for everybody; children bear the surname of the household's head, surnames fall off as in life."""
    n = len(people)
    weights = 1 / (np.arange(len(SURNAMES)) + 3.0)
    drawn = rng.choice(np.array(list(SURNAMES)), size=n, p=weights / weights.sum())
    first = np.flatnonzero(np.r_[True, people.household[1:] != people.household[:-1]])
    head = np.repeat(first, np.diff(np.r_[first, n]))
    own = people.elder | (people.relation == CHILD_IN_LAW)
    surname = np.where(own, drawn, drawn[head])
    given = [_given(rng, people) for _ in range(2)]
    short = rng.random(n) < 0.22
    return np.char.add(np.char.add(surname, given[0]), np.where(short, "", given[1]))


def _given(rng: np.random.Generator, people: Residents) -> NDArray[np.str_]:
    n = len(people)
    old = np.where(people.sex == MALE, rng.choice(list(OLD_MALE), n), rng.choice(list(OLD_FEMALE), n))
    return np.where(people.age >= 48, old, rng.choice(list(YOUNG), n))


def id_numbers(people: Residents) -> NDArray[np.str_]:
    """A valid number for everybody, all different: people of one birth date and sex are numbered on.

    Raises ValueError if more than 500 share both.
    """
    n = len(people)
    order = np.lexsort((people.sex, people.birth))
    key = people.birth[order].astype(np.int64) * 2 + people.sex[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n) - np.repeat(first, np.diff(np.r_[first, n]))
    if n and int(rank.max()) >= 500:
        raise ValueError("more than 500 people of one sex share a birth date: use a smaller SCALE")
    sequence = rank * 2 + (people.sex == MALE)
    days = np.datetime64("1970-01-01", "D") + people.birth.astype("timedelta64[D]")
    body = np.char.add(
        np.char.add("000000", np.char.replace(days.astype("U10"), "-", "")), np.char.zfill(sequence.astype("U3"), 3)
    )
    digits = body.view("U1").reshape(n, 17).astype(np.int64) if n else np.zeros((0, 17), np.int64)
    return np.char.add(body, CHECK[(digits * WEIGHTS).sum(1) % 11])


def phones(rng: np.random.Generator, n: int) -> NDArray[np.str_]:
    """Eleven digits that look like a mobile number and reach nobody."""
    return np.char.add("154", np.char.zfill(rng.integers(0, 10**8, n).astype("U8"), 8))


def addresses(
    rng: np.random.Generator, people: Residents, place_names: NDArray[np.str_], rural: NDArray[np.bool_]
) -> NDArray[np.str_]:
    """One address a household: building and flat in a community, group and house number in a village."""
    households = int(people.household[-1]) + 1 if len(people) else 0
    a, b, c = (rng.integers(1, top, households).astype("U4") for top in (39, 7, 19))
    door = np.char.add(np.char.add(c, "0"), np.char.add(rng.integers(1, 4, households).astype("U1"), "室"))
    flat = np.char.add(np.char.add(np.char.add(a, "号楼"), np.char.add(b, "单元")), door)
    house = np.char.add(np.char.add(b, "组"), np.char.add(rng.integers(1, 160, households).astype("U4"), "号"))
    ending = np.where(rural[people.community], house[people.household], flat[people.household])
    return np.char.add(place_names[people.community], ending)
