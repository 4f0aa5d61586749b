"""Celery task of the outbox."""

from __future__ import annotations

import importlib
import logging

from celery import shared_task
from celery.signals import worker_init, worker_ready, worker_shutdown
from django.db import DatabaseError

from aftercare.outbox import database_clock, delivery, heartbeats, lines
from aftercare.outbox.channels import gateways, is_set_up
from aftercare.outbox.models import Message

logger = logging.getLogger(__name__)


@shared_task(name="aftercare.outbox.sweep", time_limit=45)
def sweep(*, from_beat: bool = False) -> None:
    """Deliver everything that is due, and store the heartbeats of worker and beat."""
    now = database_clock.now()
    heartbeats.beat_heart(heartbeats.own_worker(), now)
    if from_beat:
        heartbeats.beat_heart("beat", now)
    lines.sweep_all()


@worker_init.connect
def name_worker(**_signal: object) -> None:
    """Name the worker after its main process; the processes that it forks beat under this name."""
    heartbeats.name_own_worker()


@worker_init.connect
def load_libraries(**_signal: object) -> None:
    """Import what the channels need before processes are forked: the first SMS or push would wait a second for it."""
    if is_set_up(Message.Channel.SMS):
        gateways.load_plugins()
    if is_set_up(Message.Channel.PUSH):
        importlib.import_module("pywebpush")


@worker_ready.connect
def begin_beating(**_signal: object) -> None:
    """Store the first heartbeat of a worker."""
    try:
        heartbeats.begin_own_worker(database_clock.now())
    except DatabaseError as error:
        # The first sweep does it.
        logger.warning("the worker's first heartbeat could not be stored: %s", type(error).__name__)
    finally:
        delivery.close_connections()


@worker_shutdown.connect
def stop_beating(**_signal: object) -> None:
    """Forget a worker that ends as it should, so that it is not taken to be dead."""
    try:
        heartbeats.forget_own_worker()
    except DatabaseError as error:
        logger.warning("the worker's heartbeat could not be removed: %s", type(error).__name__)
    finally:
        delivery.close_connections()
