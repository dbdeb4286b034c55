"""A DCI query read into criteria, or refused with the standard's reason code: identifiers, predicate lists, and a small part of expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from songhe.contexts.people.actions import Criterion

IDENTIFIERS: Mapping[str, str] = {"UIN": "id_number", "PUBLIC_ID": "public_id", "HOUSEHOLD_NO": "household_no"}
ATTRIBUTES: Mapping[str, str] = {
    "UIN": "id_number", "PUBLIC_ID": "public_id", "HOUSEHOLD_NO": "household_no", "household_identifier": "household_no", "name": "name",
    "sex": "sex", "birth_date": "birth_date", "is_deceased": "is_deceased", "sub_region_code": "area_code",
}  # fmt: skip
MOST_CRITERIA, MOST_ROWS, USUAL_ROWS, LONGEST = 10, 200, 50, 200
FILTER = "rjct.filter.invalid"


class Refused(Exception):
    """Why one search, or the whole message, is rejected: the standard's code and a Chinese sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def record_type_of(asked: str | None) -> Literal["Person", "Group"]:
    """Person where nothing is asked; a namespace before the last colon does not matter."""
    name = (asked or "Person").rsplit(":", 1)[-1]
    if name == "Person":
        return "Person"
    if name == "Group":
        return "Group"
    raise Refused("rjct.search_criteria.invalid", "只能查 Person（人）和 Group（户）。")


def purpose_of(authorize: object) -> str:
    """The use of the data that the consumer states: `authorize.purpose.code`; empty where there is none."""
    purpose = authorize.get("purpose") if isinstance(authorize, Mapping) else None
    code = purpose.get("code") if isinstance(purpose, Mapping) else None
    return code if isinstance(code, str) else ""


def page_of(pagination: Mapping[str, Any] | None) -> tuple[int, str | None]:
    """Rows a page, and the cursor of the page before. Pages are not numbered: a number beyond 1 is refused."""
    given = pagination or {}
    size, number, cursor = given.get("page_size", USUAL_ROWS), given.get("page_number", 1), given.get("cursor")
    if not _whole(size) or not 1 <= size <= MOST_ROWS:
        raise Refused("rjct.pagination.invalid", f"page_size 要在1到{MOST_ROWS}之间。")
    if not _whole(number) or number != 1:
        raise Refused("rjct.pagination.invalid", "不按页码翻页；请把上一页给的 next 写在 cursor 里。")
    if cursor is not None and (not isinstance(cursor, str) or not 0 < len(cursor) <= 400 or not cursor.isascii()):
        raise Refused("rjct.pagination.invalid", "cursor 不对，请原样写上一页给的 next。")
    return size, cursor


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def criteria_of(query_type: str, query: object, kind: str) -> tuple[Criterion, ...]:
    """All of what the query asks; Refused where any of it is not understood."""
    readers = {"idtype-value": _identifier, "predicate": _predicates, "expression": _expression}
    reader = readers.get(query_type)
    if reader is None:
        raise Refused("rjct.search_criteria.invalid", "query_type 只能是 idtype-value、predicate 或 expression。")
    found = reader(query)
    if not 1 <= len(found) <= MOST_CRITERIA:
        raise Refused(FILTER, f"条件要有1到{MOST_CRITERIA}个。")
    if kind == "Group" and any(criterion.attribute not in IDENTIFIERS.values() for criterion in found):
        raise Refused(FILTER, "查户只能用户号，或者户内一个人的证件号码。")
    return found


def _identifier(query: object) -> tuple[Criterion, ...]:
    kind, value = (query.get("type"), query.get("value")) if isinstance(query, Mapping) else (None, None)
    name = IDENTIFIERS.get(kind.rsplit(":", 1)[-1]) if isinstance(kind, str) else None
    if name is None:
        raise Refused(FILTER, "证件类型只能是 " + "、".join(IDENTIFIERS) + "。")
    return (_criterion(name, "eq", value),)


def _predicates(query: object) -> tuple[Criterion, ...]:
    """A list of one or two expressions each, all joined by `and`."""
    if not isinstance(query, list):
        raise Refused(FILTER, "predicate 要写成列表。")
    found: list[Criterion] = []
    for part in query:
        if not isinstance(part, Mapping) or part.get("condition", "and") != "and":
            raise Refused(FILTER, "条件之间只能用 and。")
        for expression in (part.get("expression1"), part.get("expression2")):
            if expression is None:
                continue
            if not isinstance(expression, Mapping):
                raise Refused(FILTER, "expression1 和 expression2 要写 attribute_name、operator、attribute_value。")
            found.append(_named(expression.get("attribute_name"), expression.get("operator"), expression.get("attribute_value")))
    return tuple(found)


def _expression(query: object) -> tuple[Criterion, ...]:
    """`{type: …NoSql, value: {expression: {query: {"$and": [{attribute: {"$eq": value}}, …]}}}}`, and nothing else."""
    value = query.get("value") if isinstance(query, Mapping) else None
    expression = value.get("expression") if isinstance(value, Mapping) else None
    inner = expression.get("query") if isinstance(expression, Mapping) else None
    parts = inner.get("$and") if isinstance(inner, Mapping) and set(inner) == {"$and"} else None
    kind = query.get("type") if isinstance(query, Mapping) else None
    if not isinstance(kind, str) or not kind.endswith("NoSql") or not isinstance(parts, list):
        raise Refused(FILTER, "expression 只支持 NoSql 的 $and 列表；也可以用 predicate。")
    found: list[Criterion] = []
    for part in parts:
        if not isinstance(part, Mapping):
            raise Refused(FILTER, "$and 里每一项要写成 {属性: {$eq: 值}}。")
        for name, compared in part.items():
            terms = compared.items() if isinstance(compared, Mapping) else [("$eq", compared)]
            found += [
                _named(name, str(operator).removeprefix("$").replace("gte", "ge").replace("lte", "le"), given)
                for operator, given in terms
            ]
    return tuple(found)


def _named(name: object, operator: object, value: object) -> Criterion:
    known = ATTRIBUTES.get(name) if isinstance(name, str) else None
    if known is None or not isinstance(operator, str):
        raise Refused(FILTER, "不认识的属性。可写的有：" + "、".join(ATTRIBUTES) + "。")
    return _criterion(known, operator, value)


def _criterion(name: str, operator: str, value: object) -> Criterion:
    if isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable():
        return Criterion(name, operator, value)
    if isinstance(value, bool):
        return Criterion(name, operator, value)
    raise Refused(FILTER, "条件的值要写成文字，是否类的写 true 或 false。")
