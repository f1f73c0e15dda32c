"""What tests share: the component, events, and filters."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from actlog import Filter

ORGANIZATION = "7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"

# Other programs may be busy on the same machine, and time is not what is tested.
settings.register_profile("actlog", deadline=None, max_examples=150)
settings.load_profile("actlog")


def event(message: str = "Update", **columns: object) -> bytes:
    """One SdkEvent as a line."""
    return json.dumps({"Message": message, "OrganizationId": ORGANIZATION, **columns}).encode() + b"\n"


def large(size: int) -> bytes:
    """An event of about `size` bytes, which becomes many parts."""
    return event(Fields=[{"Name": "note", "Value": "x" * size}])


@pytest.fixture(scope="session")
def component() -> Path:
    """The component; without one nothing can be tested."""
    named = os.environ.get("ACTLOG_COMPONENT")
    assert named, "set ACTLOG_COMPONENT to the component that is to be tested (`actlog component -o actlog.wasm` writes it)"
    path = Path(named)
    assert path.is_file(), f"{path} is no file"
    return path


@pytest.fixture(scope="session")
def shared(component: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filter]:
    """One filter with the default settings."""
    with Filter(component=component, cache=tmp_path_factory.mktemp("cache")) as filter:
        yield filter
