"""The training page names rounds, counts the untested first, and never pools officers and auxiliaries."""

from tests.pages.conftest import Opener


def said(app) -> str:
    return "\n".join(str(part.value) for part in [*app.markdown, *app.caption])


def test_the_comparison_is_named_by_its_round_and_not_by_the_week(dashboard: Opener) -> None:
    app = dashboard("training", lang="en")
    assert not app.exception and not app.error
    text = said(app)
    assert "Round 2025-Q4 against round 2024-Q4" in text
    assert "same period last year" not in text
    assert [metric.label for metric in app.metric] == [
        "due",
        "tested",
        "not tested",
        "passed at first",
        "passed in the end",
    ]
    due, tested, untested = (int(metric.value.replace(",", "")) for metric in list(app.metric)[:3])
    assert untested == due - tested


def test_one_kind_of_staff_at_a_time_and_it_stands_in_the_address(dashboard: Opener) -> None:
    officers, auxiliaries = (dashboard("training", lang="en", kind=kind) for kind in ("officer", "auxiliary"))
    assert "Counts officers only." in said(officers) and "Counts auxiliaries only." not in said(officers)
    assert "Counts auxiliaries only." in said(auxiliaries)
    assert officers.metric[0].value != auxiliaries.metric[0].value


def test_nothing_on_the_page_links_training_with_alerts(dashboard: Opener) -> None:
    text = said(dashboard("training", lang="en")).lower()
    assert "alert" not in text.replace("alert reduction", "")
    assert "regression to the mean" in text
