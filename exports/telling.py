"""Comparisons and verifications as sentences, the same on the command line and on the page."""

from exports.causes import Cause
from exports.report.changed import cause, changed, table
from exports.report.model import Table
from exports.revisions import Revisions
from exports.verifying import Verified
from wording import Words

LISTED = 200


def verdict(say: Words, found: Verified) -> str:
    """Return what a verification found, in one sentence."""
    return say.of(
        "verified",
        found.outcome,
        version=found.data_version,
        package=found.name,
        n=say.number(found.differing),
        compared=say.number(found.compared),
        files=say("say.comma").join(say.of("verified_file", what, file=file) for file, what in found.files.items()),
    )


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
    lines = [block for block in changed(say, found) if isinstance(block, str)]
    if len(found.changed):
        lines += ["  ".join(cell.text for cell in row if cell.text) for row in compared_table(say, found).rows]
    return lines


def compared_table(say: Words, found: Revisions) -> Table:
    """Return the changed figures as a table, worst first."""
    return table(say, found, LISTED)


def causes_told(say: Words, found: list[Cause]) -> list[str]:
    """Return each batch with what it brought."""
    return [cause(say, one) for one in found]
