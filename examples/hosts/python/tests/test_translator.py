"""The translator. What becomes of exchanges is held by tests/exchanges; here is what is this package's own."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import ORGANIZATION

from actlog import (
    Body,
    Filter,
    FilterClosed,
    FilterFault,
    HttpAnswer,
    HttpExchange,
    MetadataError,
    MetadataTooLarge,
    SettingsError,
    Translator,
    names_of,
)

SETTINGS: dict[str, Any] = {
    "organization": {"id": ORGANIZATION},
    "names": {"entity-sets": {"accounts": {"logical-name": "account", "primary-id": "accountid"}}},
}
RECORD = "10000000-0000-4000-8000-000000000001"
CREATED = HttpExchange(
    id="e-1",
    method="POST",
    target="/api/data/v9.2/accounts",
    began="2024-05-06T07:08:09Z",
    client_address="192.0.2.10",
    headers=[("Content-Type", "application/json")],
    body='{"name":"Käse"}'.encode(),
    answer=HttpAnswer(204, [("OData-EntityId", f"https://x/api/data/v9.2/accounts({RECORD})")], b""),
)
CSDL = (
    '<Edmx xmlns="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><DataServices>'
    '<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="x"><EntityType Name="account"/>'
    '<EntityContainer Name="c"><EntitySet Name="accounts" EntityType="x.account"/></EntityContainer></Schema></DataServices></Edmx>'
)


@pytest.fixture
def translator(component: Path, shared: Filter) -> Iterator[Translator]:
    with Translator(SETTINGS, component) as translator:
        yield translator


def kinds(translator: Translator, exchange: HttpExchange) -> list[str]:
    return [finding.kind for finding in translator.translate(exchange).unknown]


def test_exchange_becomes_events_that_the_filter_takes(translator: Translator, shared: Filter) -> None:
    told = translator.translate(CREATED)
    assert (told.count, [one.kind for one in told.unknown]) == (1, ["no-identity"])
    outcome = shared.audit(told.events)
    record = json.loads(outcome.records)
    assert (record["EntityName"], record["EventId"], record["ClientIP"]) == ("account", "e-1/0", "192.0.2.10")


def test_forms_of_settings_headers_and_bodies_are_the_same(translator: Translator, component: Path) -> None:
    expected = translator.translate(CREATED)
    assert isinstance(CREATED.body, bytes)
    for change in (
        {"headers": {"content-type": "application/json"}.items()},
        {"headers": iter([(b"content-type", b"application/json")])},
        {"body": Body(CREATED.body, whole=True)},
    ):
        assert translator.translate(dataclasses.replace(CREATED, **change)) == expected
    with Translator(json.dumps(SETTINGS), component) as other:
        assert other.translate(CREATED) == expected


def test_header_bytes_that_are_not_utf8_are_replaced(translator: Translator) -> None:
    told = translator.translate(dataclasses.replace(CREATED, headers=[(b"Content-Type", b"application/json"), (b"User-Agent", b"\xff")]))
    assert json.loads(told.events)["UserAgent"] == "\ufffd"


def test_exchange_without_an_answer_is_in_doubt(translator: Translator) -> None:
    asked = dataclasses.replace(CREATED, answer=None)
    assert json.loads(translator.translate(asked).events)["ResultStatus"] == "InDoubt"
    assert "no-answer" in kinds(translator, asked)


def test_body_of_which_nothing_is_known_is_a_finding(translator: Translator) -> None:
    unknown = HttpExchange("e-1", "POST", "/api/data/v9.2/accounts", headers=CREATED.headers, answer=CREATED.answer)
    assert "body-cut" in kinds(translator, unknown)


def test_body_over_the_limit_is_told_by_its_head(component: Path) -> None:
    body = b'{"name":"x","description":"y"}'
    for limit, cut in ((len(body), False), (len(body) - 1, True)):
        with Translator(SETTINGS, component, max_body_bytes=limit) as translator:
            assert ("body-cut" in kinds(translator, dataclasses.replace(CREATED, body=body))) == cut
    with pytest.raises(ValueError, match="at least 1"):
        Translator(SETTINGS, component, max_body_bytes=0)


def test_exchange_beyond_the_memory_is_a_fault_and_the_next_is_told(component: Path) -> None:
    with Translator(SETTINGS, component, memory_limit=4 << 20) as translator:
        large = dataclasses.replace(CREATED, headers=[("A", "x" * (5 << 20))])
        with pytest.raises(FilterFault):
            translator.translate(large)
        assert translator.translate(CREATED).count == 1


def test_what_is_no_exchange_is_refused_and_the_next_is_told(translator: Translator) -> None:
    for change in ({"id": 7}, {"body": "text"}, {"headers": [("a",)]}, {"answer": HttpAnswer(65_536)}, {"id": "\ud800"}):
        with pytest.raises((TypeError, ValueError, AttributeError)):
            translator.translate(dataclasses.replace(CREATED, **change))
        assert translator.translate(CREATED).count == 1


def test_settings_that_are_wrong_are_all_named(component: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Translator({"organization": {"id": "x"}, "trusted-proxies": 2}, component)
    assert sorted(problem.path for problem in caught.value.problems) == ["organization.id", "trusted-proxies"]


def test_translator_serves_threads_and_is_closed_once(component: Path) -> None:
    with Translator(SETTINGS, component) as translator, ThreadPoolExecutor(4) as pool:
        told = list(pool.map(translator.translate, [dataclasses.replace(CREATED, id=f"e-{number}") for number in range(40)]))
    assert [json.loads(one.events)["EventId"] for one in told] == [f"e-{number}/0" for number in range(40)]
    translator.close()
    with pytest.raises(FilterClosed):
        translator.translate(CREATED)


def test_translator_from_before_a_fork_is_closed(translator: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: here + 1)
    with pytest.raises(FilterClosed, match="fork"):
        translator.translate(CREATED)


def test_names_of_metadata_are_settings(component: Path) -> None:
    for form in (CSDL, CSDL.encode()):
        names = names_of(form, component)
        assert names["entity-sets"]["accounts"]["logical-name"] == "account"
    with Translator({**SETTINGS, "names": names}, component) as translator:
        assert b'"EntityName":"account"' in translator.translate(CREATED).events


def test_metadata_that_is_none_is_told_with_its_byte(component: Path) -> None:
    with pytest.raises(MetadataError) as caught:
        names_of("<html/>", component)
    assert caught.value.offset <= 7 and caught.value.explanation in str(caught.value)
    with pytest.raises(MetadataTooLarge):
        names_of(CSDL, component, max_bytes=len(CSDL) - 1)


def test_schema_of_the_settings_is_there(shared: Filter) -> None:
    assert shared.schema("translator")["title"] == "actlog exchange settings"
