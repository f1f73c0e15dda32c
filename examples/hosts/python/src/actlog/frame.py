"""Records as a pandas DataFrame, for notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import lines
from .record import Record

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_FEW = frozenset({"Operation", "Message", "Category", "Activity", "ResultStatus", "Workload", "EntityName", "ItemType", "UserType"})
"""Columns with few values, each of them often."""

_COUNTS = frozenset({"Part", "PartCount"})


def to_pandas(records: bytes | str | Iterable[bytes | str | Mapping[str, Any]]) -> DataFrame:
    """A DataFrame of records: NDJSON, lines of it, or dictionaries, such as `Outcome.records` and `Filter.records` give.

    All columns of a record are there in their order, whether or not a record has them. Times are datetimes in UTC with
    microseconds (a seventh digit is cut off), ids and texts are strings, names with few values are categories, `Part` and
    `PartCount` integers, absent values NA. Columns of another profile follow, as pandas sees them.

    Raises `ImportError` where pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError("to_pandas needs pandas: pip install 'actlog[pandas]'") from error

    items = lines.lines(lines.as_bytes(records)) if isinstance(records, (bytes, str)) else records
    rows = [item if isinstance(item, Mapping) else json.loads(item) for item in items]
    frame = pandas.DataFrame.from_records(rows)
    columns = {name: _column(name, frame.get(name), len(rows)) for name in Record.__annotations__}
    others = {name: frame[name] for name in frame.columns if name not in columns}
    return pandas.DataFrame({**columns, **others})


def _column(name: str, values: Series[Any] | None, length: int) -> Series[Any]:
    import pandas

    series: Series[Any] = pandas.Series([None] * length, dtype="object") if values is None else values.astype("object")
    if name == "CreationTime":
        return _times(series)
    if name in _FEW:
        return series.astype("string").astype("category")
    if name in _COUNTS:
        return series.astype("Int32")
    return series.astype("boolean" if name == "ParametersWithheld" else "string")


def _times(series: Series[Any]) -> Series[Any]:
    """pandas' own parser takes nanoseconds in some versions, and no year 1 or 9999 then."""
    import numpy
    import pandas

    microseconds = len("2024-03-04T07:00:00.123456")
    cut = [text.removesuffix("Z")[:microseconds] if isinstance(text, str) else "NaT" for text in series]
    return pandas.Series(numpy.array(cut, dtype="datetime64[us]"), index=series.index).dt.tz_localize("UTC")
