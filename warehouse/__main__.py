"""The command line of the warehouse: `maintain`, `backup DIR`, `restore DIR`, `set-parameter NAME VALUE`.

Exit status: 0 done, 2 wrong usage, 3 the warehouse could not be reached or is busy.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from warehouse import LakeError, RefusedParameter, backup, maintain, open_lake, restore, set_parameter
from warehouse.maintenance import KEEP_DAYS, Restored


def parser() -> argparse.ArgumentParser:
    """The command line, also for the test that every option is documented."""
    root = argparse.ArgumentParser(prog="python -m warehouse", description="Keep the warehouse small and safe.")
    commands = root.add_subparsers(dest="command", required=True)
    keep = commands.add_parser("maintain", help="fold, expire, merge and clean up")
    keep.add_argument(
        "--keep-days", type=_days, default=KEEP_DAYS, help="versions older than this expire unless pinned"
    )
    keep.add_argument("--json", action="store_true")
    commands.add_parser("backup", help="copy the lake into an empty folder").add_argument(
        "folder", type=_folder, metavar="DIR"
    )
    commands.add_parser("restore", help="put a backup in the lake's place").add_argument(
        "folder", type=_folder, metavar="DIR"
    )
    setting = commands.add_parser("set-parameter", help="change a number that figures are made with")
    setting.add_argument("name", metavar="NAME", help="as `python -m metrics parameters` lists them")
    setting.add_argument("value", metavar="VALUE", help="`none` takes a value away where there may be none")
    setting.add_argument("--reason", required=True, help="why; readers see it beneath the charts concerned")
    setting.add_argument("--author", required=True, help="who")
    setting.add_argument("--valid-from", type=date.fromisoformat, help="day that charts mark; default: today")
    setting.add_argument("--json", action="store_true")
    return root


def _days(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a number of days. Write a whole number, 1 or more.")


def _folder(text: str) -> Path:
    if text.strip():
        return Path(text)
    raise argparse.ArgumentTypeError("the name of the folder is empty. Name a folder.")


def _set(chosen: argparse.Namespace) -> str:
    version = set_parameter(
        open_lake(),
        chosen.name,
        chosen.value,
        reason=chosen.reason,
        author=chosen.author,
        valid_from=chosen.valid_from,
    )
    if chosen.json:
        return json.dumps({"parameter": chosen.name, "value": chosen.value, "data_version": version})
    return f"{chosen.name} is {chosen.value}; the data version is {version}. Older versions keep the value they had."


def _restored(done: Restored) -> str:
    kept = f"; what was there is kept as {done.replaced}" if done.replaced else ""
    return f"The backup is in place at {done.home}{kept}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give the exit status."""
    chosen = parser().parse_args(arguments)
    try:
        if chosen.command == "maintain":
            done = maintain(open_lake(), keep_days=chosen.keep_days)
            said = json.dumps(done.to_json()) if chosen.json else (
                f"Expired {done.versions_expired} versions and {done.quarantined_deleted} quarantined cells; "
                f"the data version is {done.data_version}."
            )  # fmt: skip
            print(said)
        elif chosen.command == "set-parameter":
            print(_set(chosen))
        elif chosen.command == "backup":
            print(f"The lake is copied to {backup(open_lake(), chosen.folder)}. Keep the secret key apart from it.")
        else:
            print(_restored(restore(chosen.folder)))
    except RefusedParameter as error:
        print(f"warehouse: {error.sentence()}", file=sys.stderr)
        return 2
    except LakeError as error:
        print(f"warehouse: {error.sentence()}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
