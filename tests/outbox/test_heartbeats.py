"""Workers: a heartbeat for each, so that a dead one is named while another works, and what they load at their start."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings

from aftercare.outbox import delivery_health, heartbeats
from aftercare.outbox.channels import gateways
from aftercare.outbox.heartbeats import beat_heart
from aftercare.outbox.models import Heartbeat
from aftercare.outbox.tasks import begin_beating, load_libraries, stop_beating, sweep
from tests.factories import at
from tools.servers.providers.push import VAPID_PRIVATE_KEY

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at())]
OWN, OTHER, ELSEWHERE = "worker here:10", "worker here:11", "worker elsewhere:10"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is a worker of its own name, and beat is alive."""
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    monkeypatch.setattr(heartbeats, "_main_process", [10])
    beat_heart("beat", at())


def state() -> delivery_health.DeliveryHealth:
    return delivery_health.state(at())


def test_a_worker_beats_under_the_name_of_its_main_process() -> None:
    sweep(from_beat=True)

    assert dict(Heartbeat.objects.values_list("name", "at")) == {OWN: at(), "beat": at()}
    assert state().degraded == []


def test_a_heartbeat_is_written_once_a_second_and_whenever_the_clock_was_set_back() -> None:
    beat_heart(OWN, at())
    beat_heart(OWN, at(seconds=0.9))
    assert Heartbeat.objects.get(name=OWN).at == at()

    beat_heart(OWN, at(seconds=1))
    assert Heartbeat.objects.get(name=OWN).at == at(seconds=1)
    beat_heart(OWN, at(-1))
    assert Heartbeat.objects.get(name=OWN).at == at(-1)


def test_a_dead_worker_is_named_while_another_works() -> None:
    beat_heart(OTHER, at(minutes=-5))
    sweep()

    assert (state().silent, state().dead_workers) == ((), (OTHER,))
    assert state().degraded == [OTHER]


def test_where_all_are_dead_there_is_no_worker() -> None:
    beat_heart(OWN, at(minutes=-5))
    beat_heart(OTHER, at(minutes=-4))

    assert state().degraded == ["worker", OWN, OTHER]
    assert state().silent_since == at(minutes=-4)


@pytest.mark.parametrize(
    ("dead", "left"),
    [([OTHER], []), ([ELSEWHERE], []), ([ELSEWHERE, OTHER], [ELSEWHERE])],
)
def test_a_worker_that_starts_stands_for_one_dead_one_of_its_own_host_first(
    dead: list[str], left: list[str]
) -> None:
    for minutes, name in enumerate(dead, -9):
        beat_heart(name, at(minutes=minutes))

    begin_beating()

    assert state().dead_workers == tuple(left)
    assert Heartbeat.objects.filter(name=OWN, at=at()).exists()


def test_a_worker_that_is_started_at_once_after_a_death_stands_for_it() -> None:
    """Its last heartbeat was still fresh at that moment."""
    beat_heart(OTHER, at(seconds=-5))
    begin_beating()

    beat_heart(OWN, at(minutes=1))
    assert delivery_health.state(at(minutes=1)).dead_workers == ()


def test_a_worker_that_began_before_a_death_stands_for_none() -> None:
    begin_beating()
    beat_heart(OTHER, at(seconds=5))
    beat_heart(OWN, at(minutes=1))

    assert delivery_health.state(at(minutes=1)).dead_workers == (OTHER,)


def test_one_that_was_started_anew_and_died_again_is_named_once() -> None:
    beat_heart(OTHER, at(minutes=-9))
    begin_beating()

    assert delivery_health.state(at(minutes=1)).dead_workers == (OWN,)


def test_a_worker_that_starts_leaves_those_that_work() -> None:
    beat_heart(OTHER, at(seconds=-5))

    begin_beating()

    assert {OWN, OTHER} < set(Heartbeat.objects.values_list("name", flat=True))
    assert state().dead_workers == ()


def test_a_worker_that_ends_as_it_should_is_not_called_dead() -> None:
    beat_heart(OTHER, at())
    begin_beating()
    stop_beating()

    assert not Heartbeat.objects.filter(name=OWN).exists()
    assert state().degraded == []


def test_a_dead_worker_that_nobody_missed_for_a_day_is_forgotten() -> None:
    beat_heart(OTHER, at() - timedelta(days=1))
    sweep()
    assert state().dead_workers == ()

    begin_beating()

    assert not Heartbeat.objects.filter(name=OTHER).exists()


def test_a_worker_loads_what_its_channels_need_before_it_forks(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(gateways, "load_plugins", lambda: loaded.append("apprise"))
    monkeypatch.setattr("importlib.import_module", loaded.append)

    load_libraries()
    assert loaded == []

    settings.SMS_URL, settings.VAPID_PRIVATE_KEY = "json://sms.example/?:to={to}", VAPID_PRIVATE_KEY
    load_libraries()
    assert loaded == ["apprise", "pywebpush"]
