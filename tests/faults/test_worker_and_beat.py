"""Workers and beat are killed, doubled and started anew: nobody stays untold, and repeats are counted."""

import socket
import threading

import pytest

from tools.servers.process import wait_until
from tools.stage.clients import EMERGENCY
from tools.stage.counting import Reconciliation
from tools.stage.stage import Stage

pytestmark = [pytest.mark.processes, pytest.mark.slow]
SENDING = "SELECT count(*) FROM outbox_message WHERE state = 'sending'"


def repeats(settled: Reconciliation) -> tuple[int, int]:
    """Return the number of duplicate mails, and of messages by any channel repeated though no worker died.

    A killed worker may leave a text or a push unnoted while it hands a mail over: that one rightly comes again.
    """
    return settled.channels["email"].duplicates, settled.duplicates_without_death


def repeated_ids(stage: Stage) -> int:
    """Return how many mails came with the Message-ID of another."""
    names = [str(mail["Message-ID"]) for mail in stage.mail.messages]
    return len(names) - len(set(names))


def test_killed_before_the_mail_server_has_answered(stage: Stage) -> None:
    before = repeats(stage.reconcile())
    stage.mail.stop()
    with socket.create_server(("127.0.0.1", stage.mail.port)) as silent:
        silent.settimeout(20)
        stage.check_in()
        # Somebody has called, and will never be answered.
        silent.accept()[0].close()
        caller, _address = silent.accept()
        stage.worker.kill()
        caller.close()

    stage.repair()

    assert repeats(stage.wait_until_told()) == before


def test_killed_while_it_hands_a_mail_over(stage: Stage) -> None:
    before = repeats(stage.reconcile())
    stage.mail.hold()
    stage.check_in()
    stage.mail.wait_until_held()
    stage.worker.kill()
    wait_until(lambda: stage.ask(SENDING) != [(0,)], seconds=5, what="no message was claimed")
    stage.mail.wait_until_disconnected()
    stage.mail.release()

    stage.repair()

    assert repeats(stage.wait_until_told()) == before


def test_killed_between_the_mail_servers_yes_and_the_note(stage: Stage) -> None:
    (mails, others), same_id_before = repeats(stage.reconcile()), repeated_ids(stage)
    kept = threading.Event()

    def stop_in_its_tracks() -> None:
        stage.worker.freeze()
        kept.set()

    stage.mail.before_reply(stop_in_its_tracks)
    stage.check_in()
    assert kept.wait(20)
    stage.mail.before_reply(None)
    stage.worker.kill()

    stage.repair()

    # The one case in which somebody is told twice: the same mail again, with the same Message-ID.
    assert repeats(stage.wait_until_told()) == (mails + 1, others)
    assert repeated_ids(stage) == same_id_before + 1


def test_a_dead_worker_is_named_while_another_works_and_until_one_is_started(stage: Stage) -> None:
    # Whoever was killed by another test was replaced.
    wait_until(lambda: stage.readyz()["dead_workers"] == [], seconds=60, what="an earlier worker is named")
    second = stage.new_worker()
    wait_until(lambda: second.pid in beating(stage), seconds=20, what="it has no heartbeat of its own")
    second.kill()

    wait_until(lambda: stage.readyz()["dead_workers"] != [], seconds=60, what="the dead worker is not named")
    state = stage.readyz()
    (dead,) = state["dead_workers"]
    assert dead.endswith(f":{second.pid}")
    assert (state["worker"], dead in state["degraded"]) == ("ok", True)

    third = stage.new_worker()
    wait_until(lambda: stage.readyz()["dead_workers"] == [], seconds=30, what="it is named though replaced")
    ended = third.pid
    third.stop()
    assert ended not in beating(stage)
    stage.check_in()


def beating(stage: Stage) -> set[int]:
    """The process ids of the workers that have a heartbeat."""
    names = stage.ask("SELECT name FROM outbox_heartbeat WHERE name LIKE 'worker %'")
    return {int(str(name).rpartition(":")[2]) for (name,) in names}


def test_a_worker_that_dies_with_many_to_tell_leaves_nobody_waiting(stage: Stage) -> None:
    stage.mail.hold()
    for _number in range(10):
        stage.check_in()
    stage.mail.wait_until_held()
    stage.worker.kill()
    stage.mail.release()

    stage.repair()

    # Far below the broker's visibility timeout of five minutes.
    stage.wait_until_told(seconds=30)


def test_beat_is_killed(stage: Stage) -> None:
    stage.beat.kill()
    stage.mail.refuse("451 Later")
    stage.check_in()
    wait_until(lambda: retrying(stage) > 0, seconds=20, what="the nudge alone did not reach the worker")
    stage.mail.refuse(None)

    # What is to be tried again needs a clock: it waits until there is one.
    stage.repair()

    stage.wait_until_told()


def retrying(stage: Stage) -> int:
    return len(stage.ask("SELECT 1 FROM outbox_message WHERE state = 'retrying' AND error LIKE '%451%'"))


def test_two_workers_and_two_beats(stage: Stage) -> None:
    before = stage.reconcile().duplicates
    second, beat = stage.new_worker(), stage.new_beat()
    for number in range(16):
        stage.check_in(EMERGENCY if number % 2 else {"signs": ["pus"], "redness": "1"})

    assert stage.wait_until_told().duplicates == before
    second.stop()
    beat.stop()


def test_a_message_that_cannot_be_worded_stops_no_other(stage: Stage) -> None:
    stage.ask(
        "INSERT INTO outbox_message (id, kind, subject, recipient_id, channel, repeat, priority, state,"
        " created_at, next_attempt_at, claimed_by, attempts, deaths, failure, error)"
        " SELECT gen_random_uuid(), 'nobody words this', gen_random_uuid(), min(id), 'email', 0, 0, 'pending',"
        " now(), now(), '', 0, 0, '', '' FROM people_user RETURNING id"
    )
    stage.check_in()

    stage.wait_until_told()
    poison = "SELECT state, error FROM outbox_message WHERE kind = 'nobody words this'"
    assert stage.ask(poison) == [("retrying", "KeyError")]
