"""Activity logging at the SDK layer: SDK events in, audit records out.

>>> with Filter(component="actlog.wasm") as filter:
...     outcome = filter.audit(events)
"""

from .errors import (
    ActlogError,
    BadLine,
    ComponentError,
    Conflict,
    EventTooLarge,
    FilterClosed,
    FilterFault,
    JoinError,
    MissingParts,
    NotARecord,
    SettingsError,
    SettingsProblem,
)
from .filter import Filter
from .frame import to_pandas
from .outcome import TOO_LARGE, Exclusion, Fault, Outcome, Rejection, Totals
from .record import Record
from .stream import Stream, Unusable

__all__ = [
    "TOO_LARGE",
    "ActlogError",
    "BadLine",
    "ComponentError",
    "Conflict",
    "EventTooLarge",
    "Exclusion",
    "Fault",
    "Filter",
    "FilterClosed",
    "FilterFault",
    "JoinError",
    "MissingParts",
    "NotARecord",
    "Outcome",
    "Record",
    "Rejection",
    "SettingsError",
    "SettingsProblem",
    "Stream",
    "Totals",
    "Unusable",
    "to_pandas",
]
