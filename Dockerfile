# One image for pages, API and worker. NOT RUN by its authors: they had no container runtime; a test reads it and compose.yaml for what
# can be checked without one (tests/house/test_containers.py). Tell us what you had to change.
#
# Building needs the package registries (Debian, PyPI, npm); running needs no internet at all.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /songhe
COPY pyproject.toml README.md ./
COPY requirements/run.lock requirements/run.lock
RUN python -m venv .venv && .venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements/run.lock
COPY src src
COPY packs packs
COPY tools tools
RUN .venv/bin/python tools/build_assets.py && rm -rf src/songhe/web/assets/node_modules
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.11-slim-bookworm
# Fonts for letters and reports; tini ends the processes in order.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-noto-cjk fontconfig tini && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /songhe --shell /usr/sbin/nologin songhe && mkdir -p /var/lib/songhe/keys && chown -R songhe:songhe /var/lib/songhe
WORKDIR /songhe
COPY --from=build /songhe /songhe
ENV PATH=/songhe/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SONGHE_VAR=/var/lib/songhe SONGHE_PACKS=/songhe/packs NUMBA_CACHE_DIR=/var/lib/songhe/numba
USER songhe
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn", "songhe.project.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "4", "--timeout", "120", "--preload"]
