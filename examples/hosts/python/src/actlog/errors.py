"""What can go wrong, and whose fault it is."""

from __future__ import annotations

from dataclasses import dataclass


class ActlogError(Exception):
    """Every error of this package."""


class ComponentError(ActlogError):
    """The component cannot be read, compiled, or is no actlog filter. It is the host's fault."""


class FilterClosed(ActlogError):
    """The filter or translator was closed, or was made before a fork by another process. It is the caller's fault."""


class EventTooLarge(ActlogError):
    """An event is over the limit of what `Filter.explain` takes."""


class MetadataError(ActlogError):
    """A document is no `$metadata`. It is the fault of whoever gave it."""

    def __init__(self, offset: int, explanation: str) -> None:
        super().__init__(f"byte {offset} of the $metadata: {explanation}")
        self.offset = offset
        """Byte in the document at which the fault was noticed, from 0."""
        self.explanation = explanation
        """What is wrong; not to be parsed."""


class MetadataTooLarge(ActlogError):
    """A `$metadata` document is over the limit of what `names_of` takes."""


class FilterFault(ActlogError):
    """The filter itself failed where no single event can be blamed, or the translator on an exchange. Its instance was thrown away."""


@dataclass(frozen=True)
class SettingsProblem:
    """One thing that is wrong with the settings."""

    path: str
    """Where, as a path such as `organizations[0].version`; empty for the document itself."""
    explanation: str
    """What is wrong and what would be right; not to be parsed."""


class SettingsError(ActlogError):
    """The settings are refused. It is the operator's fault."""

    def __init__(self, problems: tuple[SettingsProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.path or 'the settings'}: {problem.explanation}" for problem in problems))
        self.problems = problems
        """Everything that is wrong, not only the first."""


class JoinError(ActlogError):
    """Records cannot be joined: one of `MissingParts`, `NotARecord` and `Conflict`."""


class MissingParts(JoinError):
    """Parts of a source record did not come."""

    def __init__(self, correlation_id: str, part_count: int, missing: tuple[int, ...]) -> None:
        super().__init__(f"{correlation_id}: {', '.join(map(str, missing))} of {part_count} parts are missing")
        self.correlation_id = correlation_id
        self.part_count = part_count
        self.missing = missing
        """Numbers that are missing, ascending, from 1; the first thousand at most."""


class BadLine(JoinError):
    """A line that could not be used."""

    def __init__(self, line: int, explanation: str) -> None:
        super().__init__(f"line {line}: {explanation}")
        self.line = line
        """Line in the input, from 1."""
        self.explanation = explanation
        """What is wrong with it; not to be parsed."""


class NotARecord(BadLine):
    """A line is no audit record of a known form."""


class Conflict(BadLine):
    """Two records claim to be the same part but differ, or parts of one source record disagree."""
