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
    MetadataError,
    MetadataTooLarge,
    MissingParts,
    NotARecord,
    SettingsError,
    SettingsProblem,
)
from .exchange import Body, Finding, HttpAnswer, HttpExchange, Translation
from .filter import Filter
from .frame import to_pandas
from .outcome import TOO_LARGE, Exclusion, Fault, Outcome, Rejection, Totals
from .record import Record
from .stream import Stream, Unusable
from .translator import Translator, names_of

__all__ = [
    "TOO_LARGE",
    "ActlogError",
    "BadLine",
    "Body",
    "ComponentError",
    "Conflict",
    "EventTooLarge",
    "Exclusion",
    "Fault",
    "Filter",
    "FilterClosed",
    "FilterFault",
    "Finding",
    "HttpAnswer",
    "HttpExchange",
    "JoinError",
    "MetadataError",
    "MetadataTooLarge",
    "MissingParts",
    "NotARecord",
    "Outcome",
    "Record",
    "Rejection",
    "SettingsError",
    "SettingsProblem",
    "Stream",
    "Totals",
    "Translation",
    "Translator",
    "Unusable",
    "names_of",
    "to_pandas",
]
