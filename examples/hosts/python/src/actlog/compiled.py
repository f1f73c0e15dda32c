"""The component as machine code: read, checked and compiled once in a process."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, Union

from wasmtime import Engine, WasmtimeError
from wasmtime.component import Component

from .cache import Cache, user_folder
from .errors import ComponentError

ComponentSource: TypeAlias = Union[str, "os.PathLike[str]", bytes, None]
"""Path of a component, or its bytes; none: the path in the environment variable ACTLOG_COMPONENT."""

CacheFolder: TypeAlias = Union[str, "os.PathLike[str]", bool]
"""Where machine code is kept: true: in the user's folder for caches; false: nowhere; or this folder."""

Start = Literal["shared", "warm", "cold"]
"""How machine code was come by: compiled or loaded before in this process, loaded from the cache, compiled."""


@dataclass(frozen=True)
class Compiled:
    """Machine code, which any number of filters in any threads may share."""

    engine: Engine
    component: Component
    start: Start


_known: dict[bytes, Compiled] = {}
_lock = threading.Lock()
_engine: Engine | None = None


def load(source: ComponentSource, cache: CacheFolder) -> Compiled:
    """The machine code of a component. Raises `ComponentError` where there is none."""
    global _engine
    component = _read(source)
    key = hashlib.sha256(component).digest()
    with _lock:
        if known := _known.get(key):
            return Compiled(known.engine, known.component, "shared")
        engine = _engine = _engine or Engine()
        folder = Cache(user_folder() if cache is True else None if cache is False else Path(cache))
        compiled = _from_cache(engine, component, folder) or _from_source(engine, component, folder)
        _known[key] = compiled
        return compiled


def _read(source: ComponentSource) -> bytes:
    if isinstance(source, bytes):
        return source
    path = source if source is not None else os.environ.get("ACTLOG_COMPONENT")
    if not path:
        raise ComponentError("no component is named: give its path, or set ACTLOG_COMPONENT (`actlog component -o actlog.wasm` writes it)")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ComponentError(f"the component cannot be read: {error}") from error


def _from_cache(engine: Engine, component: bytes, cache: Cache) -> Compiled | None:
    if code := cache.get(component):
        try:
            return Compiled(engine, Component.deserialize(engine, code), "warm")
        except WasmtimeError:
            return None  # of another processor or another build of wasmtime
    return None


def _from_source(engine: Engine, component: bytes, cache: Cache) -> Compiled:
    if not component.startswith(b"\0asm"):
        raise ComponentError("the component is no WebAssembly")  # else wasmtime would take it for text
    try:
        compiled = Component(engine, component)
        imports = sorted(compiled.type.imports(engine))
    except WasmtimeError as error:
        raise ComponentError(f"the component cannot be compiled: {error}") from error
    if imports:
        raise ComponentError(f"this is no actlog filter: it imports {', '.join(imports)}, and a filter imports nothing")
    cache.put(component, bytes(compiled.serialize()))
    return Compiled(engine, compiled, "cold")
