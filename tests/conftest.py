"""Fixtures that all tests share: an environment of their own, and the public files that figures are checked against.

Assumes that the checkout stands beside `shared/`. Where that folder is missing, the tests that need it are skipped and
say so.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
TEST_SECRET = "5e" * 32
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session", autouse=True)
def _no_real_lake_or_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tests off the lake and the secret of whoever runs them; the workers share the cores already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JICENG_LAKE", str(tmp_path_factory.mktemp("no-lake")))
        patch.setenv("JICENG_KEY", TEST_SECRET)
        patch.setenv("JICENG_THREADS", "1")
        patch.delenv("JICENG_KEY_FILE", raising=False)
        patch.delenv("JICENG_LAKE_FILES", raising=False)
        yield


def _shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs the public files in ../shared/{'/'.join(parts)}, which are not here")
    return path


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def cn_110_public() -> Path:
    return _shared("data", "cn_110_public")


@pytest.fixture(scope="session")
def san_antonio_files() -> list[Path]:
    return sorted(_shared("data", "san_antonio_calls").glob("*.csv"))


@pytest.fixture(scope="session")
def milwaukee_files() -> list[Path]:
    return sorted(_shared("data", "milwaukee_calls").glob("*.csv"))


@pytest.fixture(scope="session")
def san_diego_folder() -> Path:
    return _shared("data", "san_diego_calls")


@pytest.fixture(scope="session")
def new_york_exams_file() -> Path:
    return _shared("data", "nyc_exams_by_unit", "math_test_results_2006_2009.csv")


@pytest.fixture(scope="session")
def chinese_110_folder() -> Path:
    return _shared("data", "cn_110_public")


@pytest.fixture(scope="session")
def gbk_folder() -> Path:
    return _shared("data", "nbs_gbk_exports")


@pytest.fixture(scope="session")
def saps_folder() -> Path:
    return _shared("data", "saps_station_year")


@pytest.fixture(scope="session")
def reference_values() -> Path:
    return _shared("reference_values")


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """Path of a browser on this machine; None leaves the choice to Playwright's own."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)
