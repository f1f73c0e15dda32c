"""One running filter or translator. Nothing else knows the contract or wasmtime's values.

Any failed call kills an instance: it must be closed and never used again.

wasmtime's package passes text a hundred times as fast as bytes, so events go into the filter as text; the bodies of exchanges, which need
not be text, have no such way. Results come untagged (the value or the
error), records' keys stay as the contract has them.
"""

from __future__ import annotations

from typing import Any

from wasmtime import Store, WasmtimeError
from wasmtime.component import Func, Linker, Record, ResourceAny

from .compiled import Compiled
from .errors import ComponentError, Conflict, JoinError, MetadataError, MissingParts, NotARecord, SettingsError, SettingsProblem
from .exchange import Body, Finding, HeaderFields, HttpExchange, Translation
from .outcome import Exclusion, Outcome, Rejection

_PACKAGE = "actlog:activity"
_VERSION = "0.3.0"


class InstanceFault(Exception):
    """A call failed; the instance is dead."""


class _Running:
    """The component in a store of its own."""

    def __init__(self, compiled: Compiled, memory_limit: int) -> None:
        self._store = Store(compiled.engine)
        try:
            self._store.set_limits(memory_size=memory_limit)
            try:
                self._instance = Linker(compiled.engine).instantiate(self._store, compiled.component)
            except WasmtimeError as error:
                raise ComponentError(f"the component does not start: {_first_line(error)}") from error
            self._begin()
        except BaseException:
            self._store.close()
            raise

    def _begin(self) -> None:
        """Does what comes before the first question."""

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

    def _open(self, interface: str, name: str, settings: str) -> ResourceAny:
        opened = self._call(self._function(interface, name), settings)
        if isinstance(opened, ResourceAny):
            return opened
        raise SettingsError(tuple(SettingsProblem(problem.path, problem.explanation) for problem in opened))


class Instance(_Running):
    """A filter with its settings. Raises `SettingsError` where they are refused."""

    def __init__(self, compiled: Compiled, settings: str, memory_limit: int) -> None:
        self._settings = settings
        super().__init__(compiled, memory_limit)

    def _begin(self) -> None:
        self._audit = self._function("filter", "[method]auditor.audit-text")
        self._auditor = self._open("filter", "[static]auditor.open", self._settings)

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
        """A document of the interface `reference`, by the name of its function; or the schema of a translator's settings."""
        interface, function = ("exchange", "settings-schema") if name == "translator-schema" else ("reference", name)
        return str(self._call(self._function(interface, function)))


class ExchangeInstance(_Running):
    """A translator with its settings. Raises `SettingsError` where they are refused."""

    def __init__(self, compiled: Compiled, settings: str, memory_limit: int) -> None:
        self._settings = settings
        super().__init__(compiled, memory_limit)

    def _begin(self) -> None:
        self._translate = self._function("exchange", "[method]translator.translate")
        self._translator = self._open("exchange", "[static]translator.open", self._settings)

    def translate(self, exchange: HttpExchange, body: Body, answer_body: Body | None) -> Translation:
        """Tells an exchange, with these bodies in place of its own."""
        answer = exchange.answer
        given = _record(
            id=exchange.id,
            method=exchange.method,
            target=exchange.target,
            began=exchange.began,
            client_address=exchange.client_address,
            request_headers=_headers(exchange.headers),
            request_body=_record(content=body.content, whole=body.whole),
            answer=answer
            and answer_body
            and _record(
                status=answer.status,
                headers=_headers(answer.headers),
                body=_record(content=answer_body.content, whole=answer_body.whole),
            ),
        )
        told = self._call(self._translate, self._translator, given)
        return Translation(
            events=told.events,
            count=told.count,
            unknown=tuple(Finding(one.kind, one.part, one.place, getattr(one, "event-missing"), one.explanation) for one in told.unknown),
        )


class MetadataInstance(_Running):
    """Reads `$metadata` documents, for which there are no settings."""

    def names(self, csdl: bytes) -> str:
        """The section `names` of a translator's settings, as a JSON object, or `MetadataError`."""
        names = self._call(self._function("exchange", "metadata"), csdl)
        if isinstance(names, str):
            return names
        raise MetadataError(names.offset, names.explanation)


def _record(**fields: object) -> Record:
    """A record by the contract's names."""
    record = Record()
    for name, value in fields.items():
        setattr(record, name.replace("_", "-"), value)
    return record


def _headers(headers: HeaderFields) -> list[Record]:
    return [_record(name=_text(name), value=_text(value)) for name, value in headers]


def _text(given: str | bytes) -> str:
    return given.decode("utf-8", "replace") if isinstance(given, bytes) else given


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
