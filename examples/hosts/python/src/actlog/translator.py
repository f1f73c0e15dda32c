"""The translator: HTTP exchanges in, SDK events out. For programs that see traffic instead of events."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from .compiled import CacheFolder, ComponentSource, load
from .errors import FilterClosed, FilterFault, MetadataTooLarge
from .exchange import Body, HttpExchange, Translation
from .filter import MEMORY_LIMIT
from .instance import ExchangeInstance, InstanceFault, MetadataInstance

MAX_BODY_BYTES = 4 << 20
"""Bytes of a body that are given to the component; of a larger one, its head."""

MAX_METADATA_BYTES = 16 << 20
"""Bytes of a `$metadata` document that `names_of` takes: it goes in as bytes, which are slow here."""


class Translator:
    """Makes SDK events out of HTTP exchanges with the Web API or the SOAP endpoint. It remembers none of them: the same exchange always
    gives the same bytes. Nothing is guessed: what an exchange does not say is left out, and a finding says what and why.

    `settings` is the settings document, as JSON text or as a mapping; it names at least the organization. `component` and `cache` are
    as in `Filter`. Of bodies over `max_body_bytes` only the head is read, and a finding says so: bytes cross to the component slowly
    here, about 0.8 s of processor time for each MiB.

    Raises `SettingsError` with everything that is wrong with the settings, and `ComponentError`.

    *Threads.* As in `Filter`: calls of one translator wait for each other, and it does not survive a fork.
    """

    def __init__(
        self,
        settings: str | Mapping[str, Any],
        component: ComponentSource = None,
        *,
        memory_limit: int = MEMORY_LIMIT,
        max_body_bytes: int = MAX_BODY_BYTES,
        cache: CacheFolder = True,
    ) -> None:
        if memory_limit < 1 or max_body_bytes < 1:
            raise ValueError("memory_limit and max_body_bytes are at least 1")
        self._settings = settings if isinstance(settings, str) else json.dumps(settings)
        self._memory_limit = memory_limit
        self._max_body_bytes = max_body_bytes
        self._compiled = load(component, cache)
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._closed = False
        self._instance: ExchangeInstance | None = self._new_instance()

    def translate(self, exchange: HttpExchange) -> Translation:
        """Tells an exchange in SDK events.

        Told once without its answer and once with it, an exchange gives events of the same EventId at the same places: the second
        take the place of the first, and records of both must not be kept. Raises `FilterFault` when the translator fails on it.
        """
        with self._lock:
            if self._closed or self._process != os.getpid():
                why = "is closed" if self._closed else "was made before a fork, by another process"
                raise FilterClosed(f"the translator {why}")
            answer = exchange.answer
            if answer is not None and not 0 <= answer.status <= 0xFFFF:
                raise ValueError(f"a status is 0 to 65535, not {answer.status}")
            # Unless it comes back, it is not used again.
            instance, self._instance = self._instance or self._new_instance(), None
            try:
                told = instance.translate(exchange, self._body(exchange.body), None if answer is None else self._body(answer.body))
            except InstanceFault as fault:
                instance.close()
                raise FilterFault(f"the translator failed: {fault}") from None
            except BaseException:
                instance.close()
                raise
            self._instance = instance
            return told

    def close(self) -> None:
        """Gives the memory back. A second call does nothing."""
        with self._lock:
            self._closed = True
            if self._instance is not None:
                self._instance.close()
                self._instance = None

    def __enter__(self) -> Translator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _new_instance(self) -> ExchangeInstance:
        try:
            return ExchangeInstance(self._compiled, self._settings, self._memory_limit)
        except InstanceFault as fault:
            raise FilterFault(f"the translator failed over its settings: {fault}") from None

    def _body(self, body: Body | bytes) -> Body:
        given = Body(bytes(body), True) if isinstance(body, (bytes, bytearray, memoryview)) else body
        if len(given.content) <= self._max_body_bytes:
            return given
        return Body(given.content[: self._max_body_bytes], False)


def names_of(
    csdl: bytes | str,
    component: ComponentSource = None,
    *,
    max_bytes: int = MAX_METADATA_BYTES,
    memory_limit: int = MEMORY_LIMIT,
    cache: CacheFolder = True,
) -> dict[str, Any]:
    """Makes the section `names` of a translator's settings out of the organization's `$metadata` (CSDL as XML): once, to be kept.

    Bytes cross to the component slowly here, about 0.8 s of processor time for each MiB, and take 32 bytes of memory each while they do.
    Raises `MetadataError` when the document is none, and `MetadataTooLarge` when it has more than `max_bytes`.
    """
    given = csdl.encode() if isinstance(csdl, str) else bytes(csdl)
    if len(given) > max_bytes:
        raise MetadataTooLarge(f"the $metadata has {len(given)} bytes; max_bytes allows {max_bytes}")
    instance = MetadataInstance(load(component, cache), memory_limit)
    try:
        names: dict[str, Any] = json.loads(instance.names(given))
        return names
    except InstanceFault as fault:
        raise FilterFault(f"the component failed on the $metadata: {fault}") from None
    finally:
        instance.close()
