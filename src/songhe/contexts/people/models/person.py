"""People as the departments know them: persons, households, what each department said and when, who is the same human being.

A department's statement (`Record`) is never overwritten: a later statement supersedes an earlier one of the same department.
`Person.facts` and `Household.facts` hold the value that counts for each variable, derived from the records by precedence
(`facts.settle`), so that a whole city can be read without joining history. Sensitive identifiers are sealed (SM4-GCM) and found by blind index.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Household(models.Model):
    """People who live and are registered together. `key` is the departments' household number within the city."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    key = models.TextField(unique=True)
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+", db_index=False)  # community or village
    area_path = models.TextField()
    address_sealed = models.BinaryField(null=True)
    address_digest = models.TextField(
        blank=True, default="", db_default=""
    )  # of the same address: equal where two households say the same
    facts = models.JSONField(default=dict)  # variable -> value
    stale = ArrayField(models.TextField(), default=list)  # variables whose counting statement is past its validity
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "household"
        indexes = [
            models.Index(fields=["area_path"], name="household_area", opclasses=["text_pattern_ops"]),
            models.Index(fields=["address_digest"], name="household_address", condition=~Q(address_digest="")),
        ]


class Person(models.Model):
    """One human being. `facts` maps each variable to the value that counts; absent means unknown.

    Text that is searched by its beginning is collated "C", so that one plain index serves LIKE 'x%' and the order of a page.
    `pinyin` is the whole name without tones (zhangguilan), `initials` its first letters (zgl).

    A person with `stands_for` is how some department's rows wrote another person who is known already: their records count for that
    person (see `PersonLink`), and no list, count, decision or household size sees them. There are no chains: whoever is stood for stands
    for nobody.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    area_path = models.TextField(db_collation="C")
    name = models.TextField(db_collation="C")
    pinyin = models.TextField(blank=True, db_collation="C")
    initials = models.TextField(blank=True, db_collation="C")
    birth_date = models.DateField(null=True)
    sex = models.TextField(blank=True)
    id_kind = models.TextField(default="resident")
    id_sealed = models.BinaryField(null=True)
    id_index = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    bank_account_sealed = models.BinaryField(null=True)
    diagnosis_sealed = models.BinaryField(null=True)
    relation = models.TextField(blank=True)  # to the head of household
    facts = models.JSONField(default=dict)
    disputed = ArrayField(models.TextField(), default=list)  # variables on which the departments differ and no correction counts
    stale = ArrayField(models.TextField(), default=list)  # variables whose counting statement is past its validity
    stands_for = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    demo = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "person"
        constraints = [
            models.UniqueConstraint(fields=["id_index"], condition=Q(id_index__isnull=False), name="person_one_per_id_number"),
            models.CheckConstraint(condition=~Q(stands_for=F("id")), name="person_not_for_itself"),
        ]
        indexes = [
            models.Index(fields=["area_path", "name", "id"], name="person_area"),
            models.Index(fields=["name", "id"], name="person_name"),
            models.Index(fields=["pinyin", "name", "id"], name="person_pinyin"),
            models.Index(fields=["initials", "name", "id"], name="person_initials"),
            models.Index(fields=["phone_index"], name="person_phone", condition=Q(phone_index__isnull=False)),
            models.Index(fields=["birth_date", "name"], name="person_birth_name"),
            models.Index(fields=["demo"], name="person_demo", condition=Q(demo=True)),
            models.Index(fields=["stands_for"], name="person_stands_for", condition=Q(stands_for__isnull=False)),
            models.Index(fields=["area_path"], name="person_disputed", condition=~Q(disputed=[])),
            models.Index(fields=["area_path"], name="person_stale", condition=~Q(stale=[])),
        ]


class Record(models.Model):
    """What one department said about one person (or household) on one date. Never changed; superseded by a later one.

    `values` holds facts by variable. `identity` holds what the row said besides: name, relation, household_no, area_code, death_date in
    clear; id_number, phone, address, bank_account, diagnosis only as a blind digest, enough to tell a repeated value from a new one.
    An import writes only what the department had not said before, so repeating an old statement does not make it younger.
    A record with a note and no batch is a clerk's correction.
    """

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.TextField()
    stated_on = models.DateField()
    received_at = models.DateTimeField()
    batch = models.ForeignKey("ImportBatch", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor_id = models.BigIntegerField(default=0)
    values = models.JSONField()
    identity = models.JSONField(default=dict)
    note = models.TextField(blank=True)

    class Meta:
        db_table = "department_record"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, household__isnull=True) | Q(person__isnull=True, household__isnull=False),
                name="record_has_one_subject",
            )
        ]
        indexes = [
            models.Index(fields=["person", "department"], name="record_person", condition=Q(person__isnull=False)),
            models.Index(fields=["household", "department"], name="record_household", condition=Q(household__isnull=False)),
        ]


class PersonLink(models.Model):
    """`person` counts as `into` from `linked_at` until `undone_at`: the two are one human being. Both keep all they have; nothing is overwritten.

    `probability` is the linkage model's (null where a human linked them without one), `evidence` what was compared, by field:
    {field: {"agreement": "exact|sound|near|differs|missing", "weight": log2 Bayes factor}}. Rows are never deleted.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    origin = models.TextField()  # import | review | by_hand
    probability = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    linked_by = models.BigIntegerField()
    linked_at = models.DateTimeField()
    undone_by = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.TextField(blank=True)

    class Meta:
        db_table = "person_link"
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(undone_at=None), name="person_linked_once"),
            models.CheckConstraint(condition=~Q(person=F("into")), name="person_link_of_two"),
        ]


class FormerNumber(models.Model):
    """An ID number that was the person's: whoever still writes it means them.

    `id_sealed` opens with the person's own context, as it did when it counted; null where the number was never ours. A number is nobody's
    current number while it is somebody else's former one (trigger); one that has become current again stays here, for the same person.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    id_index = models.BinaryField(unique=True)
    id_sealed = models.BinaryField(null=True)
    stated_on = models.DateField()  # the day of the statement that the number had changed
    known_at = models.DateTimeField()

    class Meta:
        db_table = "former_number"


class LinkCandidate(models.Model):
    """Two who may be one, for a human to look at: `other`, who is known, and either a person or a row that waits as a conflict. Decided once."""

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    row = models.ForeignKey("ImportRow", null=True, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")  # of `other`
    from_area_path = models.TextField(
        db_collation="C"
    )  # of the person or the row; where the row names no community, that of `other`
    probability = models.FloatField()
    evidence = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    batch = models.ForeignKey("ImportBatch", null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(blank=True)  # "" (open) | linked | different
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "link_candidate"
        constraints = [
            models.UniqueConstraint(fields=["person", "other"], name="link_candidate_once"),
            models.UniqueConstraint(fields=["row", "other"], name="link_candidate_row_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, row__isnull=True) | Q(person__isnull=True, row__isnull=False),
                name="link_candidate_of_one",
            ),
        ]
        indexes = [models.Index(fields=["area_path", "-probability", "id"], name="link_candidate_open", condition=Q(outcome=""))]


class LifeEvent(models.Model):
    """Something dated that happened to a person, read from a record: it reaches households, decisions and everything above.

    `kind` is one of `words.LifeEventKind`; `happened_on` is null where the department did not say the day. `before` and `after` hold what
    changed (area paths, or blind digests of ID numbers), never anything sensitive in clear. A record makes at most one event of a kind;
    where it comes to count again (a link undone and made again), the event is known anew.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    happened_on = models.DateField(null=True)
    known_at = models.DateTimeField()
    record = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        db_table = "life_event"
        constraints = [models.UniqueConstraint(fields=["person", "kind", "record"], name="life_event_once_a_record")]
        indexes = [models.Index(fields=["kind", "-known_at"], name="life_event_kind")]
