"""A made-up scale, smaller than any real one: more points are worse, and its grades stand in a table."""

FILE = "national/scales/small.yaml"
TEXT = """\
id: small
title: 小量表
standard: 试验
about: 只用来试。
version: "1"
count: 3
cite: {doc: paper, clause: 一}
option_sets:
  yes_no:
    - {id: can, points: 0, label: 能}
    - {id: cannot, points: 2, label: 不能}
grades:
  - {grade: 0, label: 好}
  - {grade: 1, label: 中}
  - {grade: 2, label: 差}
dimensions:
  - id: body
    label: 身体
    better: lower
    count: 2
    high: 5
    levels:
      - {level: 0, label: 好, from: 0, to: 2}
      - {level: 1, label: 差, from: 3, to: 5}
    items:
      - {id: eat, code: "1", label: 吃饭, options: yes_no}
      - id: walk
        code: "2"
        label: 走路
        options:
          - {id: far, points: 0, label: 走得远}
          - {id: near, points: 1, label: 走得近}
          - {id: never, points: 3, label: 走不了}
  - id: mind
    label: 精神
    better: lower
    count: 1
    high: 2
    levels:
      - {level: 0, label: 好, from: 0, to: 0}
      - {level: 1, label: 差, from: 2, to: 2}
    items:
      - {id: think, code: "3", label: 想事, options: yes_no}
first_grade:
  by: table
  rows: body
  columns: [mind]
  table:
    - [0, 1]
    - [1, 2]
circumstances:
  - {id: ill, label: 生病, type: yes_no}
  - {id: falls, label: 跌倒, type: count, high: 9}
changes:
  - id: fell
    label: 跌倒多
    when:
      - {sum: [falls], at_least: 2}
    worse_by: 1
  - id: sick
    label: 生病
    when:
      - {circumstance: ill}
      - {item: walk, is: [never]}
    worse_by: 1
agreements:
  - {circumstance: ill, item: think, is: [cannot], say: 生病却都想得起来}
"""


def changed(old: str, new: str) -> str:
    """The made-up scale with its only `old` written as `new`."""
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)
