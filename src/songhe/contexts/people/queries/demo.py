"""Whether anybody in this city is made up: while so, every page says 演示数据."""

from songhe.contexts.people.models import Person


def holds_demo_people() -> bool:
    """True if one person or more has an identity number that is never given out (region 000000)."""
    return Person.objects.filter(demo=True).exists()
