"""What is not written down does not exist: commands, make targets and columns are held against the documents.

Assumes that every command line is made with argparse and answers `--help`.
"""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("etl", "metrics", "warehouse", "exports")
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BOTH_READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")


@cache
def help_text(*words: str) -> str:
    environment = {**os.environ, "COLUMNS": "200", "LANGUAGE": "en"}
    command = [sys.executable, "-m", *words, "--help"]
    if not (ROOT / words[0] / "__main__.py").exists():
        pytest.skip(f"the command line of {words[0]} is not written yet")
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def commands(text: str) -> list[str]:
    choices = re.search(r"\{([a-z][a-z,-]*)\}", text.split("\n\n")[0])
    return choices.group(1).split(",") if choices else []


def options(text: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]+", text)) - {"--help"}


def mentioned(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


@pytest.fixture(scope="module")
def guides() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in GUIDES)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_and_option_is_documented(program: str, guides: str) -> None:
    found = commands(help_text(program))
    assert found, f"python -m {program} --help names no commands"
    missing = {f"python -m {program} {name}" for name in found if f"python -m {program} {name}" not in guides}
    for name in found:
        missing |= {f"{program} {name} {o}" for o in options(help_text(program, name)) if not mentioned(o, guides)}
    assert missing == set()


@pytest.mark.parametrize("readme", BOTH_READMES, ids=lambda path: path.name)
def test_the_make_targets_that_a_readme_names_exist(readme: Path) -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", readme.read_text(encoding="utf-8")))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"run", "test"} <= named <= targets


@pytest.mark.parametrize("readme", BOTH_READMES, ids=lambda path: path.name)
def test_the_commands_that_a_readme_names_exist(readme: Path) -> None:
    named = set(re.findall(r"python -m (\w+) ([a-z][a-z-]*)", readme.read_text(encoding="utf-8")))
    unknown = {(program, name) for program, name in named if name not in commands(help_text(program))}
    assert unknown == set()


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for guide in [*GUIDES, ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md"]:
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8"))
        broken += [f"{guide.name}: {target}" for target in targets if not (guide.parent / target).exists()]
    assert broken == []


def test_the_data_dictionary_says_what_the_tables_are() -> None:
    check = [sys.executable, "scripts/data_dictionary.py", "--check"]
    assert subprocess.run(check, cwd=ROOT, check=False).returncode == 0, "run `make dictionary`"


def test_the_guide_to_uploads_says_what_the_catalogue_says() -> None:
    check = [sys.executable, "scripts/upload_layouts.py", "--check"]
    assert subprocess.run(check, cwd=ROOT, check=False).returncode == 0, "run `make dictionary`"
