"""What became of the message by which a notice was to reach somebody."""

from __future__ import annotations

from django.db import models


class NoticeMessage(models.Model):
    """A notice that goes (or went) by message. `state` is empty until the message is settled, then messaging's word for it.

    `opened_on`: the day on which the code of the message was looked up. `visit_on`: the day on which a visit was asked for instead.
    """

    notice = models.OneToOneField("Notice", on_delete=models.PROTECT, related_name="+")
    state = models.TextField(blank=True, default="")
    because = models.TextField(blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    opened_on = models.DateField(null=True)
    visit_on = models.DateField(null=True)

    class Meta:
        db_table = "grant_notice_message"
        indexes = [
            models.Index(
                fields=["settled_at"],
                condition=models.Q(state="delivered", opened_on=None, visit_on=None),
                name="grant_notice_message_unread",
            )
        ]
