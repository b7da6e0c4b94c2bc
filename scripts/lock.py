"""Writes requirements.txt and requirements-dev.txt, so that every machine installs the same versions.

Assumes that it runs in the project's environment: it installs the direct dependencies of pyproject.toml there, then
notes the versions of everything that they pull in. The locks are for Linux; other systems may need a package more.
"""

import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
Installed = dict[str, Distribution]

HEADER = "# Written by `make lock` from pyproject.toml; do not edit by hand.\n"


def main() -> None:
    """Install what pyproject.toml names and write both locks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, development = project["dependencies"], project["optional-dependencies"]["dev"]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *runtime, *development], check=True)
    installed: Installed = {canonicalize_name(found.metadata["Name"]): found for found in distributions()}
    needed = _closure(runtime, installed)
    extra = {name: why for name, why in _closure(development, installed).items() if name not in needed}
    (ROOT / "requirements.txt").write_text(HEADER + _lines(needed, installed), encoding="utf-8")
    (ROOT / "requirements-dev.txt").write_text(HEADER + "-r requirements.txt\n" + _lines(extra, installed), "utf-8")


def _closure(direct: list[str], installed: Installed) -> dict[str, set[str]]:
    """Return every package that the direct ones need, each with the packages that ask for it (empty: we do)."""
    reasons: dict[str, set[str]] = {}
    waiting = [(Requirement(line), "") for line in direct]
    while waiting:
        requirement, parent = waiting.pop()
        name = canonicalize_name(requirement.name)
        seen = name in reasons
        reasons.setdefault(name, set()).add(parent)
        if not seen:
            wanted = (Requirement(line) for line in installed[name].requires or [])
            waiting += [(need, name) for need in wanted if _applies(need, requirement.extras)]
    return reasons


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": e}) for e in ("", *extras))


def _lines(packages: dict[str, set[str]], installed: Installed) -> str:
    """Return one pinned line a package: the direct ones first, then the others with who asked for them."""
    pins = {name: f"{installed[name].metadata['Name']}=={installed[name].version}" for name in sorted(packages)}
    direct = [pins[name] for name in pins if "" in packages[name]]
    pulled_in = [
        f"{pins[name]:<40} # via {', '.join(sorted(packages[name]))}" for name in pins if "" not in packages[name]
    ]
    return "\n# Direct\n" + "\n".join(direct) + "\n\n# Pulled in by them\n" + "\n".join(pulled_in) + "\n"


if __name__ == "__main__":
    main()
