"""Valkey is killed, emptied and frozen, PostgreSQL restarted: check-ins go on, and everybody is told."""

import time

import pytest

from tools.servers.process import wait_until
from tools.stage.clients import EMERGENCY
from tools.stage.stage import Stage

pytestmark = [pytest.mark.processes, pytest.mark.slow]
LOSS = 11.0  # seconds without a broker, after which a worker of Celery 5.7 ended for good


def test_the_broker_is_killed_and_comes_back_empty(stage: Stage) -> None:
    worker, gone = stage.worker.pid, time.monotonic()
    stage.valkey.kill()
    for _number in range(5):
        stage.check_in()
    wait_until(lambda: time.monotonic() - gone > LOSS, seconds=LOSS + 1, what="time does not pass")
    stage.valkey.stop()
    stage.valkey.start()

    stage.wait_until_told()
    assert (stage.worker.pid, stage.worker.is_alive()) == (worker, True)


def test_the_broker_hangs(stage: Stage) -> None:
    stage.valkey.freeze()
    for _number in range(5):
        assert stage.check_in().accepted
    stage.valkey.thaw()

    stage.wait_until_told()


def test_the_database_is_restarted_in_the_middle(stage: Stage) -> None:
    typed = stage.form()
    for _number in range(4):
        stage.check_in(EMERGENCY)
    stage.postgres.server.stop()

    down = typed.send(EMERGENCY)

    assert (down.status, down.accepted) == (503, None)
    # What was typed is on the page, to be sent again; and what to do comes first.
    assert 'value="eye"' in down.text
    assert typed.hidden["token"] in down.text
    assert "112" in down.text
    stage.postgres.server.start()
    again = stage.keep(typed.send(EMERGENCY), timed=False)
    assert again.accepted

    stage.wait_until_told()
