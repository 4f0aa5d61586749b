"""Clusters of an operator or a lot: within a clinic no second one, across clinics one for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from django.core import mail

from aftercare.alerts.models import Alert
from aftercare.checkins.clusters import actions
from aftercare.checkins.clusters.actions import find_clusters, look_at_cluster
from aftercare.checkins.clusters.search import reports_at, reports_elsewhere
from aftercare.checkins.corrections.actions import correct_procedure
from aftercare.checkins.corrections.treatment import Treatment
from aftercare.checkins.models import Cluster
from aftercare.outbox.heartbeats import beat_heart
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Patient, StaffMember
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from tests.checkins.clusters.sharing import reported_with, treated_with
from tests.checkins.clusters.test_actions import mails_at, reported
from tests.factories import at, check_in, person

pytestmark = pytest.mark.django_db
DAY = 24


@pytest.fixture
def other_manager(other_clinic: Clinic) -> StaffMember:
    return person(other_clinic, "Olga", StaffMember.Role.MANAGER)


@pytest.fixture
def across(clinic: Clinic, other_clinic: Clinic, manager: StaffMember, other_manager: StaffMember) -> Patient:
    """One patient here and two elsewhere, treated with the same lot; returns the one here."""
    here = reported_with(clinic, 1, "", "AB-12")
    reported_with(other_clinic, 2, "", "ab 12")
    reported_with(other_clinic, 3, "", "Lot AB12")
    return here


def reports_of(cluster: Cluster) -> list[Patient]:
    return [one.check_in.patient for one in cluster.reports.all()]


def look(cluster: Cluster, by: StaffMember, h: float) -> None:
    cluster.refresh_from_db()
    look_at_cluster(
        cluster_id=cluster.pk, by=by.user, note="Set aside.", grown_at=cluster.grown_at, now=at(h)
    )


class TestWithinAClinic:
    def test_the_clinic_the_operator_and_the_lot_make_one_cluster_and_one_message(
        self, clinic: Clinic, manager: StaffMember
    ) -> None:
        for h in (1, 2, 3):
            reported_with(clinic, h, "Ann Lowe", "AB-12")

        assert mails_at(3) == [manager.user.email]
        assert Cluster.objects.get().reports.count() == 3
        assert not Cluster.objects.get().elsewhere.exists()

    def test_other_products_of_the_same_number_are_another_lot(
        self, clinic: Clinic, other_clinic: Clinic
    ) -> None:
        reported_with(clinic, 1, "", "AB-12")
        for h in (2, 3):
            patient = treated_with(other_clinic)
            patient.procedures.get().lots.create(
                clinic=other_clinic, kind="numbing", number="AB-12", key="AB12"
            )
            check_in(patient, h, signs=["pus"])

        assert find_clusters(at(4)) == 0


class TestAcrossClinics:
    def test_each_clinic_has_a_cluster_of_its_own_patients(
        self, clinic: Clinic, other_clinic: Clinic, across: Patient
    ) -> None:
        assert find_clusters(at(4)) == 2

        here, there = Cluster.objects.get(clinic=clinic), Cluster.objects.get(clinic=other_clinic)
        assert reports_of(here) == [across]
        assert {one.clinic for one in reports_of(there)} == {other_clinic}
        assert (here.elsewhere.count(), there.elsewhere.count()) == (2, 1)

    def test_each_manager_is_told_once_without_details(
        self, across: Patient, manager: StaffMember, other_manager: StaffMember
    ) -> None:
        told = mails_at(4)

        assert sorted(told) == sorted([manager.user.email, other_manager.user.email])
        assert mails_at(5) == told

    def test_a_clinic_without_news_is_looked_at_too(self, clinic: Clinic, other_clinic: Clinic) -> None:
        reported_with(clinic, 1, "", "AB-12")
        reported_with(other_clinic, 2, "", "AB-12")
        assert find_clusters(at(5 * DAY)) == 0
        reported_with(other_clinic, 6 * DAY, "", "AB-12")

        assert find_clusters(at(6 * DAY)) == 2
        assert Cluster.objects.get(clinic=clinic).found_at == at(6 * DAY)

    def test_an_error_at_the_other_clinic_is_made_up_for_by_the_next_run(
        self, clinic: Clinic, other_clinic: Clinic, across: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        beat_heart(actions.JOB, at(1.5))
        real = actions.update_clusters

        def broken(of: Clinic, now: datetime, last: datetime) -> actions.Changes:
            if of == clinic:
                raise ValueError("broken")
            return real(of, now, last)

        Alert.objects.filter(clinic=clinic).update(last_reported_at=at(-24))
        monkeypatch.setattr(actions, "update_clusters", broken)
        assert find_clusters(at(4)) == 1
        monkeypatch.undo()

        assert find_clusters(at(5)) == 1
        assert Cluster.objects.filter(clinic=clinic).exists()

    def test_the_other_clinic_is_looked_at_once_for_what_is_new(
        self, clinic: Clinic, other_clinic: Clinic, across: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        find_clusters(at(4))
        looked_at: list[Clinic] = []
        real = actions.update_clusters

        def counting(of: Clinic, now: datetime, last: datetime) -> actions.Changes:
            looked_at.append(of)
            return real(of, now, last)

        monkeypatch.setattr(actions, "update_clusters", counting)
        reported_with(other_clinic, 5, "", "AB12")
        for minutes in (1, 2, 3):
            find_clusters(at(5, minutes=minutes))

        assert looked_at.count(clinic) == 1
        assert looked_at.count(other_clinic) == 3

    def test_how_many_joined_elsewhere_shows_nowhere(
        self, clinic: Clinic, other_clinic: Clinic, across: Patient, manager: StaffMember
    ) -> None:
        find_clusters(at(4))
        here = Cluster.objects.get(clinic=clinic)
        for h in (5, 6):
            reported_with(other_clinic, h, "", "AB12")
            find_clusters(at(h))
        mine = Message.objects.filter(kind="cluster", recipient=manager.user)
        assert (mine.count(), here.elsewhere.count()) == (1, 4)

        look(here, manager, 7)
        assert find_clusters(at(7)) == 0
        for h in (8, 9):
            reported_with(other_clinic, h, "", "AB12")
            find_clusters(at(h))

        # Told once since the look, and asked to look again.
        assert mine.count() == 2
        assert here in Cluster.objects.waiting()
        assert "Another clinic has check-ins like some of yours" in mails_body(manager, 9)

    def test_a_patient_of_the_clinic_is_told_of_as_ever(
        self, clinic: Clinic, across: Patient, manager: StaffMember
    ) -> None:
        find_clusters(at(4))
        second = reported_with(clinic, 5, "", "AB12")

        # The one there waits for a look already.
        assert find_clusters(at(5)) == 1
        cluster = Cluster.objects.get(clinic=clinic)
        assert reports_of(cluster) == [across, second]
        assert Message.objects.filter(kind="cluster", recipient=manager.user).count() == 2

    def test_the_same_account_at_two_clinics(
        self, clinic: Clinic, other_clinic: Clinic, nurse: StaffMember
    ) -> None:
        StaffMember.objects.create(user=nurse.user, clinic=other_clinic, role="nurse")
        reported_with(clinic, 1, str(nurse.user))
        for h in (2, 3):
            reported_with(other_clinic, h, str(nurse.user))

        assert find_clusters(at(4)) == 2

    def test_but_not_the_same_name_without_an_account(self, clinic: Clinic, other_clinic: Clinic) -> None:
        reported_with(clinic, 1, "Ann Lowe")
        for h in (2, 3):
            reported_with(other_clinic, h, "Ann Lowe")

        assert find_clusters(at(4)) == 0

    def test_what_is_not_recorded_is_shared_with_nobody(self, clinic: Clinic, other_clinic: Clinic) -> None:
        reported(clinic, 1)
        for h in (2, 3):
            reported(other_clinic, h)

        assert find_clusters(at(4)) == 0


def mails_body(manager: StaffMember, h: float) -> str:
    """Return the bodies of the mails to a manager that are due."""
    mails_at(h)
    return " ".join(str(one.body) for one in mail.outbox if one.to == [manager.user.email])


class TestWrittenDownLater:
    def test_a_lot_that_is_added_later_completes_a_cluster(
        self, clinic: Clinic, other_clinic: Clinic, nurse: StaffMember
    ) -> None:
        here = reported(clinic, 1)
        for h in (2, 3):
            reported_with(other_clinic, h, "", "AB-12")
        assert find_clusters(at(4)) == 0
        assert find_clusters(at(DAY)) == 0
        add_lot(here, nurse, 2 * DAY)

        assert find_clusters(at(2 * DAY)) == 2

    def test_one_that_is_taken_away_does_not_count(
        self, clinic: Clinic, other_clinic: Clinic, nurse: StaffMember
    ) -> None:
        here = reported_with(clinic, 1, "", "AB-12")
        for h in (2, 3):
            reported_with(other_clinic, h, "", "AB-12")
        add_lot(here, nurse, 4, number="ZZ-1")

        assert find_clusters(at(5)) == 0


def add_lot(patient: Patient, by: StaffMember, h: float, number: str = "AB-12") -> None:
    """Correct the treatment of a patient: its only lot is this one."""
    [procedure] = patient.procedures.all()
    lots = frozenset({LotEntry(kind="needle", number=number)})
    correct_procedure(
        procedure=procedure,
        version=procedure.version,
        treatment=replace(Treatment.of(procedure), details=TreatmentDetails(lots=lots)),
        reason="Read from the box.",
        by=by.user,
        now=at(h),
    )


def test_a_check_in_about_two_treatments_has_the_lots_of_both(clinic: Clinic, nurse: StaffMember) -> None:
    patient = treated_with(clinic, "", "AB-12")
    second = treated_with(clinic, "", "CD-3").procedures.get()
    type(second).objects.filter(pk=second.pk).update(patient=patient, area="neck")
    receipt = check_in(patient, 20, signs=["pus"], is_several=True)
    assert receipt.check_in.several_of

    [report] = reports_at(clinic, at(21))

    assert report.shared == {"lot needle AB12", "lot needle CD3"}


def test_only_reports_that_share_something_are_loaded(
    clinic: Clinic, other_clinic: Clinic, across: Patient
) -> None:
    reported_with(other_clinic, 4, "Somebody", "ZZ-9")

    own = reports_at(clinic, at(5))

    assert len(reports_elsewhere(clinic, own, at(5))) == 2
    assert reports_elsewhere(clinic, [], at(5)) == []
