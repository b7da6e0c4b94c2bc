"""The command line of this room: list the catalogue, show one figure, print the parameters.

`--to` is inclusive for people; inside, periods are half-open. `--json` prints one object on standard output,
errors go to standard error as one sentence. Exit status: 0 done, 2 wrong usage, 3 the warehouse cannot answer.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

from metrics.definitions import catalogue, indicator
from metrics.errors import MetricError
from metrics.parameter_table import parameters, table_of_parameters
from metrics.periods import DAY
from metrics.showing import default_period, show
from metrics.table import table_of
from metrics.types import Result, Scope, Warehouse, plain
from warehouse import LakeError, open_lake, text_of

DONE, WRONG_USAGE, NO_WAREHOUSE = 0, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and return its exit status."""
    given = parser().parse_args(arguments)
    try:
        return int(given.command(given))
    except MetricError as error:
        print(error.sentence(), file=sys.stderr)
        return WRONG_USAGE
    except LakeError as error:
        print(error.sentence(), file=sys.stderr)
        return NO_WAREHOUSE


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    program = argparse.ArgumentParser(prog="python -m metrics", description="The figures, without a browser.")
    commands = program.add_subparsers(required=True, metavar="{list,show,parameters}")
    listing = commands.add_parser("list", help="name every indicator of the catalogue")
    listing.add_argument("--json", action="store_true", help="print one JSON object")
    listing.set_defaults(command=_list)
    showing = commands.add_parser("show", help="show one indicator")
    showing.set_defaults(command=_show)
    showing.add_argument("name", help="id of the indicator, as in `list`")
    _add_scope(showing)
    for option in option_names():
        showing.add_argument(f"--{option.replace('_', '-')}", help=_owners(option))
    showing.add_argument("--json", action="store_true", help="print one JSON object")
    numbers = commands.add_parser("parameters", help="the numbers that figures are made with, and who set them")
    numbers.add_argument("--version", type=int, help="data version; default: the newest")
    numbers.add_argument("--json", action="store_true", help="print one JSON object")
    numbers.set_defaults(command=_parameters)
    return program


def option_names() -> list[str]:
    """Return the names of every indicator's parameters, each once."""
    return list(dict.fromkeys(name for entry in catalogue().values() for name in entry.parameters))


def _add_scope(showing: argparse.ArgumentParser) -> None:
    showing.add_argument("--from", dest="start", type=_date, help="first day; default: the last complete week")
    showing.add_argument("--to", dest="end", type=_date, help="last day, inclusive")
    showing.add_argument("--compare", default="yoy", choices=["yoy", "previous", "none"], help="what to compare with")
    showing.add_argument(
        "--alignment",
        default="aligned",
        choices=["aligned", "calendar"],
        help="against last year: comparable days, or the same dates",
    )
    showing.add_argument("--by", default="city", choices=["city", "district", "station"], help="one row for each")
    showing.add_argument("--district", action="append", default=[], help="district code; may be repeated")
    showing.add_argument("--station", action="append", default=[], help="station code; may be repeated")
    showing.add_argument("--category", action="append", default=[], help="standard class; may be repeated")
    showing.add_argument("--version", type=int, help="data version; default: the newest")


def _owners(option: str) -> str:
    """Return which indicators have a parameter, and its values."""
    owners = [entry for entry in catalogue().values() if option in entry.parameters]
    values = ", ".join(map(str, owners[0].parameters[option].values))
    return f"of {', '.join(entry.id for entry in owners)}: {values}"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(MetricError("bad_date", text).sentence()) from None


def _list(given: argparse.Namespace) -> int:
    entries = [entry.to_json() for entry in sorted(catalogue().values(), key=lambda entry: entry.row)]
    if given.json:
        _print_json({"indicators": entries})
    else:
        columns = [
            [e["plan_row"], e["tier"], e["id"], e["name"]["en"], e["name"]["zh"], e["unit"], ", ".join(e["levels"])]
            for e in entries
        ]
        print(table_of(["row", "tier", "id", "name", "名称", "unit", "levels"], columns))
    return DONE


def _show(given: argparse.Namespace) -> int:
    entry = indicator(given.name)
    entry.options(_chosen(given))
    lake = open_lake()
    result = show(lake, given.name, scope_of(given, lake), **_chosen(given))
    if given.json:
        _print_json(result.to_json())
    else:
        print(as_text(result))
    return DONE


def _parameters(given: argparse.Namespace) -> int:
    lake = open_lake()
    version = lake.version() if given.version is None else given.version
    lines = table_of_parameters(parameters(lake, version))
    if given.json:
        _print_json({"data_version": version, "parameters": [{k: plain(v) for k, v in line.items()} for line in lines]})
        return DONE
    columns = ["parameter", "value", "unit", "default", "allowed", "since", "author", "reason"]
    cells = [
        [
            line["parameter"],
            text_of(line["value"]),
            line["unit"],
            text_of(line["default"]),
            line["allowed"],
            str(line["since"] or ""),
            line["author"] or "",
            line["reason"] or "",
        ]
        for line in lines
    ]
    print(table_of(columns, cells))
    return DONE


def _chosen(given: argparse.Namespace) -> dict[str, object]:
    """Return the indicator's parameters that were typed."""
    return {option: getattr(given, option) for option in option_names() if getattr(given, option) is not None}


def scope_of(given: argparse.Namespace, lake: Warehouse) -> Scope:
    """Return the scope that was typed; without dates the last complete week in the data, or its last days.

    Raises:
        MetricError: only one date was given, or there are no alerts.
    """
    if (given.start is None) != (given.end is None):
        raise MetricError("half_period", given.start or given.end)
    if given.start is None:
        found = default_period(lake, given.version)
        if found is None:
            raise MetricError("no_days")
        start, end = found
    elif given.end >= date.max:
        raise MetricError("bad_date", given.end)
    else:
        start, end = given.start, given.end + DAY
    return Scope(
        start=start,
        end=end,
        comparison=given.compare,
        by=given.by,
        districts=tuple(given.district),
        stations=tuple(given.station),
        groups=tuple(given.category),
        version=given.version,
        alignment=given.alignment,
    )


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, allow_nan=False))


def as_text(result: Result) -> str:
    """Return a result as a table for people, with its notes beneath."""
    shape = result.to_json()
    base = " – ".join(shape["base_period"]) if shape["base_period"] else "–"
    head = (
        f"{result.indicator}  {' – '.join(shape['period'])}  against {base}  definition {result.definition_text}  "
        f"data version {result.data_version}"
    )
    columns = [
        "unit",
        "name",
        "value",
        "numerator",
        "denominator",
        "base",
        "change",
        "interval",
        "verdict",
        "suppressed",
    ]
    lines = [
        [
            row.unit,
            row.name_en or row.name_zh,
            _figure(row.value),
            _figure(row.numerator),
            _figure(row.denominator),
            _figure(row.base_numerator),
            _figure(row.change),
            " … ".join(_figure(limit) for limit in row.interval) if row.interval else "",
            row.verdict or "",
            row.suppressed or "",
        ]
        for row in result.rows
    ]
    notes = [f"note: {json.dumps(note, ensure_ascii=False)}" for note in shape["notes"]]
    notes += [f"{row.unit}: {', '.join(note.code for note in row.notes)}" for row in result.rows if row.notes]
    return "\n".join([head, table_of(columns, lines), *notes])


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:,.0f}"
