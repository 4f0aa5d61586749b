"""The channels side by side: each has a thread of its own, so that a slow or dead provider delays no other.

While one of them waits for its provider, the others go on looking for what falls due.
"""

from __future__ import annotations

import logging
import threading
import time

from aftercare.outbox import database_clock, delivery
from aftercare.outbox.channels import channels_in_use
from aftercare.outbox.claiming import claims

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds between two looks at a channel while another is busy


def sweep_all(clock: delivery.Clock = database_clock.now, *, seconds: float = delivery.RUN_SECONDS) -> int:
    """Deliver what is due on every channel at once; return the number of mails sent."""
    channels = channels_in_use()
    if len(channels) == 1:
        return delivery.sweep(clock, seconds=seconds)
    claims.release_stale_claims(clock())
    return Lines(channels, clock, seconds).run()


class Lines:
    """One run of several channels, until none of them is at work."""

    def __init__(self, channels: list[str], clock: delivery.Clock, seconds: float) -> None:
        self.channels = channels
        self.clock = clock
        self.until = time.monotonic() + seconds
        self.at_work = set(channels)
        self.changed = threading.Condition()
        self.sent = 0

    def run(self) -> int:
        """Run every channel, and return how many mails they sent when all are done."""
        threads = [
            threading.Thread(target=self.run_channel, args=(channel,), name=f"channel {channel}", daemon=True)
            for channel in self.channels
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.sent

    def run_channel(self, channel: str) -> None:
        """Deliver on one channel, again and again while another is at work."""
        try:
            while True:
                seconds = max(self.until - time.monotonic(), 0)
                sent = delivery.sweep_channel(channel, self.clock, seconds=seconds)
                if not self.looks_again(channel, sent):
                    return
        except Exception:
            logger.exception("channel %s broke off", channel)
        finally:
            self.looks_again(channel, 0, is_over=True)
            delivery.close_connections()

    def looks_again(self, channel: str, sent: int, *, is_over: bool = False) -> bool:
        """Leave the work, and return to it after a while if another channel is still at work."""
        with self.changed:
            self.sent += sent
            self.at_work.discard(channel)
            self.changed.notify_all()
            if is_over or not self.at_work:
                return False
            self.changed.wait(LOOK_EVERY)
            if not self.at_work:
                return False
            self.at_work.add(channel)
            return True
