from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import event

from actlog import Filter

FOLDER = Path(__file__).parents[1]


def test_example_writes_records_and_tells_the_rest(shared: Filter, component: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    events.write_bytes(event() + b"{}\n" + event("WhoAmI"))
    done = subprocess.run([sys.executable, FOLDER / "example.py", component, events], capture_output=True, check=True)
    assert done.stdout == shared.audit(events.read_bytes()).records
    assert b"Rejection(index=1" in done.stderr and b"Totals(read=3, recorded=1" in done.stderr


def test_readme_shows_the_example() -> None:
    code = (FOLDER / "example.py").read_text(encoding="utf-8").split('"""')[2].strip()
    assert code in (FOLDER / "README.md").read_text(encoding="utf-8")
