"""SMS and push: their providers fail, and neither a backlog of mails nor a mail server that hangs delays them."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tools.servers.process import wait_until
from tools.servers.providers.phones import Phones
from tools.stage.clients import EMERGENCY
from tools.stage.stage import Stage
from tools.stage.telephones import Network

pytestmark = [pytest.mark.processes, pytest.mark.slow]
TRIED = """
    SELECT 1 FROM outbox_message
    WHERE state = 'retrying' AND error <> '' AND kind = 'alert_dispatch' AND channel <> 'email'
"""
BACKLOG = 10_000
# Mails that say the same to everybody, written by nobody's act: tests of how people are reached.
WRITE_BACKLOG = f"""
    INSERT INTO outbox_message (id, kind, subject, recipient_id, channel, repeat, priority, state, created_at,
        next_attempt_at, claimed_by, attempts, deaths, failure, error)
    SELECT gen_random_uuid(), 'point_test', gen_random_uuid(), (SELECT min(user_id) FROM people_staffmember),
        'email', 0, 1, 'pending', now(), now(), '', 0, 0, '', '' FROM generate_series(1, {BACKLOG}) RETURNING 1
"""
REMOVE_BACKLOG = """
    UPDATE outbox_message SET state = 'withdrawn', finished_at = now()
    WHERE kind = 'point_test' AND finished_at IS NULL RETURNING 1
"""


@pytest.fixture
def network(stage: Stage) -> Network:
    assert stage.network is not None
    return stage.network


@pytest.fixture
def backlog(stage: Stage) -> Iterator[None]:
    """Ten thousand mails that wait, for as long as the test runs."""
    assert len(stage.ask(WRITE_BACKLOG)) == BACKLOG
    yield
    stage.ask(REMOVE_BACKLOG)


@pytest.mark.parametrize("which", ["gateway", "push"])
@pytest.mark.parametrize(
    "break_it",
    [
        pytest.param(Phones.stop, id="nobody listens"),
        pytest.param(lambda phones: phones.refuse(503), id="503"),
        pytest.param(lambda phones: phones.refuse(429), id="429"),
        pytest.param(lambda phones: phones.refuse(429, Retry_After="1"), id="429 with Retry-After"),
    ],
)
def test_it_may_pass_later(
    stage: Stage, network: Network, which: str, break_it: Callable[[Phones], None]
) -> None:
    before = stage.reconcile().duplicates
    break_it(getattr(network, which))
    assert stage.check_in(EMERGENCY).accepted
    wait_until(lambda: stage.ask(TRIED) != [], seconds=30, what="nothing was tried in vain")

    stage.repair()

    assert stage.wait_until_told().duplicates == before


@pytest.mark.parametrize("which", ["gateway", "push"])
def test_killed_between_the_providers_yes_and_the_note(stage: Stage, network: Network, which: str) -> None:
    before, kept = stage.reconcile(), threading.Event()
    phones: Phones = getattr(network, which)

    def stop_in_its_tracks() -> None:
        stage.worker.freeze()
        kept.set()

    phones.before_reply(stop_in_its_tracks)
    stage.check_in(EMERGENCY)
    assert kept.wait(20)
    phones.before_reply(None)
    stage.worker.kill()

    stage.repair()

    after = stage.wait_until_told()
    # What was on its way by the other channels at that moment may come twice as well.
    assert after.duplicates > before.duplicates
    assert after.duplicates_without_death == before.duplicates_without_death


@pytest.mark.usefixtures("backlog")
def test_an_emergency_by_push_leaves_within_five_seconds_behind_ten_thousand_mails_while_the_mail_server_hangs(
    stage: Stage, network: Network
) -> None:
    stage.worker.kill()
    # Longer than the test: whoever waits for the mail server waits until the end.
    worker = stage.new_worker(MAIL_TIMEOUT_SECONDS="60", OUTBOX_CLAIM_SECONDS="120")
    stage.mail.hold()
    stage.mail.wait_until_held(60)
    before = {phones: len(phones.kept) for phones in (network.push, network.gateway)}

    began = time.monotonic()
    assert stage.check_in(EMERGENCY).accepted
    took = {}
    for phones, count in before.items():
        wait_until(lambda: len(phones.kept) > count, seconds=30, what="it did not leave")  # noqa: B023
        took[phones] = time.monotonic() - began

    assert took[network.push] < 5
    assert took[network.gateway] < 5
    assert stage.ask("SELECT count(*) FROM outbox_message WHERE kind = 'point_test' AND state = 'sent'") == [
        (0,)
    ]
    stage.ask(REMOVE_BACKLOG)
    worker.kill()
    stage.mail.refuse("451 Try again later")
    stage.mail.release()
    stage.mail.wait_until_disconnected(60)
