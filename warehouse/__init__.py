"""The lake: connection, tables, versions, batches, undo, maintenance. Imports no other room."""

from warehouse.batches import (
    BatchRecord,
    Committed,
    Quarantined,
    Undone,
    commit_batch,
    find_loaded,
    list_batches,
    undo_batch,
)
from warehouse.errors import (
    BatchUndone,
    Busy,
    CatalogueDamaged,
    CatalogueMissing,
    Conflict,
    DiskFull,
    ExtensionMissing,
    LakeError,
    LakeMoved,
    SchemaNewer,
    UnknownBatch,
    VersionExpired,
    WrongKey,
)
from warehouse.lake import Lake, lake_exists, open_lake
from warehouse.maintenance import backup, maintain, pin, restore
from warehouse.outlines import outlines, write_outlines
from warehouse.schema import Column, Table, system_tables, table, tables

__all__ = [
    "BatchRecord",
    "BatchUndone",
    "Busy",
    "CatalogueDamaged",
    "CatalogueMissing",
    "Column",
    "Committed",
    "Conflict",
    "DiskFull",
    "ExtensionMissing",
    "Lake",
    "LakeError",
    "LakeMoved",
    "Quarantined",
    "SchemaNewer",
    "Table",
    "Undone",
    "UnknownBatch",
    "VersionExpired",
    "WrongKey",
    "backup",
    "commit_batch",
    "find_loaded",
    "lake_exists",
    "list_batches",
    "maintain",
    "open_lake",
    "outlines",
    "pin",
    "restore",
    "system_tables",
    "table",
    "tables",
    "undo_batch",
    "write_outlines",
]
