"""Records of a stream, one after another, with what became of the events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeAlias, TypeVar, Union

from . import lines
from .outcome import Fault, Outcome, Rejection, Totals

_R = TypeVar("_R")

Unusable: TypeAlias = Union[Rejection, Fault]
"""An event without a record that is not left out on purpose."""


class Stream(Iterator[_R], Generic[_R]):
    """An iterator over records. What it gives out is of the batch that was filtered last; `totals` counts that batch, too."""

    def __init__(
        self, outcomes: Iterator[Outcome], form: Callable[[bytes], _R], on_unusable: Callable[[Unusable], None] | None = None
    ) -> None:
        self._outcomes = outcomes
        self._form = form
        self._on_unusable = on_unusable
        self._lines: Iterator[bytes] = iter(())
        self.totals = Totals()
        """What became of all events that were read so far."""

    def __next__(self) -> _R:
        while (line := next(self._lines, None)) is None:
            outcome = next(self._outcomes)
            self.totals.add(outcome)
            self._lines = lines.lines(outcome.records)
            if self._on_unusable is not None:
                unusable: list[Unusable] = [*outcome.rejected, *outcome.faulted]
                for event in sorted(unusable, key=lambda one: one.index):
                    self._on_unusable(event)
        return self._form(line)
