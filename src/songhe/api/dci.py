"""Registry search in the style of the DCI social-protection interface (Social Registry 1.0.0, `/registry/sync/search`).

The envelope (header, message) and its reason codes are the standard's; what is served of it, and where we say less than it allows,
stands in docs/how-to/dci-search.md. A consumer states the use of the data in `authorize.purpose.code`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from ninja import Router, Schema
from pydantic import ConfigDict, Field, StrictBool, StrictInt

from songhe.api.access import CallerRequest, Needs
from songhe.api.dci_query import Refused, criteria_of, page_of, purpose_of, record_type_of
from songhe.api.fields import PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.people import actions as people
from songhe.contexts.people.actions import RegistryFound, RegistryHousehold, RegistryPerson
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput

router = Router()
VERSION, MOST_REQUESTS, SENDER = "1.0.0", 20, "songhe"
CONTEXT = "https://schema.spdci.org/extensions/social/v1"
Name99 = Annotated[PlainText, Field(max_length=99)]
Text = Annotated[PlainText, Field(max_length=999)]


class Loose(Schema):
    """Further members of the standard's objects are allowed and not read."""

    model_config = ConfigDict(extra="allow")


class HeaderIn(Loose):
    """Who sends what. Signatures are not checked: the bearer token says who calls. Encrypted messages are rejected."""

    version: Name99 = VERSION
    message_id: Name99
    message_ts: Name99
    action: Name99
    sender_id: Name99
    total_count: Annotated[StrictInt, Field(ge=0, le=1_000_000)]
    is_msg_encrypted: StrictBool = False


class Criteria(Loose):
    """`query_type` is idtype-value, expression or predicate; `reg_record_type` Person or Group. See docs/how-to/dci-search.md for `query`."""

    query_type: Name99
    query: dict[str, Any] | list[Any]
    reg_record_type: Name99 | None = None
    response_entity: Name99 | None = None
    sort: list[Any] | None = None
    pagination: dict[str, Any] | None = None
    authorize: dict[str, Any] | str | None = None


class SearchRequestIn(Loose):
    """One search of the batch; `reference_id` is the sender's name for it."""

    reference_id: Name99
    timestamp: Name99
    search_criteria: Criteria


class MessageIn(Loose):
    """A batch of searches."""

    transaction_id: Name99
    search_request: Annotated[list[SearchRequestIn], Field(min_length=1, max_length=MOST_REQUESTS)]


class SearchIn(Loose):
    """The envelope."""

    signature: Text | None = None
    header: HeaderIn
    message: MessageIn


class IdentifierOut(Schema):
    """UIN is the ID number, masked; PUBLIC_ID our UUID of the person; HOUSEHOLD_NO the departments' number of the household."""

    identifier_type: Literal["UIN", "PUBLIC_ID", "HOUSEHOLD_NO"]
    identifier_value: str


class NameOut(Schema):
    """The whole name stands in `given_name`: it is not cut into family and given name."""

    surname: str
    given_name: str


class PersonRecord(Schema):
    """A person. `is_deceased` is null where nobody has said."""

    type: Annotated[Literal["Person"], Field(serialization_alias="@type")]
    identifier: list[IdentifierOut]
    name: NameOut
    sex: Literal["male", "female", ""]
    birth_date: dt.date | None
    is_deceased: bool | None
    address_locality: str
    sub_region_code: str
    household_identifier: str
    last_updated: dt.datetime


class MemberRecord(Schema):
    """A member of a household; the relation is in Chinese as the departments write it."""

    person: PersonRecord
    relationship_head: str


class GroupRecord(Schema):
    """A household with its living members whom the consumer may see; `group_size` counts these."""

    type: Annotated[Literal["Group"], Field(serialization_alias="@type")]
    group_identifier: list[IdentifierOut]
    sub_region_code: str
    group_size: int
    member_list: list[MemberRecord]
    last_updated: dt.datetime


class DataOut(Schema):
    """What was found. `withheld` people were found but have not agreed to the stated use."""

    version: str
    reg_record_type: Literal["Person", "Group"]
    reg_records: list[PersonRecord | GroupRecord]
    withheld: int


class PaginationOut(Schema):
    """By cursor: send `next` back as `pagination.cursor`. `total_count` is only given where it costs nothing, else null."""

    page_size: int
    page_number: int
    total_count: int | None
    next: str | None


class SearchResponseOut(Schema):
    """One search answered: `status` is succ or rjct."""

    reference_id: str
    timestamp: dt.datetime
    status: Literal["succ", "rjct"]
    status_reason_code: str | None
    status_reason_message: str | None
    data: DataOut | None
    pagination: PaginationOut | None
    locale: str


class HeaderOut(Schema):
    """The header of the answer; its status is rjct where the message as a whole could not be taken."""

    version: str
    message_id: str
    message_ts: dt.datetime
    action: Literal["on-search"]
    status: Literal["succ", "rjct"]
    status_reason_code: str | None
    status_reason_message: str | None
    total_count: int
    completed_count: int
    sender_id: str
    receiver_id: str
    is_msg_encrypted: bool


class MessageOut(Schema):
    """The answers in the order of the requests; empty where the header is rejected."""

    transaction_id: str
    correlation_id: str
    search_response: list[SearchResponseOut]


class SearchOut(Schema):
    """The envelope of the answer."""

    header: HeaderOut
    message: MessageOut


@router.post(
    "/registry/sync/search",
    response={200: SearchOut, **REFUSALS},
    auth=Needs(Right.SEE_PEOPLE),
    operation_id="dci_registry_search",
    summary="Search the registry (DCI style)",
    by_alias=True,
)
def registry_search(request: CallerRequest, body: SearchIn) -> SearchOut:
    """Every search of the batch is answered on its own; a rejected one says why and leaves the others standing."""
    problem = _wrong_with(body)
    answers: list[SearchResponseOut] = []
    if problem is None:
        seen: set[str] = set()
        for asked in body.message.search_request:
            answers.append(_answer(request, asked, repeated=asked.reference_id in seen))
            seen.add(asked.reference_id)
    header = HeaderOut(
        version=VERSION, message_id=str(uuid.uuid4()), message_ts=clock.now(), action="on-search", status="rjct" if problem else "succ",
        status_reason_code=problem.code if problem else None, status_reason_message=problem.message if problem else None,
        total_count=len(body.message.search_request), completed_count=len(answers), sender_id=SENDER, receiver_id=body.header.sender_id,
        is_msg_encrypted=False,
    )  # fmt: skip
    message = MessageOut(transaction_id=body.message.transaction_id, correlation_id=str(uuid.uuid4()), search_response=answers)
    return SearchOut(header=header, message=message)


def _wrong_with(body: SearchIn) -> Refused | None:
    """Why the message as a whole is not taken."""
    header = body.header
    if header.version != VERSION:
        return Refused("rjct.version.invalid", f"只支持版本 {VERSION}。")
    if header.action != "search":
        return Refused("rjct.action.not_supported", "这里只办理 search。")
    if header.is_msg_encrypted:
        return Refused("rjct.action.not_supported", "不支持加密的消息；通道本身已经加密。")
    if not _is_moment(header.message_ts):
        return Refused("rjct.message_ts.invalid", "message_ts 要写成带时区的时间，例如 2026-11-21T09:00:00+08:00。")
    if header.total_count != len(body.message.search_request):
        return Refused("rjct.total_count.invalid", "total_count 与请求的条数不一样。")
    return None


def _is_moment(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _answer(request: CallerRequest, asked: SearchRequestIn, *, repeated: bool) -> SearchResponseOut:
    try:
        if repeated or not asked.reference_id:
            raise Refused(
                "rjct.reference_id.duplicate" if repeated else "rjct.reference_id.invalid", "reference_id 要各不相同，不能空着。"
            )
        if not _is_moment(asked.timestamp):
            raise Refused("rjct.timestamp.invalid", "timestamp 要写成带时区的时间。")
        data, pagination = _search(request, asked.search_criteria)
    except Refused as refused:
        return _response(asked, "rjct", refused=refused)
    return _response(asked, "succ", data=data, pagination=pagination)


def _response(
    asked: SearchRequestIn, status: Literal["succ", "rjct"], *, refused: Refused | None = None, data: DataOut | None = None,
    pagination: PaginationOut | None = None,
) -> SearchResponseOut:  # fmt: skip
    return SearchResponseOut(
        reference_id=asked.reference_id, timestamp=clock.now(), status=status, status_reason_code=refused.code if refused else None,
        status_reason_message=refused.message if refused else None, data=data, pagination=pagination, locale="zho",
    )  # fmt: skip


def _search(request: CallerRequest, asked: Criteria) -> tuple[DataOut, PaginationOut]:
    kind = record_type_of(asked.reg_record_type or asked.response_entity)
    if asked.sort:
        raise Refused("rjct.sort.invalid", "不支持自选次序；结果按固定的次序给出。")
    size, after = page_of(asked.pagination)
    criteria = criteria_of(asked.query_type, asked.query, kind)
    try:
        found = people.search_registry(
            request.auth, use=purpose_of(asked.authorize), criteria=criteria, households=kind == "Group", limit=size, after=after
        )
    except InvalidInput as refused:
        code = {"use": "rjct.search_criteria.invalid", "after": "rjct.pagination.invalid"}.get(
            refused.field or "", "rjct.filter.invalid"
        )
        raise Refused(code, f"{refused.sentence}{refused.next_step}") from None
    records: list[PersonRecord | GroupRecord] = []
    records += map(_group, found.households) if kind == "Group" else map(_person, found.people)
    return DataOut(version=VERSION, reg_record_type=kind, reg_records=records, withheld=found.withheld), _pagination(
        found, size, after, len(records)
    )


def _pagination(found: RegistryFound, size: int, after: str | None, records: int) -> PaginationOut:
    whole = after is None and found.next is None
    return PaginationOut(page_size=size, page_number=1, total_count=records if whole else None, next=found.next)


def _person(found: RegistryPerson) -> PersonRecord:
    brief = found.brief
    identifiers = [IdentifierOut(identifier_type="PUBLIC_ID", identifier_value=brief.public_id)]
    if brief.id_number:
        identifiers.insert(0, IdentifierOut(identifier_type="UIN", identifier_value=brief.id_number))
    sexes: dict[str, Literal["male", "female", ""]] = {"男": "male", "女": "female"}
    return PersonRecord(
        type="Person", identifier=identifiers, name=NameOut(surname="", given_name=brief.name), sex=sexes.get(brief.sex, ""),
        birth_date=brief.birth_date, is_deceased=None if brief.alive is None else not brief.alive, address_locality=brief.place,
        sub_region_code=brief.area_path.rstrip("/").split("/")[-1], household_identifier=found.household_no, last_updated=found.changed_at,
    )  # fmt: skip


def _group(home: RegistryHousehold) -> GroupRecord:
    return GroupRecord(
        type="Group", group_identifier=[IdentifierOut(identifier_type="HOUSEHOLD_NO", identifier_value=home.household_no)],
        sub_region_code=home.area_path.rstrip("/").split("/")[-1], group_size=len(home.members),
        member_list=[MemberRecord(person=_person(member), relationship_head=relation) for member, relation in home.members],
        last_updated=home.changed_at,
    )  # fmt: skip
