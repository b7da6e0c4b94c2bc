"""A mapping that is misspelt is refused before a file is opened, with the words that exist; what it says is done."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from etl import UsageError, available, load_mapping
from etl.mapping import FOLDER

GOOD = """
table: alert
title: calls of a source of its own
delimiter: ";"
on_error: quarantine
date_formats: ["%d.%m.%Y %H:%M"]
fields:
  alert_id: {columns: [Jahr, Nummer], join: "-"}
  reported_at: Zeit
  station_code: {column: Revier, map: {W: "990102010000"}, default: "990101010000"}
  category_scheme: {constant: local}
  level: {column: Stufe, take: 1, missing: "?"}
  is_invalid: {column: Stufe, true_values: [X, Y]}
service_callers: ["110110110"]
categories:
  - {pattern: "^a", group: traffic}
"""
ROWS = "Jahr;Nummer;Zeit;Revier;Stufe\n2024;7;05.01.2024 08:30;W;XL\n2024;8;06.01.2024 09:00;O;\n"


def written(folder: Path, text: str) -> str:
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_mapping_of_ones_own_does_what_it_says(lake, load, tmp_path: Path):
    assert load("alert", ROWS, mapping=written(tmp_path, GOOD)).status == "committed"
    sql = "SELECT alert_id, reported_at, station_code, level, is_invalid FROM lake.alert ORDER BY 1"
    assert lake.frame(sql).rows() == [
        ("2024-7", datetime(2024, 1, 5, 8, 30), "990102010000", "X", False),
        ("2024-8", datetime(2024, 1, 6, 9), "990101010000", "?", False),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("date_formats:", "date_format:", r"date_format; it can have: table, title, .*date_formats"),
        ("  reported_at: Zeit", "  reported: Zeit", r"for the table alert, .*: reported; it can have: alert_id, "),
        ("join:", "jion:", r"the rule of alert_id has words that mean nothing here: jion"),
        ("table: alert", "table: staff", r"made for the table staff, not alert"),
        ("table: alert\n", "", r"lacks: table"),
        ("fields:", "felder:", r"mean nothing here: felder"),
        ("on_error: quarantine", "on_error: ignore", r"on_error: ignore; it can be reject or quarantine"),
        ("group: traffic", "group: Verkehr", r"no group Verkehr; there are: criminal, public_order"),
        ("group: traffic", "grup: traffic", r"a category of .* mean nothing here: grup"),
        (", group: traffic", "", r"lacks the word 'group'"),
        ('"^a"', '"(a"', r"not well-formed: missing \)"),
        ('["%d.%m.%Y %H:%M"]', '"%d.%m.%Y"', r"date_formats in .* should be a list"),
        ('["%d.%m.%Y %H:%M"]', '["%Q"]', r"the date format %Q does not say year, month and day"),
        ('["%d.%m.%Y %H:%M"]', '["%d.%m. %H:%M"]', r"does not say year, month and day"),
        ('delimiter: ";"', 'delimiter: ";;"', r"the delimiter «;;»; it must be one of the signs"),
        ("title:", "encoding: big5\ntitle:", r"the encoding big5 cannot be read"),
        ("title:", "settings: {time_zone: Mars/Olympus}\ntitle:", r"a time zone that does not exist: Mars/Olympus"),
        ("title:", "settings: {city: X}\ntitle:", r"mean nothing here: city; it can have: city_zh"),
        ("title:", "units: {districts: ['1']}\ntitle:", r"lacks the word 'district'"),
        ("title:", "events: [{id: 1}]\ntitle:", r"an event of .* mean nothing here: id"),
        ("{constant: local}", "{map: {a: b}}", r"names no column, no columns, no constant and no context"),
        ("{constant: local}", "{column: A, parse: unix}", r"parse: unix; it can be epoch_ms, epoch_s, rate, percent"),
        ("take: 1", "take: one", r"not well-formed: invalid literal"),
        ("fields:", "fields: [", r"not well-formed: while parsing"),
        (GOOD, "", r"should be a list of `word: value`"),
        (GOOD, "- a\n- b\n", r"should be a list of `word: value`"),
    ],
)
def test_a_slip_is_told_with_what_could_stand_there(tmp_path: Path, old: str, new: str, said: str):
    assert old in GOOD
    with pytest.raises(UsageError, match=said):
        load_mapping(written(tmp_path, GOOD.replace(old, new)), "alert")


def test_an_unknown_table_is_told_with_those_that_exist():
    with pytest.raises(UsageError, match=r"no table alerts; there are: district, station, .*indicator_return"):
        load_mapping("plain", "alerts")


@pytest.mark.parametrize("name", [name for name in available() if name != "plain"])
def test_every_mapping_of_the_project_is_well_formed_and_named_in_its_title(name: str):
    made_for = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))["table"]
    mapping = load_mapping(name, made_for)
    assert mapping.title != name
    filled = {rule.field for rule in mapping.fields} | ({mapping.wide.value} if mapping.wide else set())
    needed = {column.source_name for column in mapping.table.columns if column.required and not column.derived}
    by_heading = {"period_start", "period_end"} if mapping.wide and mapping.wide.period else set()
    assert needed <= filled | by_heading
    with pytest.raises(UsageError, match=f"made for the table {made_for}, not case"):
        load_mapping(name, "case")
