"""Speed and memory of the product beside openfisca-core, on one machine, over the same people and the same rules."""
