"""A loaded pack: every entry as written, typed, with its source and its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from songhe.basics.ages import BirthdayRule
from songhe.engines.policy.assessed import AssessmentPlan
from songhe.engines.policy.assessing import AssessingEntry, FormField
from songhe.engines.policy.banks import BankLayout
from songhe.engines.policy.findings import Finding, Place
from songhe.engines.policy.formulas import Computation
from songhe.engines.policy.funds import FundPlan
from songhe.engines.policy.granting import Granting
from songhe.engines.policy.language import Syntax
from songhe.engines.policy.messages import MessagePlan
from songhe.engines.policy.prospect import Prospect
from songhe.engines.policy.release import RatingPlan, ReleasePlan
from songhe.engines.policy.rulebook import Citation, Period, Status, UnknownMate, Variable
from songhe.engines.policy.tree import Type
from songhe.engines.policy.vouchers import VoucherRule


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as written, with its syntax."""

    text: str
    syntax: Syntax
    at: Place


@dataclass(frozen=True, slots=True)
class Cited:
    """Where an entry comes from; `note` is the Chinese remark beside the citation."""

    cite: Citation
    note: str
    at: Place


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    title: str
    number: str | None
    issuer: str
    issued: dt.date | None
    status: str  # issued | draft


@dataclass(frozen=True, slots=True)
class PlaceNamed:
    name: str
    code: str
    level: str  # prefecture | county | district


@dataclass(frozen=True, slots=True)
class Contact:
    counter: str
    phone: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """A value (fen, whole number or days since 1970) from a day until the next entry, or until `valid_to`."""

    valid_from: dt.date
    valid_to: dt.date | None
    value: int
    cited: Cited


@dataclass(frozen=True, slots=True)
class Parameter:
    """`values` are in order of time."""

    name: str
    title: str
    type: Type
    unit: str
    values: tuple[ParameterEntry, ...]
    at: Place

    def on(self, day: dt.date) -> ParameterEntry | None:
        """The entry in force on a day."""
        entry = next((value for value in reversed(self.values) if value.valid_from <= day), None)
        return None if entry is None or (entry.valid_to is not None and entry.valid_to < day) else entry


@dataclass(frozen=True, slots=True)
class Reading:
    id: str
    title: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class DefinitionEntry:
    """`readings` is empty unless the text is ambiguous; `is_condition` tells `if:` from `value:`."""

    name: str
    title: str
    entity: str
    is_condition: bool
    expression: Expression | None
    readings: Mapping[str, Reading]
    chosen: str | None
    ambiguity: str
    rules: tuple[str, ...]
    cited: Cited

    def read_as(self, reading: str | None = None) -> Expression:
        """The expression under a reading (the chosen one if none is named)."""
        if self.expression is not None:
            return self.expression
        return self.readings[reading or self.chosen or ""].expression


@dataclass(frozen=True, slots=True)
class ConditionEntry:
    id: str
    expression: Expression
    yes: str
    no: str
    ask: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class BenefitRules:
    """What a benefit asks and pays from a day on (None: from its beginning)."""

    valid_from: dt.date | None
    who: tuple[ConditionEntry, ...]
    pay: Expression | None
    birthday: BirthdayRule
    period: Period
    gives: str
    where: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class BenefitEntry:
    """`announced` benefits have no rules in time: they are shown, never decided."""

    id: str
    title: str
    announced: bool
    rules: tuple[str, ...]
    entity: str
    kind: str  # cash | service
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    application: str  # none | required
    first_by: tuple[str, ...]
    once_cited: Cited | None
    versions: tuple[BenefitRules, ...]
    cited: Cited

    def on(self, day: dt.date) -> BenefitRules | None:
        """The rules in force on a day, or None."""
        if self.announced or (self.in_force_from and day < self.in_force_from) or (self.in_force_to and day > self.in_force_to):
            return None
        return next(rules for rules in reversed(self.versions) if rules.valid_from is None or rules.valid_from <= day)


@dataclass(frozen=True, slots=True)
class GroupEntry:
    id: str
    title: str
    keep: str
    among: tuple[str, ...]
    unknown_mate: UnknownMate
    cited: Cited


@dataclass(frozen=True, slots=True)
class CapEntry:
    id: str
    title: str
    total: Expression
    among: tuple[str, ...]
    unknown_mate: UnknownMate
    cited: Cited


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    id: str
    title: str
    target: str
    content: str
    type: str  # material | care | concern
    benefits: tuple[str, ...]
    owner: str
    rules: tuple[str, ...]
    cited: Cited
    standard: str = ""  # what is given, where the document says it and no benefit does


@dataclass(frozen=True, slots=True)
class PurchaseEntry:
    """A line of the purchase catalogue: what government buys for whom, to what standard, and who comes first."""

    id: str
    title: str
    target: str
    content: str
    standard: str
    priority: tuple[str, ...]
    owner: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class AdmissionClass:
    """A class of the waiting order, or a tie-break; like a definition it may have readings."""

    id: str
    title: str
    expression: Expression | None
    readings: Mapping[str, Reading]
    chosen: str | None
    ambiguity: str
    order: tuple[str, ...]
    rules: tuple[str, ...]
    cited: Cited


@dataclass(frozen=True, slots=True)
class Announced:
    title: str
    rules: tuple[str, ...]
    cited: Cited


@dataclass(frozen=True, slots=True)
class Admission:
    classes: tuple[AdmissionClass, ...] = ()
    tie_breaks: tuple[AdmissionClass, ...] = ()
    announced: tuple[Announced, ...] = ()


@dataclass(frozen=True, slots=True)
class StandardEntry:
    id: str
    title: str
    entity: str
    expression: Expression | None
    then: str
    announced: bool
    rules: tuple[str, ...]
    cited: Cited


@dataclass(frozen=True, slots=True)
class Target:
    id: str
    indicator: str
    value: float | int | None
    value_max: float | int | None
    unit: str | None
    comparator: str | None
    hedge: str | None
    direction: str | None
    deadline: str | None
    deadline_inferred: bool
    scope: str | None
    attribute: str | None
    kind: str
    responsible: tuple[str, ...]
    participating: tuple[str, ...]
    restates: str | None
    conflicts_with: tuple[str, ...]
    measured_by: str | None  # the indicator that measures it
    cited: Cited


@dataclass(frozen=True, slots=True)
class Deadline:
    date: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    title: str
    responsible: tuple[str, ...]
    participating: tuple[str, ...]
    deadlines: tuple[Deadline, ...]
    tags: tuple[str, ...]
    targets: tuple[str, ...]  # ids of the targets that it stands behind, where the document says so
    cited: Cited


@dataclass(frozen=True, slots=True)
class FollowingEntry:
    """A value by which the plan's tasks are followed, such as days."""

    id: str
    title: str
    value: int
    unit: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class Figure:
    id: str
    indicator: str
    value: float | int | None
    unit: str | None
    date: str | None
    approx: bool
    measures: str | None  # the indicator whose value this is
    cited: Cited


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects of one benefit; None or empty where it does not say."""

    status: Status
    amount: int | None
    because: Mapping[str, bool | None]
    missing: tuple[str, ...] | None
    at: Place


@dataclass(frozen=True, slots=True)
class Case:
    """Facts are JSON values by name. `readings` and `parameters` are what this case changes of the pack."""

    name: str
    as_of: dt.date
    entity: str
    people: Mapping[str, Mapping[str, object]]
    household: Mapping[str, object]
    expect: Mapping[str, Mapping[str, Expectation]]
    definitions: Mapping[str, Mapping[str, object]]
    readings: Mapping[str, str]
    parameters: Mapping[str, int]
    at: Place


@dataclass(frozen=True, slots=True)
class CountEntry:
    """What is counted: rows `of` "person", "household", "area" or "register:<id>" for which `where` is true; or a field's `total` over them.

    `where` is an expression over the facts of what is counted (None: all). A row for which it cannot be told is counted apart, never silently.
    Areas may be narrowed to those in which at least one row of another source is (`having`).
    """

    of: str
    where: Expression | None
    total: str | None
    having: CountEntry | None
    at: Place


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """A measured quantity: `numerator` / `denominator` x `per` / `divide_by`, or the same of the numerator alone.

    `needs` names what must exist before it has data. `theme` groups indicators on a page, `places` are the decimals shown.
    """

    id: str
    title: str
    theme: str
    version: str
    unit: str
    per: int
    divide_by: int
    places: int
    direction: str
    scope: str
    definition: str
    numerator: CountEntry | None
    denominator: CountEntry | None
    needs: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class RegisterField:
    """A column of a register. `values` are the codes of a code field with their Chinese labels; money is stored in fen.

    `default` is the text of a cell that a new entry begins with, `hint` what to write; numbers lie between `low` and `high`.
    """

    id: str
    label: str
    type: str
    values: tuple[tuple[str, str], ...]
    unit: str
    required: bool
    sensitive: bool
    public: bool
    default: str
    hint: str
    low: int | None
    high: int | None
    at: Place


@dataclass(frozen=True, slots=True)
class RegisterMove:
    """From which states to which one an entry may go; `needs` are fields that must be filled then.

    `by` are the desks that may make it (city, street, community), empty for whoever keeps the register; `reason`: it has to be said why.
    """

    id: str
    label: str
    from_states: tuple[str, ...]
    to_state: str
    needs: tuple[str, ...]
    reason: bool
    by: tuple[str, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class RegisterClock:
    """An entry in `state` becomes a work item `days` after its last change, or after the day in the field `since`.

    `where` narrows it to entries whose fields have these values (field -> code, or "true" and "false").
    """

    state: str
    days: int
    since: str
    where: tuple[tuple[str, str], ...]
    title: str
    owner: str
    at: Place


@dataclass(frozen=True, slots=True)
class LastingEntry:
    """A fact whose statements are valid for a time only; with `expires` it is unknown after that, otherwise shown as past its validity."""

    name: str
    label: str
    days: int
    expires: bool
    cited: Cited


@dataclass(frozen=True, slots=True)
class DataUseEntry:
    """What facts about people may be used for, by which departments; with `consent` only where the person has agreed."""

    id: str
    title: str
    purpose: str
    departments: tuple[str, ...]
    consent: bool
    cited: Cited


@dataclass(frozen=True, slots=True)
class RegisterCheck:
    """What must hold between the fields of one entry; `sentence` is said where it does not."""

    expression: Expression
    sentence: str


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A declared register. `candidates` says for which persons an entry is expected; `key` are the fields that tell entries apart.

    There is at most one open entry for a key (and, where `entity` is person, a person). An entry in one of the `closed` states is over.
    `columns` are the fields that a list shows.
    """

    id: str
    title: str
    about: str
    entity: str
    owner: str
    key: tuple[str, ...]
    fields: tuple[RegisterField, ...]
    states: tuple[tuple[str, str], ...]
    closed: tuple[str, ...]
    moves: tuple[RegisterMove, ...]
    clocks: tuple[RegisterClock, ...]
    checks: tuple[RegisterCheck, ...]
    candidates: Expression | None
    columns: tuple[str, ...]
    public: bool
    cited: Cited
    at: Place

    def field(self, name: str) -> RegisterField | None:
        """The field of this name."""
        return next((field for field in self.fields if field.id == name), None)

    def label_of(self, state: str) -> str:
        """The state in Chinese; the code itself where the register no longer has it."""
        return dict(self.states).get(state, state)


@dataclass(frozen=True, slots=True)
class RosterGroups:
    """Definitions whose people stand on the roster of basic elderly care; `everyone` (may be empty) must hold for all of them."""

    everyone: str
    groups: tuple[str, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where a document does not agree with itself: two computations that ought to stand in `relation` and do not.

    `figures` are the printed figures that are in doubt; relation is equals, at_most (the first at most the second) or differs.
    """

    id: str
    title: str
    figures: tuple[str, ...]
    first: Computation
    second: Computation
    relation: str
    unit: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class Pack:
    """All of a city's pack with the national one beneath it. `findings` holds warnings; a pack with errors does not load."""

    id: str
    title: str
    version: str
    place: PlaceNamed
    valid_from: dt.date | None
    valid_to: dt.date | None
    members: Expression
    applies_to: Expression
    applies_cited: Cited
    contact: Contact | None
    counties: Mapping[str, str]
    sources: Mapping[str, Source]
    variables: Mapping[str, Mapping[str, Variable]]  # entity -> name -> variable
    parameters: Mapping[str, Parameter]
    definitions: Mapping[str, DefinitionEntry]
    benefits: Mapping[str, BenefitEntry]
    groups: Mapping[str, GroupEntry]
    caps: Mapping[str, CapEntry]
    services: Mapping[str, ServiceEntry]
    admission: Admission
    standards: Mapping[str, StandardEntry]
    targets: tuple[Target, ...]
    tasks: tuple[Task, ...]
    figures: tuple[Figure, ...]
    contradictions: tuple[Contradiction, ...]
    demo: Mapping[str, object]
    cases: tuple[Case, ...]
    indicators: Mapping[str, IndicatorEntry]
    registers: Mapping[str, RegisterEntry]
    roster: RosterGroups = RosterGroups("", (), Place("roster.yaml", 1))
    findings: tuple[Finding, ...] = field(default=())
    prospect: Prospect | None = None
    release: ReleasePlan | None = None
    rating: RatingPlan | None = None
    data_uses: Mapping[str, DataUseEntry] = field(default_factory=dict)
    lasting: Mapping[str, LastingEntry] = field(default_factory=dict)
    following: Mapping[str, FollowingEntry] = field(default_factory=dict)
    purchases: Mapping[str, PurchaseEntry] = field(default_factory=dict)
    assessment: AssessmentPlan | None = None
    granting: Granting | None = None
    messages: MessagePlan | None = None
    assessing: Mapping[str, AssessingEntry] = field(default_factory=dict)
    assessment_form: Mapping[str, FormField] = field(default_factory=dict)
    funds: FundPlan | None = None
    vouchers: Mapping[str, VoucherRule] = field(default_factory=dict)
    awards: Mapping[str, BenefitEntry] = field(default_factory=dict)  # to facilities and staff
    banks: Mapping[str, BankLayout] = field(default_factory=dict)

    def variables_of(self, entity: str) -> Mapping[str, Variable]:
        """The facts that rules over an entity may name; a person's rules may also name the household's."""
        own = self.variables.get(entity, {})
        return {**own, **self.variables.get("household", {})} if entity == "person" else own
