"""Opening a page must not wait for heavy libraries: they load when a figure or an upload needs them.

The import statements of `app.py` and of every page are carried out in a fresh interpreter, without the rest of those
scripts, which would need a running server. What they pull in is compared with what bare Streamlit loads.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
SCREEN = re.compile(r"\bexports\b|\bpages\b(?!\.shared)")
HEAVY = ("great_expectations", "scipy.stats", "statsmodels")

LOADED_AFTER = "import json, sys\nimport streamlit\n{imports}\nprint(json.dumps(sorted(sys.modules)))"


def top_level_imports(script: Path) -> list[str]:
    tree = ast.parse(script.read_text(encoding="utf-8"))
    return [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def modules_after(imports: list[str]) -> set[str]:
    code = LOADED_AFTER.format(imports="\n".join(imports))
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def bare() -> set[str]:
    return modules_after([])


@pytest.fixture(scope="module")
def everything() -> set[str]:
    if not SCRIPTS[0].exists():
        pytest.skip("app.py is not written yet")
    return modules_after([line for script in SCRIPTS for line in top_level_imports(script)])


@pytest.mark.parametrize("heavy", HEAVY)
def test_opening_the_dashboard_leaves_it_unloaded(everything: set[str], heavy: str) -> None:
    assert not [name for name in everything if name == heavy or name.startswith(f"{heavy}.")]


def test_pandas_is_loaded_no_further_than_streamlit_does(bare: set[str], everything: set[str]) -> None:
    assert {name for name in everything - bare if name.split(".")[0] == "pandas"} == set()


def test_no_page_script_lies_where_streamlit_would_run_it_without_the_front_door() -> None:
    assert list((ROOT / "pages").glob("*.py")) == []


def test_the_front_door_names_screens_by_path_and_imports_none() -> None:
    if not SCRIPTS[0].exists():
        pytest.skip("app.py is not written yet")
    imports = [line for line in top_level_imports(SCRIPTS[0]) if SCREEN.search(line)]
    assert imports == []


WATCHED = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy._core":
            print("threads", os.environ.get("OPENBLAS_NUM_THREADS"))
sys.meta_path.insert(0, Watch())
import importlib
importlib.import_module(sys.argv[1])
import numpy
"""


@pytest.mark.parametrize("room", ["metrics", "exports", "pages.shared.desk"])
def test_numpy_is_loaded_with_one_thread(room: str) -> None:
    """Its own threads wait for each other by turning round, and add in another order on another machine."""
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, room], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["threads", "1"]
