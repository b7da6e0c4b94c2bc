"""What was published, as the lake knows it: a pin for each package, with the checksum of its sums.

A package carries its own checksums, and whoever changes it can write them anew. The lake's record says which package
was made; it also keeps the data version for good.
"""

from datetime import date

import warehouse
from exports.packing import digest
from exports.weeks import WEEK, Week
from warehouse import Lake

REASON = "weekly snapshot "
"""How the pin of a published week begins; its first day follows, and the SHA-256 of the package's `SHA256SUMS`."""


def record(lake: Lake, week: Week, sums: bytes, author: str) -> None:
    """Pin the version of a package and remember its checksum; a second time changes nothing.

    Raises:
        warehouse.VersionExpired: the version is not kept any more.
    """
    warehouse.pin(lake, week.version, author=author, reason=f"{REASON}{week.start} {digest(sums)}")


def recorded(lake: Lake, start: date, version: int) -> frozenset[str]:
    """Return the checksums of the packages of a week that were made from a version."""
    pins = [pin["reason"] for pin in warehouse.pins(lake) if pin["data_version"] == version]
    parts = [reason.removeprefix(f"{REASON}{start} ") for reason in pins if reason.startswith(f"{REASON}{start} ")]
    return frozenset(parts)


def published(lake: Lake, week: Week) -> int | None:
    """Return the data version from which the week before was published last, as this version of the data knows it."""
    before = f"{REASON}{week.start - WEEK}"
    known = [pin["data_version"] for pin in warehouse.pins(lake, week.version) if pin["reason"].startswith(before)]
    return int(known[-1]) if known else None
