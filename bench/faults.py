"""Soak test: check-ins at 10/s over 20 clinics with a fault every few seconds, then a reconciliation.

Real PostgreSQL, Valkey, worker, beat and web, a mail server, an SMS gateway and a push service. Faults: worker
killed (also while it hands a message over, and between a provider's acceptance and its own note), beat killed, a
second worker; Valkey killed and back empty, or frozen; PostgreSQL restarted; a provider gone, busy, hanging, hanging
up. A check-in that was not accepted is sent again, as a person would. The reconciliation compares the tables with
what arrived, by channel and in total: `lost` counts missing notifications, `duplicates` those that came twice,
`duplicates_without_death` of these the ones during which no worker died.

    .venv/bin/python bench/faults.py --minutes 10 [--seed 1]
"""

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Replaces this folder, whose module names (queue) would hide those of the standard library.
sys.path[0] = str(ROOT)

from concurrent.futures import ThreadPoolExecutor  # noqa: E402

from tools.servers.cleanup import process_cleanup  # noqa: E402
from tools.servers.mail import MailServer  # noqa: E402
from tools.servers.providers.phones import Phones  # noqa: E402
from tools.stage.clients import EMERGENCY, QUIET, URGENT, Form, Reply  # noqa: E402
from tools.stage.counting import Reconciliation  # noqa: E402
from tools.stage.stage import QUICK, Stage  # noqa: E402
from tools.stage.telephones import Network  # noqa: E402

PER_SECOND = 10
CLINICS = 20
FLAGGED = 0.4  # share of the check-ins, each by a patient without an open alert
TRIES, BETWEEN_TRIES = 20, 2.0  # attempts per check-in, and the seconds between


class Soak:
    """The portal under check-ins and faults, and the counts of both."""

    def __init__(self, stage: Stage, network: Network, rng: random.Random) -> None:
        self.stage = stage
        self.network = network
        self.rng = rng
        self.faults: Counter[str] = Counter()
        self.refused = 0
        self.database_is_up = True
        self.sessions = [session for row in zip(*stage.sessions, strict=True) for session in row]
        self.reporters = iter(self.sessions)

    def check_in(self, at: float) -> None:
        """Submit a check-in at its time, and retry until it is accepted."""
        time.sleep(max(0.0, at - time.monotonic()))
        flagged = self.rng.random() < FLAGGED
        session = next(self.reporters) if flagged else self.rng.choice(self.sessions)
        answers = self.rng.choice([URGENT, URGENT, EMERGENCY]) if flagged else QUIET
        form: Form | None = None
        for _try in range(TRIES):
            up = self.database_is_up
            try:
                form = form or Form(self.stage.web.port, session)
                reply: Reply | None = form.send(answers)
            except OSError:
                reply = None
            if reply is not None:
                self.stage.keep(reply, flagged=flagged, timed=up and self.database_is_up)
                if reply.accepted:
                    return
            self.refused += 1
            time.sleep(BETWEEN_TRIES)
        raise RuntimeError(f"a check-in was not accepted in {TRIES} tries")

    def break_things(self, until: float) -> None:
        """Inject a fault every few seconds, and repair it before the next."""
        faults: list[Callable[[], None]] = [
            self.worker_killed,
            self.worker_killed_in_a_mail,
            self.worker_killed_after_the_yes,
            self.second_worker,
            self.beat_killed,
            self.broker_killed,
            self.broker_frozen,
            self.database_restarted,
            self.mail_server_gone,
            self.mail_server_fails,
            self.worker_killed_in_a_text,
            self.worker_killed_after_the_yes_to_a_text,
            self.phones_gone,
            self.phones_fail,
        ]
        while time.monotonic() < until:
            time.sleep(self.rng.uniform(1, 4))
            fault = self.rng.choice(faults)
            fault()
            self.faults[fault.__name__] += 1
            self.stage.repair()

    def pause(self) -> None:
        """Wait for the duration of a fault."""
        time.sleep(self.rng.uniform(0.5, 4))

    def worker_killed(self) -> None:
        self.stage.worker.kill()
        self.pause()

    def worker_killed_in_a_mail(self) -> None:
        self.stage.mail.hold()
        self.stage.mail.wait_until_held(60)
        self.stage.worker.kill()

    def worker_killed_after_the_yes(self) -> None:
        kept = threading.Event()

        def stop_in_its_tracks() -> None:
            self.stage.worker.freeze()
            kept.set()

        self.stage.mail.before_reply(stop_in_its_tracks)
        kept.wait(60)
        self.stage.mail.before_reply(None)
        self.stage.worker.kill()

    def second_worker(self) -> None:
        second = self.stage.new_worker()
        self.pause()
        second.kill()

    def beat_killed(self) -> None:
        self.stage.beat.kill()
        self.pause()

    def broker_killed(self) -> None:
        self.stage.valkey.kill()
        self.pause()
        self.stage.valkey.stop()

    def broker_frozen(self) -> None:
        self.stage.valkey.freeze()
        self.pause()

    def database_restarted(self) -> None:
        self.database_is_up = False
        self.stage.postgres.server.stop()
        self.pause()
        self.stage.postgres.server.start()
        # Requests that began during the outage are affected too.
        time.sleep(1)
        self.database_is_up = True

    def mail_server_gone(self) -> None:
        self.stage.mail.stop()
        self.pause()

    def mail_server_fails(self) -> None:
        ways: list[Callable[[MailServer], None]] = [
            lambda mail: mail.refuse("451 Try again later"),
            lambda mail: mail.refuse("421 Closing"),
            MailServer.hold,
            MailServer.hang_up_in_data,
        ]
        self.rng.choice(ways)(self.stage.mail)
        self.pause()
        # A text that is taken in the very moment in which its sender gives up would rightly be sent twice.
        self.stage.mail.refuse("451 Try again later")
        self.stage.mail.release()
        self.stage.mail.wait_until_disconnected(60)

    @property
    def phones(self) -> Phones:
        """One of the two providers, drawn anew each time."""
        return self.rng.choice([self.network.gateway, self.network.push])

    def worker_killed_in_a_text(self) -> None:
        phones = self.phones
        phones.hold()
        phones.wait_until_held(60)
        self.stage.worker.kill()

    def worker_killed_after_the_yes_to_a_text(self) -> None:
        phones, kept = self.phones, threading.Event()

        def stop_in_its_tracks() -> None:
            self.stage.worker.freeze()
            kept.set()

        phones.before_reply(stop_in_its_tracks)
        kept.wait(60)
        phones.before_reply(None)
        self.stage.worker.kill()

    def phones_gone(self) -> None:
        self.phones.stop()
        self.pause()

    def phones_fail(self) -> None:
        ways: list[Callable[[Phones], None]] = [
            lambda phones: phones.refuse(503),
            lambda phones: phones.refuse(429),
            lambda phones: phones.refuse(429, Retry_After="2"),
            Phones.hold,
        ]
        self.rng.choice(ways)(self.phones)
        self.pause()


def soak(stage: Stage, network: Network, seconds: float, seed: int) -> dict[str, object]:
    """Run the soak test and return its figures."""
    made = Soak(stage, network, random.Random(seed))
    began = time.monotonic()
    breaker = threading.Thread(target=made.break_things, args=(began + seconds,))
    breaker.start()
    with ThreadPoolExecutor(32) as threads:
        done = [
            threads.submit(made.check_in, began + number / PER_SECOND)
            for number in range(int(seconds * PER_SECOND))
        ]
        for each in done:
            each.result()
    breaker.join()
    stage.repair()
    return figures_of(made, stage.settle(seconds=300))


def figures_of(made: Soak, settled: Reconciliation) -> dict[str, object]:
    """Return the figures of a soak test, and print what was lost."""
    for line in settled.lost:
        print(f"lost: {line}")
    return {
        "check_ins": settled.check_ins,
        "faults": sum(made.faults.values()),
        "messages_expected": settled.expected,
        "messages_arrived": settled.arrived,
        "lost": len(settled.lost),
        "duplicates": settled.duplicates,
        "duplicates_without_death": settled.duplicates_without_death,
        "unfinished": settled.unfinished,
        "mails": len(made.stage.mail.messages),
        "refused_at_first": made.refused,
        "p99_ms": round(1000 * made.stage.p99(), 1),
        **by_channel(settled),
        "kinds": dict(made.faults),
    }


def by_channel(settled: Reconciliation) -> dict[str, int]:
    """Return the figures of each channel."""
    found: dict[str, int] = {}
    for channel, count in settled.channels.items():
        found |= {
            f"{channel}_expected": count.expected,
            f"{channel}_arrived": count.arrived,
            f"{channel}_lost": len(count.lost),
            f"{channel}_duplicates": count.duplicates,
            f"{channel}_duplicates_without_death": count.duplicates_without_death,
        }
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    seconds = options.minutes * 60
    patients = int(seconds * PER_SECOND * (FLAGGED + 0.1) / CLINICS) + 20
    with (
        process_cleanup(),
        Network() as network,
        Stage(clinics=CLINICS, patients=patients, pace=QUICK, network=network) as stage,
    ):
        figures = soak(stage, network, seconds, options.seed)
    kinds = figures.pop("kinds")
    print(f"faults: {kinds}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
