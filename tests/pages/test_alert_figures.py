"""One figure, three ways: the page, the command line, and SQL written here by itself over the facts."""

import json
from datetime import date

import pytest

import warehouse
from metrics.command_line import main
from tests.pages.conftest import Opener
from tests.pages.test_pages import texts
from wording import Words

PERIOD = "2025-10-13..2025-11-09"  # four weeks without a holiday; the base is moved by 364 days
VALID_SQL = """
SELECT
    COUNT(*) FILTER (CAST(reported_at AS DATE) BETWEEN DATE '2025-10-13' AND DATE '2025-11-09') AS now,
    COUNT(*) FILTER (CAST(reported_at AS DATE) BETWEEN DATE '2024-10-14' AND DATE '2024-11-10') AS before
FROM lake.alert
WHERE NOT COALESCE(is_deleted, FALSE)
    AND NOT COALESCE(is_nuisance, FALSE)
    AND NOT COALESCE(is_invalid, FALSE)
    AND COALESCE(link_type, 'none') = 'none'
    AND station_code LIKE $district || '%'
"""


@pytest.mark.parametrize("district", ["", "339901"])
def test_page_command_line_and_sql_agree(dashboard: Opener, small_lake, capsys, district: str) -> None:
    ((now, before),) = warehouse.open_lake(small_lake).frame(VALID_SQL, {"district": district}).rows()
    assert now > 100 and before > 100

    where = ["--district", district] if district else []
    days = ["--from", "2025-10-13", "--to", "2025-11-09"]
    assert main(["show", "alert_change", *days, *where, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["numerator"], row["base_numerator"]) == (now, before)
    assert row["change"] == pytest.approx(now / before - 1)

    filters = {"district": district} if district else {}
    app = dashboard("alert_reduction", lang="en", period=PERIOD, **filters)
    said = texts(app)
    words = Words("en")
    assert f"**Valid alerts: {words.number(now)}, {words.signed(now / before - 1)} against" in said
    assert f"From {words.number(before)} to {words.number(now)} valid alerts, {words.difference(now - before)}" in said
    classes = next(table.value for table in app.dataframe if "class" in table.value.columns)
    assert (int(classes["numerator"].sum()), int(classes["base"].sum())) == (now, before)
    assert int(classes["difference"].sum()) == now - before
    scopes = [table.value for table in app.dataframe if "class" in table.value.columns][1]
    assert (int(scopes["numerator"][0]), int(scopes["base"][0])) == (now, before)
    two = classes[classes["class"].isin(["criminal", "public order"])]
    assert int(scopes["numerator"][1]) == int(two["numerator"].sum())
    assert list(scopes["class"])[1:] == ["criminal and public order", "disputes"]


def test_districts_and_classes_add_up_to_the_city(small_lake) -> None:
    from metrics import Scope, show

    lake, scope = warehouse.open_lake(small_lake), Scope(date(2025, 10, 13), date(2025, 11, 10), by="district")
    (city,) = show(lake, "alert_change", Scope(scope.start, scope.end)).rows
    for split in ("unit", "class"):
        rows = show(lake, "alert_contributions", scope, split=split).rows
        assert sum(row.extra["difference"] for row in rows) == city.extra["difference"]
    districts = show(lake, "alert_change", scope).rows
    assert sum(row.numerator for row in districts) == city.numerator


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_page_shows_raw_and_adjusted_and_says_what_the_chart_says(dashboard: Opener, language: str) -> None:
    app = dashboard("alert_reduction", lang=language, period="52weeks")
    said, words = texts(app), Words(language)
    assert words("card.adjusted", change="").split("{")[0].strip("（() ")[:3] in said
    for figure in ("course", "rolling", "contributions_units", "contributions_classes", "funnel"):
        assert words(f"figure.{figure}") in said
    assert words.of("verdict_of", "confirmed", direction=words("say.fall")) in said


def test_a_district_alone_has_its_own_control_chart(dashboard: Opener) -> None:
    app = dashboard("alert_reduction", lang="en", district="339901", period="52weeks")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 9
