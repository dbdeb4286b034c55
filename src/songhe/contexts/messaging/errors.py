"""Refusals of messages."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound, SongheError


class MessageTooLong(InvalidInput):
    """The text is longer than one short message."""

    code = "message_too_long"


class NumberNotUsable(InvalidInput):
    """The number is no mobile number, or whoever has it wants no messages."""

    code = "number_not_usable"


class MessageNotFound(NotFound):
    """No such message, or none in the actor's areas."""

    code = "message_not_found"


class WouldBeTwo(Conflict):
    """The platform may have taken this message already: sent again, it could arrive twice."""

    code = "message_would_be_two"


class ReceiptNotSigned(SongheError):
    """A receipt without a right signature, or too old."""

    code = "receipt_not_signed"
    http_status = 401


class GatewayWrong(SongheError):
    """The file that describes the gateway cannot be used."""

    code = "gateway_wrong"
    http_status = 500
