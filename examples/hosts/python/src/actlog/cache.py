"""Machine code kept from one start to the next.

Compiling the filter takes a thousand times as long as loading it. What stands in a file here is run, so a file is believed only if
it is wholly what was stored, and a folder that others can write to is not used. Nothing about the cache is ever an error: what
cannot be loaded is compiled, what cannot be stored is not.
"""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

_MAGIC = b"actlog machine code for wasmtime-py 1\n"
_KEPT = 8
_SUFFIX = ".cwasm-py"


def user_folder() -> Path | None:
    """The folder for the caches of this user, if one is known."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "actlog" / "python" if base and os.path.isabs(base) else None


class Cache:
    """A folder of machine code. With `folder` none, nothing is found and nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder if folder is not None and _is_ours(folder) else None

    def get(self, component: bytes) -> bytes | None:
        """What was kept for a component, if all of it is there."""
        if self._folder is None:
            return None
        key = _key(component)
        try:
            stored = (self._folder / (key.hex() + _SUFFIX)).read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + 32
        code = stored[head:]
        return code if stored[:head] == _MAGIC + _checksum(key, code) else None

    def put(self, component: bytes, code: bytes) -> None:
        """Keeps machine code. Who reads meanwhile sees the old file or the new one, whole."""
        if self._folder is None:
            return
        key = _key(component)
        try:
            self._prune()
            handle, unfinished = tempfile.mkstemp(dir=self._folder, suffix=".unfinished")  # readable by this user only
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_MAGIC + _checksum(key, code) + code)
                os.replace(unfinished, self._folder / (key.hex() + _SUFFIX))
            except BaseException:
                os.unlink(unfinished)
                raise
        except OSError:
            return

    def _prune(self) -> None:
        assert self._folder is not None
        files = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[_KEPT - 1 :]:
            path.unlink(missing_ok=True)


def _is_ours(folder: Path) -> bool:
    """Makes the folder if it is absent, and says whether it is this user's and closed to other writers."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform == "win32":
            return folder.is_dir()
        found = folder.stat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
    except OSError:
        return False


def _key(component: bytes) -> bytes:
    """What machine code depends on. That the processor can run it, wasmtime itself checks when it loads it."""
    made_by = f"{version('wasmtime')} {sys.platform} {platform.machine()}\n"
    return hashlib.sha256(made_by.encode() + hashlib.sha256(component).digest()).digest()


def _checksum(key: bytes, code: bytes) -> bytes:
    """Also of the key: a file that was renamed is not believed."""
    return hashlib.sha256(key + code).digest()
