"""What the linkage engine is measured with: departments with known errors, FEBRL4, splink, and recordlinkage beside it."""
