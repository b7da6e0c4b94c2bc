"""The week as a report: what it says (`content`), and how that becomes a workbook, a page and a printable file."""
