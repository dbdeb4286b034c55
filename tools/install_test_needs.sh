#!/usr/bin/env bash
# Install what the tests need beside Python: a browser, Chinese fonts, a Java runtime (for Spark). Says what it installs, skips what is there.
set -euo pipefail

needed=()
if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
  echo "songhe: browser is there: $(command -v chromium || command -v chromium-browser)"
else
  needed+=(chromium)
fi
if command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family | head -n 1)" ]; then
  echo "songhe: Chinese font is there: $(fc-list :lang=zh family | sort | head -n 1)"
else
  needed+=(fonts-noto-cjk fontconfig)
fi
if command -v java >/dev/null; then
  echo "songhe: Java is there: $(command -v java)"
else
  needed+=(default-jre-headless)
fi

if [ ${#needed[@]} -eq 0 ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "songhe: please install these with your system's package tool, then run the command again: ${needed[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "songhe: ask an administrator to run: apt-get install ${needed[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "songhe: installing ${needed[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null
