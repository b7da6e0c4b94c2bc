#!/bin/sh
# Sees to it that the browser tests find a Chromium: one that is there, the system's package, or Playwright's own.
# Fails only in CI: elsewhere the other tests run all the same, and the browser tests say why they are skipped.
set -u

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then exit 0; fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium and a Chinese font for the browser tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq >/dev/null &&
        apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; then
        exit 0
    fi
fi

if .venv/bin/python -m playwright install chromium; then exit 0; fi
echo "No Chromium could be found or installed: install one, then run the same command again." >&2
if [ -n "${CI:-}" ]; then exit 1; fi
