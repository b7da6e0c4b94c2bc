"""How data gets in: read, map, clean, validate, commit. Writes to the warehouse and knows no page."""

from etl.errors import Refusal, UsageError
from etl.load import Options, load_files
from etl.mapping import available, load_mapping
from etl.report import LoadReport

__all__ = ["LoadReport", "Options", "Refusal", "UsageError", "available", "load_files", "load_mapping"]
