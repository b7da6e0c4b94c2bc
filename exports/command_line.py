"""The command line of this room: make the week's package, compare two, verify one, list what is there.

`--json` prints one object on standard output, a refusal too; words go to standard error. Exit status: 0 done, 1 refused
with the reason (or a package that is not genuine), 2 wrong usage, 3 busy, or the warehouse or the folder out of reach,
4 made, but the mail was not sent.
"""

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from exports import mail
from exports.building import FORMATS, LANGUAGES, Made, weekly
from exports.comparing import compare, opened
from exports.errors import ExportError, refusal
from exports.shelf import LOG, keep, listed, shelf
from exports.telling import compared_lines, verified_lines
from exports.verifying import verify
from exports.weeks import newest_week
from metrics import MetricError
from warehouse import CatalogueMissing, LakeError, ReadOnly, VersionExpired, open_lake
from wording import Words

DONE, REFUSED, WRONG_USAGE, OUT_OF_REACH, NOT_MAILED = 0, 1, 2, 3, 4
UNREACHABLE = ("busy", "cannot_list", "cannot_write")
NOT_WHOLLY = ("failed", "partly")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and return its exit status."""
    given = parser().parse_args(arguments)
    try:
        return int(given.command(given))
    except ExportError as error:
        _refuse(given, error)
        return WRONG_USAGE if error.code == "bad_format" else OUT_OF_REACH if error.code in UNREACHABLE else REFUSED
    except LakeError as error:
        _refuse(given, error)
        return REFUSED if isinstance(error, VersionExpired) else OUT_OF_REACH
    except MetricError as error:
        _refuse(given, error)
        return REFUSED


def _refuse(given: argparse.Namespace, error: ExportError | LakeError | MetricError) -> None:
    print(error.sentence(), file=sys.stderr)
    if given.json:
        print(json.dumps(refusal(error), ensure_ascii=False))


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    program = argparse.ArgumentParser(prog="python -m exports", description="The week as a package of files.")
    commands = program.add_subparsers(required=True, metavar="{weekly,compare,verify,list}")
    making = commands.add_parser("weekly", help="make the package of a week")
    making.set_defaults(command=_weekly)
    making.add_argument("--week", type=_date, help="any day of the week; default: the last complete week")
    making.add_argument("--version", type=int, help="data version; default: the newest one that brought data")
    making.add_argument("--out", type=Path, help="folder for the package; default: JICENG_SNAPSHOTS or data/snapshots")
    making.add_argument("--formats", default=",".join(FORMATS), help=f"any of {','.join(FORMATS)}")
    making.add_argument("--language", default="both", choices=list(LANGUAGES), help="of the report and workbook")
    making.add_argument(
        "--keep", type=_weeks, metavar="N", help="remove the packages of all but the newest N weeks and this one"
    )
    making.add_argument("--mail", action="store_true", help="send it as JICENG_MAIL_TO and the like say")
    making.add_argument("--author", default=None, help="who pins the data version; default: the account")
    making.add_argument("--json", action="store_true", help="print one JSON object")
    comparing = commands.add_parser("compare", help="what changed between two packages, and through which batches")
    comparing.set_defaults(command=_compare)
    comparing.add_argument("old", type=Path, metavar="OLD", help="folder or ZIP")
    comparing.add_argument("new", type=Path, metavar="NEW", help="folder or ZIP")
    comparing.add_argument("--json", action="store_true", help="print one JSON object")
    verifying = commands.add_parser("verify", help="is a package genuine: checksums, and figures counted again")
    verifying.set_defaults(command=_verify)
    verifying.add_argument("package", type=Path, metavar="PACKAGE", help="folder or ZIP")
    verifying.add_argument("--json", action="store_true", help="print one JSON object")
    listing = commands.add_parser("list", help="name the packages that are there")
    listing.set_defaults(command=_list)
    listing.add_argument("--out", type=Path, help="their folder; default: JICENG_SNAPSHOTS or data/snapshots")
    listing.add_argument("--json", action="store_true", help="print one JSON object")
    return program


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(ExportError("bad_date", text).sentence()) from None


def _weeks(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(ExportError("bad_weeks", text).sentence())


def _weekly(given: argparse.Namespace) -> int:
    folder = given.out or shelf()
    told: dict[str, Any] = {"week": given.week.isoformat() if given.week else None}
    try:
        lake = open_lake()
        made = weekly(
            lake,
            given.week or newest_week(lake, given.version),
            folder,
            version=given.version,
            formats=[name for name in given.formats.split(",") if name],
            language=given.language,
            author=given.author or _account(),
        )
        told = made.to_json() | {"removed": []}
        if given.mail:
            told |= _mailed(folder, made)
        if given.keep:
            told["removed"] = keep(folder, given.keep, made.name)
    except (ExportError, LakeError, MetricError) as error:
        _log(folder, told | {"status": "refused", "reason": error.sentence()})
        raise
    _log(folder, told)
    for warning in told["warnings"]:
        print(f"{warning['file']}: {warning['sentence']}", file=sys.stderr)
    print(json.dumps(told, ensure_ascii=False) if given.json else f"{told['status']}: {told['zip']}")
    return NOT_MAILED if told.get("mailed") in NOT_WHOLLY else DONE


def _mailed(folder: Path, made: Made) -> dict[str, str]:
    """Send the package, once; a mail that fails is told, tried again by the next run, and undoes nothing."""
    if not mail.is_on():
        return {"mailed": "off"}
    if made.status == "unchanged" and _was_mailed(folder, made.name):
        return {"mailed": "before"}
    try:
        refused = mail.send(made)
        error = ExportError("mail_partly", ", ".join(refused)) if refused else None
    except ExportError as failed:
        refused, error = [], failed
    if error is None:
        return {"mailed": "sent"}
    print(f"The package is made. {error.sentence()}", file=sys.stderr)
    return {"mailed": "partly" if refused else "failed", "mail_reason": error.sentence()}


def _was_mailed(folder: Path, name: str) -> bool:
    """Return whether the log says that a package went out; lines that are none are left alone."""
    try:
        lines = (folder / LOG).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    runs = []
    for line in lines:
        with suppress(ValueError):
            runs.append(json.loads(line))
    of_package = [run.get("mailed") for run in runs if isinstance(run, dict) and run.get("package") == name]
    return any(mailed in ("sent", "partly") for mailed in of_package)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "exports"


def _log(folder: Path, told: dict[str, Any]) -> None:
    """Write one line about a run; a log that cannot be written stops nothing."""
    line = {"at": datetime.now().astimezone().isoformat(timespec="seconds")} | told
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _compare(given: argparse.Namespace) -> int:
    try:
        lake = open_lake()
    except (CatalogueMissing, ReadOnly) as error:  # packages of one week can be compared without it
        print(error.sentence(), file=sys.stderr)
        lake = None
    found = compare(opened(given.old), opened(given.new), lake)
    if given.json:
        print(json.dumps(found.to_json(), ensure_ascii=False, default=str, allow_nan=False))
    else:
        print("\n".join(compared_lines(Words("en"), found)))
    return DONE


def _verify(given: argparse.Namespace) -> int:
    found = verify(open_lake(), given.package)
    if given.json:
        print(json.dumps(found.to_json(), ensure_ascii=False, default=str, allow_nan=False))
    else:
        print("\n".join(verified_lines(Words("en"), found)))
    return DONE if found.is_genuine else REFUSED


def _list(given: argparse.Namespace) -> int:
    found = [
        {
            "package": package.name,
            "week": package.week.isoformat(),
            "data_version": package.data_version,
            "figures": package.figures,
            "zip": str(package.archive),
            "bytes": package.bytes,
        }
        for package in listed(given.out)
    ]
    if given.json:
        print(json.dumps({"packages": found}, ensure_ascii=False))
    else:
        for entry in found:
            print("  ".join(str(entry[name]) for name in ("week", "data_version", "figures", "zip")))
    return DONE
