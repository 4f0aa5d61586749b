"""The five levels of concern."""

from enum import Enum
from functools import total_ordering


@total_ordering
class Level(Enum):
    """Urgency: how soon a person has to act. Compares by urgency: EMERGENCY is the greatest."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    SAME_DAY = "same_day"
    ROUTINE = "routine"
    EXPECTED = "expected"

    @property
    def rank(self) -> int:
        """0 for EXPECTED up to 4 for EMERGENCY."""
        return _RANKS[self.value]

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Level):
            return NotImplemented
        return self.rank < other.rank


_RANKS = {level.value: rank for rank, level in enumerate(reversed(Level))}
