"""The clock of the tests."""

from datetime import date

import time_machine


def frozen_at(instant: date) -> time_machine.travel:
    """Return a context manager that stops the clock at an instant.

    A whole module or a test is frozen with the mark of the same name: `pytest.mark.frozen_at(at(20))`.
    """
    return time_machine.travel(instant, tick=False)
