"""The clock of a host was an hour ahead, and is set right: what it claimed waits for nothing."""

import pytest

from tools.servers.portal import Beat, Worker
from tools.servers.process import Process, wait_until
from tools.stage.stage import Stage

pytestmark = [pytest.mark.processes, pytest.mark.slow]
HOUR = "3600"


def ahead(process: Process) -> Process:
    """The process, with a clock of its own."""
    process.command[1:3] = ["-m", "tools.stage.ahead", HOUR, "celery"]
    return process


def test_the_clock_is_set_back(stage: Stage) -> None:
    before = stage.reconcile().channels["email"].duplicates
    stage.worker.kill()
    stage.beat.kill()
    worker = stage.run(ahead(Worker(env=stage.env, log=stage.folder / "worker-ahead.log")))
    beat = stage.run(ahead(Beat(env=stage.env, schedule=stage.folder / "beat")))
    stage.mail.refuse("451 Later")
    stage.check_in()
    tried = "SELECT claimed_at > now() + interval '1 min' FROM outbox_message WHERE state = 'retrying'"
    wait_until(lambda: stage.ask(tried) != [], seconds=30, what="nothing was tried an hour ahead")
    # Claims are made by the database's clock, whatever the host's says.
    assert {ahead for (ahead,) in stage.ask(tried)} == {False}
    stage.mail.hold()
    stage.check_in()
    stage.mail.wait_until_held()
    worker.kill()
    beat.kill()
    stage.mail.wait_until_disconnected()
    stage.mail.reset()

    # The new ones have the right time.
    stage.repair()

    # A text or a push that the killed worker had not noted may come twice.
    assert stage.wait_until_told(seconds=30).channels["email"].duplicates == before
