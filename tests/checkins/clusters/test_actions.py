"""Clusters: found for one clinic, told once for each patient who joins, and looked at by a manager."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.checkins.clusters import actions
from aftercare.checkins.clusters.actions import GrownMeanwhileError, find_clusters, look_at_cluster
from aftercare.checkins.corrections.actions import correct_procedure
from aftercare.checkins.corrections.treatment import Treatment
from aftercare.checkins.models import CheckIn, Cluster
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.withdrawal import withdraw_patient
from aftercare.people.models import Clinic, Event, Patient, StaffMember
from tests.factories import ClinicFactory, PatientFactory, ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db
DAY = 24


def treated(clinic: Clinic) -> Patient:
    """Return a further patient of a clinic, treated at hour 0."""
    patient = PatientFactory.create(clinic=clinic)
    ProcedureFactory.create(patient=patient)
    return patient


def reported(clinic: Clinic, h: float, **said: Any) -> Patient:
    """Let a further patient report a sign, pus unless another is named."""
    patient = treated(clinic)
    check_in(patient, h, **(said or {"signs": ["pus"]}))
    return patient


@pytest.fixture
def two(clinic: Clinic, manager: StaffMember) -> list[Patient]:
    """Two patients who have reported pus, one at hour 1 and one at hour 2."""
    return [reported(clinic, 1), reported(clinic, 2)]


def mails_at(h: float) -> list[str]:
    """Search for clusters, let what is due leave, and return whom mails about clusters went to."""
    find_clusters(at(h))
    sweep(lambda: at(h))
    return [
        one.to[0] for one in mail.outbox if "looked at together" in one.body or "look at together" in one.body
    ]


class TestFound:
    def test_two_patients_are_none(self, two: list[Patient]) -> None:
        assert find_clusters(at(3)) == 0

    def test_nor_is_one_of_them_again(self, two: list[Patient]) -> None:
        for h in (30, 60):
            check_in(two[0], h, signs=["pus"])
        assert find_clusters(at(61)) == 0

    def test_a_third_patient_makes_one(self, clinic: Clinic, two: list[Patient]) -> None:
        third = reported(clinic, 3, signs=["spreading"])

        assert find_clusters(at(3)) == 1

        cluster = Cluster.objects.get()
        assert (cluster.clinic, cluster.found_at, cluster.looked_at) == (clinic, at(3), None)
        assert [(one.check_in.patient, one.rules) for one in cluster.reports.all()] == [
            (two[0], ["pus"]),
            (two[1], ["pus"]),
            (third, ["spreading"]),
        ]
        event = Event.objects.get(verb=Event.Verb.FOUND_CLUSTER)
        assert (event.clinic, event.subject, event.patient) == (clinic, cluster.pk, None)

    def test_late_lumps_and_late_sores_count_and_early_ones_do_not(
        self, clinic: Clinic, two: list[Patient]
    ) -> None:
        reported(clinic, 20 * DAY, signs=["peeling"])
        reported(clinic, 6 * DAY, signs=["open_sore"])
        reported(clinic, 13 * DAY, signs=["lumps"])
        assert find_clusters(at(20 * DAY)) == 0

        reported(clinic, 20 * DAY, signs=["lumps", "open_sore"])

        assert find_clusters(at(20 * DAY)) == 1
        assert Cluster.objects.get().reports.order_by("-reported_at")[0].rules == [
            "late_lumps",
            "late_open_sore",
        ]

    @pytest.mark.parametrize(("later", "found"), [(0, 1), (1, 0)])
    def test_day_30_counts_and_a_minute_later_does_not(
        self, clinic: Clinic, two: list[Patient], later: int, found: int
    ) -> None:
        third = treated(clinic)
        check_in(third, at(1 + 30 * DAY, minutes=later), signs=["pus"])

        assert find_clusters(at(1 + 30 * DAY, minutes=later)) == found

    def test_of_two_clinics_each_has_its_own(self, two: list[Patient]) -> None:
        other = ClinicFactory.create()
        reported(other, 3)
        assert find_clusters(at(3)) == 0
        reported(other, 3)
        reported(other, 3)

        assert find_clusters(at(4)) == 1
        assert Cluster.objects.get().clinic == other

    def test_what_was_reported_while_the_task_stood_still(self, clinic: Clinic, two: list[Patient]) -> None:
        find_clusters(at(2))
        reported(clinic, 30 * DAY)

        assert find_clusters(at(45 * DAY)) == 1

    def test_an_error_at_one_clinic_keeps_the_other_and_is_tried_again(
        self, clinic: Clinic, two: list[Patient], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = ClinicFactory.create()
        for h in (1, 2, 3):
            reported(other, h)
        reported(clinic, 3)
        real = actions.update_clusters

        def broken(of: Clinic, now: Any, last: Any) -> actions.Changes:
            if of == clinic:
                raise ValueError("broken")
            return real(of, now, last)

        monkeypatch.setattr(actions, "update_clusters", broken)
        assert find_clusters(at(3)) == 1
        monkeypatch.undo()

        # Later than the margin: the reports are looked at again because the run failed.
        assert find_clusters(at(4)) == 1
        assert set(Cluster.objects.values_list("clinic", flat=True)) == {clinic.pk, other.pk}


class TestTakenBack:
    def test_a_corrected_sign_does_not_count(self, clinic: Clinic, two: list[Patient]) -> None:
        wrong = two[0].check_ins.get()
        check_in(two[0], 2.5, supersedes=wrong, described=at(1))
        reported(clinic, 3)

        assert find_clusters(at(3)) == 0

    def test_a_kept_sign_counts_from_its_first_report(self, clinic: Clinic, two: list[Patient]) -> None:
        check_in(two[0], 2.5, supersedes=two[0].check_ins.get(), described=at(1), signs=["pus"], redness=2)
        reported(clinic, 3)

        assert find_clusters(at(3)) == 1
        assert [one.reported_at for one in Cluster.objects.get().reports.all()] == [at(1), at(2), at(3)]

    def test_an_alert_that_was_entered_by_mistake_does_not_count(
        self, clinic: Clinic, two: list[Patient], nurse: StaffMember
    ) -> None:
        alert = two[0].alerts.get()
        acknowledge(alert=alert, by=nurse.user, now=at(2))
        close(alert=alert, by=nurse.user, now=at(2.5), outcome="mistake", note="Another patient.")
        reported(clinic, 3)

        assert find_clusters(at(3)) == 0

    def test_nor_does_a_sign_that_is_not_late_after_all(
        self, clinic: Clinic, two: list[Patient], clinician: StaffMember
    ) -> None:
        third = reported(clinic, 15 * DAY, signs=["lumps"])
        [procedure] = third.procedures.all()
        correct_procedure(
            procedure=procedure,
            version=procedure.version,
            treatment=replace(Treatment.of(procedure), performed_at=at(5 * DAY)),
            reason="Typed wrongly.",
            by=clinician.user,
            now=at(15 * DAY + 1),
        )

        assert find_clusters(at(15 * DAY + 1)) == 0

    def test_but_the_report_of_a_patient_who_was_withdrawn_does(
        self, clinic: Clinic, two: list[Patient], nurse: StaffMember
    ) -> None:
        withdraw_patient(patient=two[0], reason="Moved.", by=nurse.user, now=at(2))
        reported(clinic, 3)

        assert find_clusters(at(3)) == 1


class TestTold:
    def test_the_managers_once(
        self, clinic: Clinic, two: list[Patient], manager: StaffMember, nurse: StaffMember
    ) -> None:
        assert mails_at(2) == []
        third = reported(clinic, 3)
        assert mails_at(3) == [manager.user.email]

        [message] = [one for one in mail.outbox if "looked at together" in one.body]
        assert f"/clinic/clusters/{Cluster.objects.get().pk}/" in message.body
        for word in ("pus", "infection", *(str(one.user) for one in (*two, third))):
            assert word not in message.body
        check_in(two[0], 4, signs=["pus"])
        assert mails_at(5) == [manager.user.email]
        assert Cluster.objects.get().reports.count() == 4

    def test_again_for_each_patient_who_joins(
        self, clinic: Clinic, two: list[Patient], manager: StaffMember
    ) -> None:
        reported(clinic, 3)
        find_clusters(at(3))
        cluster = Cluster.objects.get()
        look_at_cluster(
            cluster_id=cluster.pk,
            by=manager.user,
            note="Asked the maker.",
            grown_at=cluster.grown_at,
            now=at(4),
        )
        assert not Cluster.objects.waiting()
        reported(clinic, 5)

        assert find_clusters(at(5)) == 1
        assert find_clusters(at(6)) == 0

        assert Cluster.objects.waiting().get() == cluster
        assert Message.objects.filter(kind="cluster").count() == 2
        # The first one has been dealt with before it left.
        assert mails_at(6) == [manager.user.email]

    def test_a_new_one_after_a_quiet_time(self, clinic: Clinic, two: list[Patient]) -> None:
        reported(clinic, 3)
        find_clusters(at(3))
        for h in (1, 2, 3):
            reported(clinic, 40 * DAY + h)

        assert find_clusters(at(41 * DAY)) == 1
        assert [one.reports.count() for one in Cluster.objects.all()] == [3, 3]


class TestLookedAt:
    @pytest.fixture
    def cluster(self, clinic: Clinic, two: list[Patient]) -> Cluster:
        reported(clinic, 3)
        find_clusters(at(3))
        return Cluster.objects.get()

    def test_who_when_and_what_was_done(self, cluster: Cluster, manager: StaffMember) -> None:
        look_at_cluster(
            cluster_id=cluster.pk, by=manager.user, note="Sent swabs.", grown_at=cluster.grown_at, now=at(4)
        )

        look = cluster.looks.get()
        assert (look.by, look.at, look.note) == (manager.user, at(4), "Sent swabs.")
        event = Event.objects.get(verb=Event.Verb.LOOKED_AT_CLUSTER)
        assert (event.actor, event.subject, event.data) == (manager.user, cluster.pk, {})

    def test_not_where_a_patient_has_joined_since_the_page_was_drawn(
        self, clinic: Clinic, cluster: Cluster, manager: StaffMember
    ) -> None:
        reported(clinic, 4)
        find_clusters(at(4))

        with pytest.raises(GrownMeanwhileError):
            look_at_cluster(
                cluster_id=cluster.pk, by=manager.user, note="x", grown_at=cluster.grown_at, now=at(5)
            )
        assert not cluster.looks.exists()

    def test_the_database_refuses_a_look_from_before_it_grew(self, cluster: Cluster) -> None:
        with pytest.raises(DatabaseError):
            Cluster.objects.update(looked_at=cluster.grown_at - timedelta(seconds=1))


def test_a_quiet_minute_costs_two_statements(clinic: Clinic, two: list[Patient]) -> None:
    find_clusters(at(10))
    with CaptureQueriesContext(connection) as queries:
        find_clusters(at(20))
    assert CheckIn.objects.exists()
    # Of when was searched last, of the alerts since then, and the heartbeat.
    assert len(queries) <= 4, [one["sql"] for one in queries]
