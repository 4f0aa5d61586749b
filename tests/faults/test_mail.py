"""The mail server refuses, hangs and hangs up, and the disk of a mail folder is full."""

import resource
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tools.servers.cleanup import descendants
from tools.servers.mail import MailServer
from tools.servers.process import wait_until
from tools.stage.counting import ids_in
from tools.stage.stage import Stage

pytestmark = [pytest.mark.processes, pytest.mark.slow]
TRIED = "SELECT 1 FROM outbox_message WHERE state = 'retrying' AND error <> '' AND kind = 'alert_dispatch'"


def wait_until_tried(stage: Stage) -> None:
    wait_until(lambda: stage.ask(TRIED) != [], seconds=30, what="nothing was tried in vain")


@pytest.mark.parametrize(
    "break_it",
    [
        pytest.param(MailServer.stop, id="nobody listens"),
        pytest.param(lambda mail: mail.refuse("451 Try again later"), id="4xx"),
        pytest.param(lambda mail: mail.refuse("421 Closing"), id="421"),
        pytest.param(MailServer.hold, id="hangs"),
        pytest.param(MailServer.hang_up_in_data, id="hangs up after the text"),
    ],
)
def test_it_may_pass_later(stage: Stage, break_it: Callable[[MailServer], None]) -> None:
    before = stage.reconcile().duplicates
    break_it(stage.mail)
    for _number in range(3):
        assert stage.check_in().accepted
    wait_until_tried(stage)
    # A text that is taken in the very moment in which its sender gives up would rightly be sent twice.
    stage.mail.refuse("451 Try again later")
    stage.mail.release()
    stage.mail.wait_until_disconnected()

    stage.repair()

    assert stage.wait_until_told().duplicates == before


def test_an_address_that_is_refused_for_good_is_shown_and_stops_no_other(stage: Stage) -> None:
    stage.mail.refuse("550 No such mailbox", at="rcpt")
    stage.check_in()
    failed = "SELECT id FROM outbox_message WHERE state = 'failed' AND failure = 'permanent'"
    wait_until(lambda: len(stage.ask(failed)) == 2, seconds=30, what="the refusal was not noted")
    assert "failed" in stage.readyz()["degraded"]

    stage.mail.refuse(None)
    # Somebody looks into it and lets it be tried again: a new row, the failed ones stay as they are.
    stage.manage("-m", "tests.faults.try_again")

    stage.check_in()
    wait_until(lambda: not still_lost(stage), seconds=30, what="the new tries did not arrive")


def still_lost(stage: Stage) -> list[str]:
    return stage.reconcile().lost


def test_the_disk_is_full(stage: Stage, tmp_path: Path) -> None:
    stage.worker.kill()
    folder = tmp_path / "mail"
    worker = stage.new_worker(EMAIL_URL=f"file://{folder}", DEMO="1")
    fill_disk(worker.pid)
    stage.check_in()
    wait_until_tried(stage)
    assert complete_mails(folder) == {}

    fill_disk(worker.pid, full=False)

    wait_until(lambda: len(complete_mails(folder)) == 2, seconds=30, what="nothing was written")
    worker.stop()
    stage.elsewhere.update(complete_mails(folder))


def fill_disk(pid: int, *, full: bool = True) -> None:
    """From now on no file of these processes can grow; or all of them again."""
    for each in [pid, *descendants(pid)]:
        _soft, hard = resource.prlimit(each, resource.RLIMIT_FSIZE)
        resource.prlimit(each, resource.RLIMIT_FSIZE, (0 if full else hard, hard))


def complete_mails(folder: Path) -> dict[str, int]:
    """The ids in the files of a folder that hold a whole mail."""
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob("*")]
    return dict(ids_in(mail for mail in mails if "Sign in" in str(mail.get_payload())))


def test_no_connection_to_the_database_is_held_while_a_mail_is_handed_over(stage: Stage) -> None:
    stage.worker.kill()
    named = f"{stage.database}?application_name=held"
    worker = stage.new_worker(DATABASE_URL=named, MAIL_TIMEOUT_SECONDS="30")
    stage.mail.hold()
    stage.check_in()
    stage.mail.wait_until_held()
    connections = "SELECT state FROM pg_stat_activity WHERE application_name = 'held'"

    # The worker's other process looks in now and then; the one that waits for the mail server would be seen always.
    wait_until(lambda: stage.ask(connections) == [], seconds=20, what="a connection is held")

    assert len(stage.ask("SELECT 1 FROM outbox_message WHERE state = 'sending'")) > 0
    stage.mail.release()
    stage.wait_until_told()
    worker.stop()
