"""The tables of this context; private to it."""

from songhe.contexts.people.models.files import AbsentPerson, ImportBatch, ImportRow, SenderMapping, SheetRequest, StagedRow
from songhe.contexts.people.models.links import StagedLink
from songhe.contexts.people.models.person import FormerNumber, Household, LifeEvent, LinkCandidate, Person, PersonLink, Record
from songhe.contexts.people.models.rounds import CensusAnswer, CensusRound, CensusTally, Consent

__all__ = [
    "AbsentPerson",
    "CensusAnswer",
    "CensusRound",
    "CensusTally",
    "Consent",
    "FormerNumber",
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
    "StagedLink",
    "StagedRow",
]
