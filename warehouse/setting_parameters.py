"""Changing a parameter: checked, one commit, with everything that depends on it made anew in that commit."""

from __future__ import annotations

from datetime import date

import duckdb

from warehouse import marts, parameters
from warehouse.errors import BadDay, NoReason, ParameterUnchanged
from warehouse.lake import Lake


def set_parameter(
    lake: Lake, name: str, value: str, *, reason: str, author: str, valid_from: date | None = None
) -> int:
    """Set one parameter; give the new version.

    Args:
        lake: where.
        name: the parameter.
        value: the value as text; `none` takes a value away where there may be none.
        reason: why, in words; readers see it beneath every chart that the change concerns.
        author: who.
        valid_from: the day at which charts mark the change; today, unless an earlier one is given.

    Raises:
        UnknownParameter, BadParameter, BadDay, NoReason, ParameterUnchanged: nothing was changed.
        LakeError: as for every commit.
    """
    rule = parameters.parameter_rule(name)
    new = rule.read(value)
    if not reason.strip() or not author.strip():
        raise NoReason(name)
    now = lake.now()
    day = valid_from or now.date()
    if not parameters.FIRST_DAY <= day <= now.date():
        raise BadDay(day)

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        old = parameters.in_force(cursor)[name]
        if old == new:
            raise ParameterUnchanged(f"{name} = {parameters.text_of(old)}")
        row = {
            "name": name,
            "value": parameters.text_of(new),
            "previous": parameters.text_of(old),
            "valid_from": day,
            "now": now,
            "author": author.strip(),
            "reason": reason.strip(),
        }
        parameters.record(cursor, row)
        if rule.rebuilds:
            marts.rebuild(cursor, rule.rebuilds)

    with lake.writer_lock():
        lake.commit(work, author=author.strip(), message=f"parameter {name} = {parameters.text_of(new)}")
    return lake.version()
