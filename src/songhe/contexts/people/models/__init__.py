"""The tables of this context; private to it."""

from songhe.contexts.people.models.files import ImportBatch, ImportRow, SenderMapping, SheetRequest, StagedRow
from songhe.contexts.people.models.person import Household, LifeEvent, LinkCandidate, Person, PersonLink, Record
from songhe.contexts.people.models.rounds import CensusAnswer, CensusRound, Consent

__all__ = [
    "CensusAnswer",
    "CensusRound",
    "Consent",
    "Household",
    "ImportBatch",
    "ImportRow",
    "LifeEvent",
    "LinkCandidate",
    "Person",
    "PersonLink",
    "Record",
    "SenderMapping",
    "SheetRequest",
    "StagedRow",
]
