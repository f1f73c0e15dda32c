from __future__ import annotations

import builtins
import json
from typing import Any

import pandas
import pytest
from conftest import event, large

from actlog import Filter, Record, to_pandas

TYPES = {"string": str, "integer": int}


def test_record_has_the_columns_of_the_schema_in_their_order(shared: Filter) -> None:
    properties = shared.schema("record")["properties"]
    assert list(properties) == list(Record.__annotations__)


def test_parsed_records_have_the_types_of_the_schema(shared: Filter) -> None:
    properties = shared.schema("record")["properties"]
    events = [event("Create", EntityName="account", UserType=5, Fields=[{"Name": "a", "Value": 1}]), large(9000)]
    for record in shared.records(events, parsed=True):
        for name, value in record.items():
            assert isinstance(value, TYPES[properties[name]["type"]])


def test_frame_has_sensible_types(shared: Filter) -> None:
    user = "9A67B8BE-2DE0-EE11-9A8B-000D3AE26657"
    events = [
        event("Create", EntityName="account", CreationTime="2024-03-04T07:00:00.2011117Z", UserId=user, UserType=5),
        event("Retrieve"),
        event("Update", CreationTime="0001-01-01T00:00:00Z"),
        event("Update", CreationTime="9999-12-31T23:59:59.9999999Z"),
    ]
    outcome = shared.audit(b"".join(events))
    assert outcome.recorded == 4
    frame = to_pandas(outcome.records)
    assert list(frame.columns) == list(Record.__annotations__) and len(frame) == 4
    assert str(frame["CreationTime"].dtype) == "datetime64[us, UTC]"
    assert frame["CreationTime"][0] == pandas.Timestamp("2024-03-04T07:00:00.201111Z") and frame["CreationTime"].isna()[1]
    assert frame["CreationTime"][2].year == 1 and frame["CreationTime"][3].year == 9999
    assert isinstance(frame["UserId"][0], str) and frame["UserId"][0] == user.lower() and frame["UserId"].isna()[1]
    assert frame["Category"].dtype == "category" and frame["Category"].value_counts()["Update"] == 2
    assert frame["Part"].dtype == "Int32" and frame["Part"].sum() == 4
    assert frame["ParametersWithheld"].dtype == "boolean" and frame["ParametersWithheld"].isna().all()


def test_frame_of_every_form_of_records_is_the_same(shared: Filter) -> None:
    events = [event("Create", EntityName="account"), large(9000), event("Retrieve", ClientIP="192.0.2.7")]
    frame = to_pandas(shared.records(events))
    outcome = shared.audit(b"".join(events))
    for form in (shared.records(events, parsed=True), outcome.records, outcome.records.decode(), iter(outcome.records.splitlines())):
        pandas.testing.assert_frame_equal(to_pandas(form), frame)


def test_frame_of_nothing_has_the_columns_and_types() -> None:
    frame = to_pandas(b"")
    assert list(frame.columns) == list(Record.__annotations__) and len(frame) == 0
    assert str(frame["CreationTime"].dtype) == "datetime64[us, UTC]"


def test_frame_keeps_columns_of_another_profile() -> None:
    frame = to_pandas([json.dumps({"Id": "x", "RecordType": 21})])
    assert frame["RecordType"][0] == 21 and frame["Id"][0] == "x"


def test_frame_without_pandas_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without_pandas(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "pandas":
            raise ModuleNotFoundError(name)
        return original(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_pandas)
    with pytest.raises(ImportError, match=r"pip install 'actlog\[pandas\]'"):
        to_pandas(b"")
