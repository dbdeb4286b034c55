"""Which rows of a department's file mean somebody who is known already, and why. The doors: `link`, `normalise_address`, `usable_digits`."""

from songhe.engines.matching.address import Gazetteer, Place, normalise_address
from songhe.engines.matching.id_digits import usable_digits
from songhe.engines.matching.linking import LinkSettings, link
from songhe.engines.matching.names import plain_name

__all__ = ["Gazetteer", "LinkSettings", "Place", "link", "normalise_address", "plain_name", "usable_digits"]
