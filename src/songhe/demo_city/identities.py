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
LAST_RANK = 499  # among those of one birth date and sex: three digits, odd for men
ENTRANCES, FLOORS, FLATS = (
    6,
    18,
    3,
)  # of a building, of an entrance, of a floor; a village has as many groups as a building entrances


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
    if n and int(rank.max()) > LAST_RANK:
        raise ValueError("more than 500 people of one sex share a birth date: use a smaller SCALE")
    return _numbered(people.birth, people.sex, rank)


def _numbered(birth: NDArray[np.int32], sex: NDArray[np.int8], rank: NDArray[np.int64]) -> NDArray[np.str_]:
    """The number of the one with this rank among those of one birth date and sex."""
    n = len(birth)
    sequence = rank * 2 + (sex == MALE)
    days = np.datetime64("1970-01-01", "D") + birth.astype("timedelta64[D]")
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
    """One address a household, no two of them alike: building and flat in a community, group and house number in a village."""
    households = int(people.household[-1]) + 1 if len(people) else 0
    building, entrance, floor = (rng.integers(0, top, households) for top in (38, ENTRANCES, FLOORS))
    flat, house = rng.integers(0, FLATS, households), rng.integers(0, 159, households)
    community = people.community[np.searchsorted(people.household, np.arange(households))]
    village = rural[community]
    drawn = np.where(village, house * ENTRANCES + entrance, ((building * ENTRANCES + entrance) * FLOORS + floor) * FLATS + flat)
    _, named = np.unique(place_names, return_inverse=True)  # two places may bear one name
    numbers = _distinct(
        named[community] * 2 + village, drawn, np.where(village, 159 * ENTRANCES, 38 * ENTRANCES * FLOORS * FLATS)
    )
    ending = np.where(village, _houses(numbers), _flats(numbers))
    return np.char.add(place_names[people.community], ending[people.household])


def _distinct(group: NDArray[np.int64], drawn: NDArray[np.int64], room: NDArray[np.int64]) -> NDArray[np.int64]:
    """The drawn numbers; whoever drew what an earlier one of the group has takes the next free one. A crowded group has more room."""
    room = np.maximum(room, 2 * np.bincount(group)[group] if len(group) else room)
    numbers = drawn.copy()
    while True:
        _, kept = np.unique(group * (int(room.max(initial=0)) + 1) + numbers, return_index=True)
        again = np.ones(len(numbers), bool)
        again[kept] = False
        if not again.any():
            return numbers
        numbers[again] = (numbers[again] + 1) % room[again]


def _houses(numbers: NDArray[np.int64]) -> NDArray[np.str_]:
    """3组45号."""
    group, house = _text(numbers % ENTRANCES + 1), _text(numbers // ENTRANCES + 1)
    return np.char.add(np.char.add(group, "组"), np.char.add(house, "号"))


def _flats(numbers: NDArray[np.int64]) -> NDArray[np.str_]:
    """12号楼3单元502室."""
    flat, floor = _text(numbers % FLATS + 1), _text(numbers // FLATS % FLOORS + 1)
    entrance, building = _text(numbers // FLATS // FLOORS % ENTRANCES + 1), _text(numbers // FLATS // FLOORS // ENTRANCES + 1)
    door = np.char.add(np.char.add(floor, "0"), np.char.add(flat, "室"))
    return np.char.add(np.char.add(np.char.add(building, "号楼"), np.char.add(entrance, "单元")), door)


def _text(numbers: NDArray[np.int64]) -> NDArray[np.str_]:
    return numbers.astype("U9")


def corrected_numbers(people: Residents, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Rows with another valid number of the same day and sex each, which is nobody's: those of `chosen` for whom there is one."""
    made = _numbered(people.birth[chosen], people.sex[chosen], np.full(len(chosen), LAST_RANK))
    _, first = np.unique(made, return_index=True)
    kept = np.zeros(len(chosen), bool)
    kept[first] = True
    kept &= ~np.isin(made, id_numbers(people))
    return chosen[kept], made[kept]
