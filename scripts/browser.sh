#!/bin/sh
# Sees to it that tests and reports find a Chromium and a Chinese font: those that are there, the system's packages, or
# Playwright's own browser. Fails only in CI: elsewhere everything else works all the same, and what needs them says why
# it is skipped or missing.
set -u

has_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

has_font() {
    command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]
}

packages=""
has_browser || packages="chromium"
has_font || packages="$packages fonts-noto-cjk fontconfig"
if [ -z "$packages" ]; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for tests and reports: $packages" >&2
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # the names are words of their own
    if apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends $packages >/dev/null; then exit 0; fi
fi

has_font || echo "No Chinese font could be found or installed (fonts-noto-cjk): report.pdf cannot be made." >&2
if has_browser || .venv/bin/python -m playwright install chromium; then
    if has_font || [ -z "${CI:-}" ]; then exit 0; fi
    exit 1
fi
echo "No Chromium could be found or installed: install one, then run the same command again." >&2
if [ -n "${CI:-}" ]; then exit 1; fi
