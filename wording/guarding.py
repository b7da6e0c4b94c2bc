"""Text that no spreadsheet takes for a formula: a name in the data must never become a command."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def guarded(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; what is not text comes back as it is."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_STARTS):
        return "'" + cell
    return cell
