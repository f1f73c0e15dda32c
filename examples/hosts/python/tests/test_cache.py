"""Machine code is kept, and believed only when it is what was kept. Each start is a process of its own."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from actlog.cache import Cache, user_folder

START = "import sys, actlog; print(actlog.Filter(component=sys.argv[1], cache=sys.argv[2]).start)"


def start(component: Path, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", START, component, folder], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_second_start_is_warm_and_every_damage_compiles_anew(component: Path, tmp_path: Path) -> None:
    folder = tmp_path / "within" / "cache"
    assert start(component, folder) == "cold"
    kept = only_file(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert start(component, folder) == "warm"
    whole = kept.read_bytes()
    for damaged in (whole[:-1], whole[:1000] + b"\0" + whole[1001:], b"", whole + b"\0"):
        kept.write_bytes(damaged)
        assert start(component, folder) == "cold"
    assert only_file(folder).read_bytes()[:50] == whole[:50] and start(component, folder) == "warm"


def test_folder_that_others_may_write_to_is_not_used(component: Path, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    assert start(component, folder) == "cold" and start(component, folder) == "cold"
    assert list(folder.iterdir()) == []


def test_folder_that_cannot_be_made_is_no_error(component: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert start(component, tmp_path / "file" / "cache") == "cold"


def test_renamed_file_is_not_believed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    cache = Cache(tmp_path)
    cache.put(b"one", b"code of one")
    one = only_file(tmp_path)
    cache.put(b"two", b"code of two")
    (two,) = set(tmp_path.iterdir()) - {one}
    assert (cache.get(b"one"), cache.get(b"two")) == (b"code of one", b"code of two")
    os.replace(one, two)
    assert cache.get(b"two") is None and cache.get(b"one") is None


def test_number_of_files_is_bounded(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    cache = Cache(tmp_path)
    for turn in range(20):
        cache.put(bytes([turn]), b"code")
    assert len(list(tmp_path.iterdir())) == 8 and cache.get(bytes([19])) == b"code"


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.put(b"one", b"code")
    assert cache.get(b"one") is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the rule of freedesktop.org")
def test_users_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert user_folder() == Path("/somewhere/actlog/python")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_folder() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_filter_of_before_a_fork_refuses(component: Path, tmp_path: Path) -> None:
    program = """
import os, sys, actlog
filter = actlog.Filter(component=sys.argv[1])
if os.fork() == 0:
    try:
        filter.audit(b"{}")
    except actlog.FilterClosed:
        os._exit(7)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run([sys.executable, "-c", program, component], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "7"
