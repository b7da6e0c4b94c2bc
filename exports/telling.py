"""Comparisons and verifications as sentences, the same on the command line and on the page."""

import polars as pl

from exports.comparison import SHOWN
from exports.report.changed import rows_of, table, through
from exports.report.model import Table
from exports.revisions import Revisions
from exports.verifying import Verified
from exports.weeks import WEEK
from wording import Words

LISTED = 200


def verdict(say: Words, found: Verified) -> str:
    """Return what a verification found, in a sentence or two."""
    files = say("say.comma").join(say.of("verified_file", what, file=file) for file, what in found.files.items())
    return say.of(
        "verified",
        _outcome(found),
        as_made=say.of("verified_files", "wrong" if files else "whole", files=files),
        version=found.data_version,
        package=found.name,
        n=say.number(found.differing),
        compared=say.number(found.compared),
        files=files,
    )


def _outcome(found: Verified) -> str:
    """Return the outcome; of changed files it matters whether the figures are still right, of others who made them."""
    if found.outcome == "genuine" and not found.compared:
        return "genuine_files"
    if found.outcome == "differs" and found.is_recorded:
        return "differs_recorded"
    if found.outcome != "changed" or found.differing:
        return found.outcome
    return "changed_files" if found.compared else "changed_figures"


def verified_lines(say: Words, found: Verified) -> list[str]:
    """Return what a verification found, line by line."""
    lines = [verdict(say, found)]
    lines += [say.of("verified_file", what, file=file) for file, what in found.files.items()]
    for one in found.figures:
        name = " ".join(str(one[key]) for key in ("indicator", "comparison", "by", "unit", "category", "parameters"))
        lines.append(f"{name}: {one['before']} -> {one['after']}")
    return lines


def compared_lines(say: Words, found: Revisions) -> list[str]:
    """Return a comparison line by line, worst first."""
    lines = sentences(say, found)
    if len(found.changed):
        lines += ["  ".join(cell.text for cell in row if cell.text) for row in compared_table(say, found).rows]
    return lines


def sentences(say: Words, found: Revisions) -> list[str]:
    """Return what a comparison found: how many figures differ, and through what."""
    told = say.of(
        "compared",
        "some" if len(found.changed) else "nothing",
        period=say.period((found.week, found.week + WEEK)),
        old=found.old_version,
        new=found.new_version,
        n=say.number(found.compared),
        changed=say.number(len(found.changed)),
        shown=say.number(min(LISTED, len(found.changed))),
    )
    if found.changed.is_empty():
        return [told]
    return [told, through(say, found)]


def compared_table(say: Words, found: Revisions) -> Table:
    """Return the changed figures as a table, worst first."""
    return table(say, found, LISTED)


def compared(say: Words, found: Revisions) -> tuple[list[str], pl.DataFrame | None]:
    """Return a comparison for a page: its sentences, and the changed figures as a frame, None where there are none."""
    return sentences(say, found), as_frame(compared_table(say, found)) if len(found.changed) else None


def differing(say: Words, found: Verified) -> pl.DataFrame | None:
    """Return the figures that differ from the lake's as a frame for a page, None where none do."""
    if not found.figures:
        return None
    lines = [
        one | {f"{name}_{side}": one[side][name] for side in ("before", "after") for name in SHOWN}
        for one in found.figures
    ]
    frame = as_frame(rows_of(say, lines))
    renamed = {"before": "in_package", "after": "counted_again"}
    heads = {say.of("report_column", old): say.of("report_column", new) for old, new in renamed.items()}
    return frame.drop(say.of("report_column", "cause")).rename(heads)


def as_frame(table: Table) -> pl.DataFrame:
    """Return a table as a frame of its texts."""
    columns = {head: [row[at].text for row in table.rows] for at, head in enumerate(table.heads)}
    return pl.DataFrame(columns, schema=dict.fromkeys(table.heads, pl.String))
