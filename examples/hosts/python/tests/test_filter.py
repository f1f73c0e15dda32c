from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import event, large

from actlog import (
    ComponentError,
    Conflict,
    EventTooLarge,
    Exclusion,
    Filter,
    FilterClosed,
    JoinError,
    MissingParts,
    NotARecord,
    SettingsError,
)
from actlog.filter import MAX_EXPLAINED_BYTES
from actlog.lines import BATCH_BYTES


def test_audit_of_each_kind_counts_add_up(shared: Filter) -> None:
    bad = b'{"Message": 7}'
    outcome = shared.audit(event() + event("WhoAmI") + b"\n \r\n" + bad + b"\n" + event("WhoAmI"))
    assert (outcome.read, outcome.recorded, outcome.parts) == (4, 1, 1)
    assert outcome.excluded == (Exclusion("excluded-message", "WhoAmI", "", 2),)
    assert [(one.index, one.event) for one in outcome.rejected] == [(2, bad)]
    assert outcome.records.count(b"\n") == 1 and outcome.balanced


def test_audit_of_nothing_gives_nothing(shared: Filter) -> None:
    for nothing in (b"", "", b"\n", b"  \r\n\t\n"):
        assert shared.audit(nothing).read == 0


def test_audit_of_text_and_bytes_is_the_same(shared: Filter) -> None:
    events = event(EntityName="Käse") + event("Retrieve")
    assert shared.audit(events) == shared.audit(events.decode())


def test_audit_of_half_a_surrogate_pair_rejects_that_event_alone(shared: Filter) -> None:
    outcome = shared.audit(event().decode() + '{"\ud800"}\n' + event().decode())
    assert outcome.recorded == 2
    assert [(one.index, one.reason, one.offset) for one in outcome.rejected] == [(1, "not-utf8", 2)]


def test_settings_act(component: Path) -> None:
    with Filter({"auditing": {"read": False}}, component) as filter:
        assert filter.audit(event("Retrieve")).excluded[0].reason == "read-auditing-off"
    with Filter('{"auditing": {"read": false}}', component) as filter:
        assert filter.audit(event("Retrieve")).excluded[0].reason == "read-auditing-off"


def test_settings_that_are_wrong_are_all_named(component: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Filter({"auditing": {"read": 7}, "nonsense": True}, component)
    assert {problem.path for problem in caught.value.problems} == {"auditing.read", "nonsense"}
    assert all(problem.explanation for problem in caught.value.problems)
    assert "auditing.read" in str(caught.value)


def test_trap_faults_the_culprit_alone(component: Path) -> None:
    culprit = large(12 << 20)
    with Filter(component=component, memory_limit=16 << 20) as filter:
        outcome = filter.audit(event("Create") + b"\n" + culprit + b"{}\n" + event("WhoAmI") + event("Delete"))
        assert (outcome.read, outcome.recorded) == (5, 2)
        assert [(fault.index, fault.event + b"\n") for fault in outcome.faulted] == [(1, culprit)]
        assert [one.index for one in outcome.rejected] == [2] and outcome.balanced
        assert b'"Create"' in outcome.records and b'"Delete"' in outcome.records
        assert filter.audit(event()).recorded == 1, "the instance after a trap is a new one"
    with Filter(component=component) as filter:
        assert filter.audit(culprit).recorded == 1, "with more memory it is no fault"


def test_event_at_the_limit_is_taken_and_above_rejected(component: Path) -> None:
    line = large(2000)
    at = len(line) - 1
    with Filter(component=component, max_event_bytes=at) as filter:
        assert filter.audit(line).recorded == 1
        assert filter.audit(line[:-1]).recorded == 1
    with Filter(component=component, max_event_bytes=at - 1) as filter:
        outcome = filter.audit(event() + line + event())
        assert [(one.index, one.reason, one.event) for one in outcome.rejected] == [(1, "too-large", None)]
        assert outcome.recorded == 2 and outcome.balanced
    with pytest.raises(ValueError):
        Filter(component=component, max_event_bytes=0)


def test_audit_of_more_than_a_batch_counts_on(shared: Filter) -> None:
    events = (event() * 20 + event("WhoAmI") + b"{}\n") * 1000
    outcome = shared.audit(events)
    assert len(events) > 3 * BATCH_BYTES
    assert (outcome.read, outcome.recorded) == (22_000, 20_000)
    assert outcome.excluded == (Exclusion("excluded-message", "WhoAmI", "", 1000),)
    assert [one.index for one in outcome.rejected] == list(range(21, 22_000, 22))


def test_explain_says_what_became_of_it(shared: Filter) -> None:
    assert shared.explain(event("WhoAmI"))["outcome"] == "excluded"
    assert shared.explain({"Message": "Update", "OrganizationId": "x"})["outcome"] == "rejected"
    assert shared.explain(b"\xff")["outcome"] == "rejected"


def test_explain_at_the_limit_is_taken_and_above_refused(shared: Filter) -> None:
    padded = event().rstrip().ljust(MAX_EXPLAINED_BYTES)
    assert shared.explain(padded)["outcome"] == "recorded"
    with pytest.raises(EventTooLarge):
        shared.explain(padded + b" ")


def test_join_undoes_split(shared: Filter) -> None:
    outcome = shared.audit(large(20_000))
    assert outcome.parts > 5
    joined = shared.join(outcome.records)
    assert joined.count(b"\n") == 1 and b"x" * 20_000 in joined
    assert shared.join(joined) == joined


def test_join_says_what_hinders_it(shared: Filter) -> None:
    parts = shared.audit(large(20_000)).records.splitlines(keepends=True)
    with pytest.raises(MissingParts) as missing:
        shared.join(parts[0] + b"".join(parts[2:-1]))
    assert missing.value.missing == (2, len(parts)) and missing.value.part_count == len(parts)
    assert missing.value.correlation_id in parts[0].decode()
    with pytest.raises(Conflict) as conflict:
        shared.join(parts[0] + parts[0].replace(b'"Update"', b'"Uppate"'))
    assert conflict.value.line == 2
    with pytest.raises(NotARecord) as no_record:
        shared.join(b"\n{}\n")
    assert no_record.value.line == 2 and isinstance(no_record.value, JoinError)


def test_join_of_what_is_no_utf8_names_the_first_bad_line(shared: Filter) -> None:
    record = shared.audit(event()).records
    with pytest.raises(NotARecord) as caught:
        shared.join(record + b"\n\xff\n{}")
    assert caught.value.line == 3
    with pytest.raises(NotARecord) as caught:
        shared.join(record + b"{}\n\xff\n")
    assert caught.value.line == 2
    with pytest.raises(NotARecord) as caught:
        shared.join(shared.audit(large(9000)).records.split(b"\n")[0] + b"\n\xff\n")
    assert caught.value.line == 2, "a part that is missing may still come behind the bad line"


def test_reference_has_the_tables_and_the_schemas(shared: Filter) -> None:
    assert shared.catalog()
    assert all(shared.schema(of)["$schema"] for of in ("settings", "event", "record"))


def test_closed_filter_refuses(component: Path) -> None:
    filter = Filter(component=component)
    filter.close()
    filter.close()
    with pytest.raises(FilterClosed):
        filter.audit(event())


def test_component_that_is_none_is_refused(component: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ComponentError, match="cannot be read"):
        Filter(component=tmp_path / "absent.wasm")
    with pytest.raises(ComponentError, match="no WebAssembly"):
        Filter(component=b"(component)")
    with pytest.raises(ComponentError, match="cannot be compiled"):
        Filter(component=component.read_bytes()[:5000])
    monkeypatch.delenv("ACTLOG_COMPONENT")
    with pytest.raises(ComponentError, match="ACTLOG_COMPONENT"):
        Filter()


def test_component_of_another_kind_is_refused() -> None:
    empty = b"\0asm\x0d\0\x01\0"
    with pytest.raises(ComponentError, match="no actlog filter"):
        Filter(component=empty, cache=False)


def test_threads_may_share_a_filter(shared: Filter) -> None:
    expected = shared.audit(event() * 50)
    with ThreadPoolExecutor(8) as threads:
        assert all(outcome == expected for outcome in threads.map(lambda _: shared.audit(event() * 50), range(64)))


def test_threads_with_a_filter_each_give_the_same(component: Path) -> None:
    found: list[bytes] = []

    def work() -> None:
        with Filter(component=component) as filter:
            found.append(filter.audit(event() * 200).records)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
