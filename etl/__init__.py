"""How data gets in: read, map, clean, validate, commit. Writes to the warehouse and knows no page."""

from etl.errors import FileRefused, Refusal, UsageError, mask, sentence
from etl.load import Options, load_files
from etl.mapping import available, load_mapping, source_fields
from etl.prepare import Prepared
from etl.reading import Choice, FoundTable, Peek, peek
from etl.report import LoadReport
from etl.saved import remembered, save_mapping
from etl.scratch import workplace
from etl.suggest import Suggestion, mapping_yaml, suggest

__all__ = [
    "Choice",
    "FileRefused",
    "FoundTable",
    "LoadReport",
    "Options",
    "Peek",
    "Prepared",
    "Refusal",
    "Suggestion",
    "UsageError",
    "available",
    "load_files",
    "load_mapping",
    "mapping_yaml",
    "mask",
    "peek",
    "remembered",
    "save_mapping",
    "sentence",
    "source_fields",
    "suggest",
    "workplace",
]  # fmt: skip
