"""Messages that wait, were handed over and arrived; receipts, files of a separated network, and who wants none."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class MessageFile(models.Model):
    """One outgoing file of the drop folder. `staged_at`: it lies complete beside the folder; `written_at`: it was moved there, once."""

    name = models.TextField(unique=True)
    messages = models.IntegerField()
    made_at = models.DateTimeField()
    staged_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message_file"
        indexes = [models.Index(fields=["id"], condition=Q(written_at=None), name="message_file_open")]


class Message(models.Model):
    """One short message to one number, asked for under a `key` that exists once: whatever is tried again, it is this one message.

    `sealed` holds number, text and the values of its template until the message is settled for good; afterwards only `wording` (the
    template as it stood) tells what was said. `price` is in li (a thousandth of a yuan). `begun_at` marks a try that has begun: still set
    when a later try begins, that try was cut off. `doubtful`: after some try nobody knows whether the platform took the message.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    key = models.TextField(unique=True)
    purpose = models.TextField()
    template = models.TextField()
    wording = models.TextField()
    area_path = models.TextField(db_collation="C")
    number_index = models.BinaryField(max_length=32)
    sealed = models.BinaryField(null=True)
    units = models.SmallIntegerField()
    price = models.IntegerField()
    state = models.TextField()  # words.MessageState
    because = models.TextField(blank=True, default="")  # words.NotDelivered
    gateway = models.TextField(blank=True, default="")  # words.GatewayKind by which it left
    file = models.ForeignKey(MessageFile, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    doubtful = models.BooleanField(default=False)
    tries = models.SmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    handed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    asked_again_at = models.DateTimeField(null=True)  # when the platform was last asked for a receipt

    class Meta:
        db_table = "message"
        constraints = [
            models.CheckConstraint(condition=Q(units__gte=1, units__lte=70), name="message_is_one"),
            models.CheckConstraint(condition=Q(price__gte=0), name="message_price_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "handed_over"], settled_at=None)
                | Q(state__in=["delivered", "failed", "unknown"], settled_at__isnull=False),
                name="message_settled_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_over") | Q(handed_at__isnull=False), name="message_handed_has_moment"
            ),
            models.CheckConstraint(condition=Q(sealed__isnull=False) | ~Q(state="waiting"), name="message_waits_with_content"),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state="waiting"), name="message_waiting"),
            models.Index(fields=["handed_at", "id"], condition=Q(state="handed_over"), name="message_handed"),
            models.Index(fields=["area_path", "-id"], name="message_area"),
            models.Index(fields=["asked_at"], name="message_asked"),
        ]


class MessageReceipt(models.Model):
    """What the platform said about a message, once each. Only added to."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    state = models.TextField()  # words.MessageState: delivered, failed or unknown
    because = models.TextField(blank=True)  # words.NotDelivered
    at = models.DateTimeField()  # as the platform says
    received_at = models.DateTimeField()
    way = models.TextField()  # words.ReceiptWay

    class Meta:
        db_table = "message_receipt"
        constraints = [models.UniqueConstraint(fields=["message", "state", "at"], name="message_receipt_once")]


class ReceiptFile(models.Model):
    """A file of receipts that came in through the drop folder; by content, each is taken once. `unknown`: rows about no message of ours."""

    name = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    taken_at = models.DateTimeField()
    rows = models.IntegerField()
    unknown = models.IntegerField()
    wrong = models.IntegerField()

    class Meta:
        db_table = "message_receipt_file"


class MessageRefusal(models.Model):
    """Whoever has this number wants no messages; lifted when they want them again. The number itself is not kept."""

    number_index = models.BinaryField(max_length=32)
    since = models.DateTimeField()
    way = models.TextField()  # words.RefusalWay
    said_to = models.BigIntegerField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message_refusal"
        constraints = [
            models.UniqueConstraint(fields=["number_index"], condition=Q(lifted_at=None), name="message_refusal_one_open"),
        ]


class GatewaySign(models.Model):
    """When the gateway last worked, and what went wrong last (one row)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    worked_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "message_gateway_sign"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="message_gateway_one_row")]
