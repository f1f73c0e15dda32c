"""One running filter. Nothing else knows the contract or wasmtime's values.

Any failed call kills an instance: it must be closed and never used again.

wasmtime's package passes text a hundred times as fast as bytes, so events go in as text. Results come untagged (the value or the
error), records' keys stay as the contract has them.
"""

from __future__ import annotations

from typing import Any

from wasmtime import Store, WasmtimeError
from wasmtime.component import Func, Linker, ResourceAny

from .compiled import Compiled
from .errors import ComponentError, Conflict, JoinError, MissingParts, NotARecord, SettingsError, SettingsProblem
from .outcome import Exclusion, Outcome, Rejection

_PACKAGE = "actlog:activity"
_VERSION = "0.3.0"


class InstanceFault(Exception):
    """A call failed; the instance is dead."""


class Instance:
    """A filter with its settings. Raises `SettingsError` where they are refused."""

    def __init__(self, compiled: Compiled, settings: str, memory_limit: int) -> None:
        self._store = Store(compiled.engine)
        try:
            self._store.set_limits(memory_size=memory_limit)
            try:
                self._instance = Linker(compiled.engine).instantiate(self._store, compiled.component)
            except WasmtimeError as error:
                raise ComponentError(f"the component does not start: {_first_line(error)}") from error
            self._audit = self._function("filter", "[method]auditor.audit-text")
            self._auditor = self._open(settings)
        except BaseException:
            self._store.close()
            raise

    def _open(self, settings: str) -> ResourceAny:
        opened = self._call(self._function("filter", "[static]auditor.open"), settings)
        if isinstance(opened, ResourceAny):
            return opened
        raise SettingsError(tuple(SettingsProblem(problem.path, problem.explanation) for problem in opened))

    def audit(self, events: str) -> Outcome:
        """Filters a batch. The events of rejections are left for the caller to fill in."""
        outcome = self._call(self._audit, self._auditor, events)
        return Outcome(
            read=outcome.read,
            recorded=outcome.recorded,
            parts=outcome.parts,
            records=outcome.records.encode(),
            excluded=tuple(Exclusion(one.reason, one.message, one.entity, one.count) for one in outcome.excluded),
            rejected=tuple(Rejection(one.index, one.reason, one.place, one.offset, one.explanation, None) for one in outcome.rejected),
        )

    def explain(self, event: bytes) -> str:
        """What the filter decides about one event and why, as a JSON document."""
        return str(self._call(self._function("filter", "[method]auditor.explain"), self._auditor, event))

    def join(self, records: str) -> str:
        """Puts split records together, or raises what hinders it."""
        joined = self._call(self._function("filter", "join-text"), records)
        if isinstance(joined, str):
            return joined
        raise _join_error(joined.tag, joined.payload)

    def reference(self, name: str) -> str:
        """A document of the interface `reference`, by the name of its function."""
        return str(self._call(self._function("reference", name)))

    def close(self) -> None:
        """Gives the memory back; of an instance that failed, too."""
        self._store.close()

    def _function(self, interface: str, name: str) -> Func:
        path = f"{_PACKAGE}/{interface}@{_VERSION}"
        within = self._instance.get_export_index(self._store, path)
        index = within and self._instance.get_export_index(self._store, name, within)
        function = index and self._instance.get_func(self._store, index)
        if not function:
            raise ComponentError(f"this is no actlog filter of version {_VERSION}: it has no {path} with {name}")
        return function

    def _call(self, function: Func, *arguments: object) -> Any:
        try:
            return function(self._store, *arguments)
        except WasmtimeError as error:
            raise InstanceFault(_last_line(error)) from None


def _join_error(tag: str, payload: Any) -> JoinError:
    if tag == "missing-parts":
        return MissingParts(getattr(payload, "correlation-id"), getattr(payload, "part-count"), tuple(payload.missing))
    kind = NotARecord if tag == "not-a-record" else Conflict
    return kind(payload.line, payload.explanation)


def _first_line(error: WasmtimeError) -> str:
    return str(error).partition("\n")[0]


def _last_line(error: WasmtimeError) -> str:
    """The cause stands at the end, behind the trace."""
    return str(error).strip().rpartition("\n")[2].strip()
