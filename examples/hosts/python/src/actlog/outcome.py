"""What became of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

TOO_LARGE = "too-large"
"""Reason of a rejection that is this host's: the event is over the limit, and its bytes are not kept."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Events left out on purpose for one reason, counted by message and entity."""

    reason: str
    """A name of `exclusion-reason` in the contract, such as `excluded-message`."""
    message: str
    """The SDK message, as the event gave it."""
    entity: str
    """The entity, as the event gave it; empty where the event names none."""
    count: int
    """How many events; at least 1."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One event that is unusable. It is the sender's fault."""

    index: int
    """Position of the event, from 0; blank lines do not count."""
    reason: str
    """A name of `reject-reason` in the contract, such as `not-json`; or `TOO_LARGE`."""
    place: str
    """Where in the event, such as `InputParameters[0].value`; empty for the event itself."""
    offset: int
    """Byte in the event at which the fault was noticed, from 0."""
    explanation: str
    """One sentence for people; not to be parsed."""
    event: bytes | None
    """The event byte for byte; none where it was too large to be kept."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One event on which the filter failed. It is nobody's but the filter's fault; the event can be given again."""

    index: int
    """Position of the event, from 0; blank lines do not count."""
    explanation: str
    """What the runtime said; not to be parsed."""
    event: bytes
    """The event byte for byte."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: `read` = `recorded` + all counts of `excluded` + the numbers of `rejected` and `faulted`."""

    read: int = 0
    """Events seen."""
    recorded: int = 0
    """Events that became records."""
    parts: int = 0
    """Records in `records`; more than `recorded` when some were split."""
    records: bytes = b""
    """Audit records as NDJSON, in the order of their events, each ended by a line feed."""
    excluded: tuple[Exclusion, ...] = ()
    """What was left out on purpose, in order of first appearance."""
    rejected: tuple[Rejection, ...] = ()
    """What was unusable, in order."""
    faulted: tuple[Fault, ...] = ()
    """On what the filter failed, in order."""

    @property
    def balanced(self) -> bool:
        """Whether the counts add up. They always do; tests hold it."""
        excluded = sum(exclusion.count for exclusion in self.excluded)
        return self.read == self.recorded + excluded + len(self.rejected) + len(self.faulted)

    def shifted(self, by: int) -> Outcome:
        """The same with positions counted from `by` events earlier."""
        if by == 0 or not (self.rejected or self.faulted):
            return self
        rejected = tuple(replace(one, index=one.index + by) for one in self.rejected)
        return replace(self, rejected=rejected, faulted=tuple(replace(one, index=one.index + by) for one in self.faulted))


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """One outcome for batches that came one after another."""
    parts: list[Outcome] = []
    read = 0
    for outcome in outcomes:
        parts.append(outcome.shifted(read))
        read += outcome.read
    if len(parts) == 1:
        return parts[0]
    excluded: Counter[tuple[str, str, str]] = Counter()
    for exclusion in (exclusion for outcome in parts for exclusion in outcome.excluded):
        excluded[exclusion.reason, exclusion.message, exclusion.entity] += exclusion.count
    return Outcome(
        read=read,
        recorded=sum(outcome.recorded for outcome in parts),
        parts=sum(outcome.parts for outcome in parts),
        records=b"".join(outcome.records for outcome in parts),
        excluded=tuple(Exclusion(*key, count) for key, count in excluded.items()),
        rejected=tuple(one for outcome in parts for one in outcome.rejected),
        faulted=tuple(one for outcome in parts for one in outcome.faulted),
    )


LEDGER_ENTRIES = 10_000
"""Entries that a ledger holds apart. Names come from outside, so there is no other bound."""


@dataclass(slots=True)
class Totals:
    """What became of a stream so far: `read` = `recorded` + `excluded` + `rejected` + `faulted`."""

    read: int = 0
    recorded: int = 0
    parts: int = 0
    excluded: int = 0
    rejected: int = 0
    faulted: int = 0
    ledger: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """What was excluded, by reason, message and entity. Past `LEDGER_ENTRIES`, new ones count as (reason, "", "")."""

    def add(self, outcome: Outcome) -> None:
        """Adds a batch."""
        self.read += outcome.read
        self.recorded += outcome.recorded
        self.parts += outcome.parts
        self.rejected += len(outcome.rejected)
        self.faulted += len(outcome.faulted)
        for exclusion in outcome.excluded:
            key = (exclusion.reason, exclusion.message, exclusion.entity)
            if key not in self.ledger and len(self.ledger) >= LEDGER_ENTRIES:
                key = (exclusion.reason, "", "")
            self.ledger[key] += exclusion.count
            self.excluded += exclusion.count

    @property
    def balanced(self) -> bool:
        """Whether the counts add up."""
        return self.read == self.recorded + self.excluded + self.rejected + self.faulted
