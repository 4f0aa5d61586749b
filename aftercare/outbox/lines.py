"""The channels side by side: each has a thread of its own, so that a slow or dead provider delays no other.

A thread is started for each channel on which something is due. While one of them waits for its provider, the others
are looked at now and then.
"""

from __future__ import annotations

import logging
import threading
import time

from aftercare.outbox import database_clock, delivery
from aftercare.outbox.channels import channels_in_use
from aftercare.outbox.claiming import claims
from aftercare.outbox.claiming.sources import run_sources

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds between two looks at the channels while one of them is busy


def sweep_all(clock: delivery.Clock = database_clock.now, *, seconds: float = delivery.RUN_SECONDS) -> int:
    """Deliver what is due on every channel at once; return the number of mails sent."""
    channels = channels_in_use()
    if len(channels) == 1:
        return delivery.sweep(clock, seconds=seconds)
    claims.release_stale_claims(clock())
    return Lines(channels, clock, seconds).run()


class Lines:
    """One run of several channels, until nothing is due on any of them."""

    def __init__(self, channels: list[str], clock: delivery.Clock, seconds: float) -> None:
        self.channels = channels
        self.clock = clock
        self.until = time.monotonic() + seconds
        self.threads: list[threading.Thread] = []
        self.changed = threading.Condition()
        # How often a thread has ended or messages were written.
        self.changes = 0
        self.at_work: set[str] = set()
        # Channels on which nothing could be sent, and when they are looked at again.
        self.idle_until: dict[str, float] = {}
        self.sent = 0

    def run(self) -> int:
        """Deliver on every channel until nothing is due; return the number of mails when all threads have ended."""
        try:
            while self.is_going_on():
                pass
        finally:
            for thread in self.threads:
                thread.join()
        return self.sent

    def is_going_on(self) -> bool:
        """Start a thread where something is due, and wait for a change; return False if nothing is left to wait for."""
        self.write_due_messages(self.clock)
        before = self.changes
        self.start(claims.channels_due(self.channels, self.clock()))
        delivery.close_connections()
        with self.changed:
            if self.changes == before and self.at_work:
                self.changed.wait(LOOK_EVERY)
                return True
            return self.changes != before

    def start(self, due: list[str]) -> None:
        """Start the threads of these channels, if time is left, unless they are at work or were idle just now."""
        now = time.monotonic()
        for channel in due:
            with self.changed:
                if channel in self.at_work or now < self.idle_until.get(channel, now) or now >= self.until:
                    continue
                self.at_work.add(channel)
            name = f"channel {channel}"
            thread = threading.Thread(target=self.run_channel, args=(channel,), name=name, daemon=True)
            self.threads.append(thread)
            thread.start()

    def run_channel(self, channel: str) -> None:
        """Deliver on one channel until nothing is due on it."""
        sent = 0
        try:
            seconds = max(self.until - time.monotonic(), 0)
            sent = delivery.sweep_channel(
                channel, self.clock, seconds=seconds, write_due=self.write_due_messages
            )
        except Exception:
            logger.exception("channel %s broke off", channel)
        finally:
            delivery.close_connections()
            with self.changed:
                self.sent += sent
                self.at_work.discard(channel)
                if not sent:
                    self.idle_until[channel] = time.monotonic() + LOOK_EVERY
                self.changes += 1
                self.changed.notify_all()

    def write_due_messages(self, clock: delivery.Clock) -> int:
        """Let the sources write what is due; if they did, every channel is looked at again at once."""
        written = run_sources(clock)
        if written:
            with self.changed:
                self.idle_until.clear()
                self.changes += 1
                self.changed.notify_all()
        return written
