"""One module a benchmark. Each has ORDER (its place in the table) and `run(run: Run) -> list[Figure]`; a new one is found by itself."""
