"""Where numbers are heading: a robust trend with its uncertainty, and elders ahead by age, sex and ability. Pure; no random numbers."""
