"""Every question this context answers."""
