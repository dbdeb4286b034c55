"""Who stated each fact that counted at a moment: the sources that stand beside a decision."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Q

from songhe.contexts.people.models import Person, Record
from songhe.contexts.people.queries.person import stated
from songhe.contexts.people.queries.settle import Stated, settle


def sources_at(person_ids: Sequence[int], moment: dt.datetime) -> Mapping[int, Mapping[str, Stated]]:
    """For each person (number inside), variable -> the statement that counted at the moment; the household's variables are under each member."""
    homes = dict(Person.objects.filter(id__in=list(person_ids)).values_list("id", "household_id"))
    records = Record.objects.filter(Q(person_id__in=list(homes)) | Q(household_id__in=set(homes.values())), received_at__lte=moment).order_by("stated_on", "id")
    of_person, of_home = defaultdict[int, list[Record]](list), defaultdict[int, list[Record]](list)
    for record in records:
        if record.person_id is not None:
            of_person[record.person_id].append(record)
        elif record.household_id is not None:
            of_home[record.household_id].append(record)
    return {person: settle(stated(of_home[home])) | settle(stated(of_person[person])) for person, home in homes.items()}
