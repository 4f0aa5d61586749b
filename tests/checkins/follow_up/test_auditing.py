"""The auditor finds what was removed by hand, lets somebody be told of it now, and says so."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.auditing import repair
from aftercare.alerts.auditing.report import KIND
from aftercare.alerts.following_up.escalation import escalate, follow_up
from aftercare.alerts.models import Alert, Dispatch, Omission
from aftercare.alerts.notifying.notifications import drain
from aftercare.checkins.follow_up.auditing import audit
from aftercare.checkins.models import CheckIn, Finding
from aftercare.outbox.delivery import sweep
from aftercare.outbox.heartbeats import beat_heart
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.clock import frozen_at
from tests.factories import alert_of, at, check_in, someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procedure")]
CONTACT = "it@test.example"
Kind = Omission.Kind


def sent(h: float, *, minutes: float = 0) -> None:
    """Let everything that is due leave."""
    sweep(lambda: at(h, minutes=minutes))


def forget_dispatches() -> None:
    """Remove dispatches and messages by hand."""
    Message.objects.all().delete()
    Dispatch.alerts.through.objects.all().delete()
    Dispatch.objects.all().delete()


def found(h: float, *, minutes: float = 0) -> list[str]:
    """What the auditor finds."""
    return sorted(omission.kind for omission in audit(at(h, minutes=minutes)))


class TestNothingIsFound:
    def test_while_an_alert_goes_its_way(self, patient: Patient, nurse: StaffMember) -> None:
        alert = alert_of(patient, 1, signs=["pus"])
        assert found(1) == []
        sent(1)
        assert found(1, minutes=29) == []
        for minutes in (30, 60, 90, 120):
            escalate(at(1, minutes=minutes))
            assert found(1, minutes=minutes) == []
        acknowledge(alert=alert, by=nurse.user, now=at(3, minutes=1))
        assert found(3, minutes=1) == []
        follow_up(at(3, minutes=31))
        sent(3, minutes=31)
        assert found(3, minutes=32) == []
        record_contact_attempt(patient=patient, by=nurse.user, now=at(4), result="reached")
        assert found(60) == []

    def test_of_a_lower_alert_under_a_higher_one(self, patient: Patient, nurse: StaffMember) -> None:
        alert_of(patient, 1, emergency=["eye"])
        check_in(patient, 2, signs=["pus"])
        sent(2)

        # Nobody was told of the pus: that comes when somebody has taken on the emergency.
        assert not Dispatch.objects.filter(alerts__rule="pus").exists()
        assert [kind for kind in found(2) if kind == Kind.UNTOLD] == []

    def test_of_same_day_and_routine_alerts_that_were_told_of(self, patient: Patient) -> None:
        check_in(patient, 1, want_contact=True)
        sent(1)

        assert Alert.objects.exists()
        assert found(30) == []

    def test_while_the_mail_server_is_away(self, patient: Patient, nurse: StaffMember, settings: Any) -> None:
        """Without a deadline, but with a message on its way."""
        alert_of(patient, 1, signs=["pus"])
        drain(at(1))
        Alert.objects.update(next_escalation_at=None)

        assert found(2) == []


class TestRowsRemovedByHand:
    def test_the_dispatch_of_an_urgent_check_in(self, patient: Patient, nurse: StaffMember) -> None:
        alert = alert_of(patient, 1, signs=["pus"])
        forget_dispatches()

        assert found(1, minutes=1) == [Kind.UNTOLD]

        sent(1, minutes=1)
        assert [letter.to for letter in mail.outbox] == [[nurse.user.email]]
        assert Omission.objects.get().alert == alert
        assert Omission.objects.get().repaired_at == at(1, minutes=1)
        assert found(1, minutes=2) == []

    def test_the_dispatch_of_a_same_day_check_in(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 1, signs=["lumps"])
        assert set(Alert.objects.values_list("level", flat=True)) == {"same_day"}
        forget_dispatches()

        assert found(1, minutes=1) == [Kind.UNTOLD]

        sent(1, minutes=1)
        assert len(mail.outbox) == 1

    def test_a_same_day_check_in_at_night_is_told_of_at_the_opening(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        check_in(patient, 13, signs=["lumps"])
        forget_dispatches()

        found(13, minutes=1)

        assert Dispatch.objects.get().due_at == at(22)

    def test_the_links_between_dispatch_and_alert(self, patient: Patient, nurse: StaffMember) -> None:
        alert_of(patient, 1, signs=["pus"])
        sent(1)
        Dispatch.alerts.through.objects.all().delete()

        assert found(1, minutes=1) == [Kind.UNTOLD]

    def test_the_deadline_of_an_alert(self, patient: Patient, nurse: StaffMember) -> None:
        alert_of(patient, 1, signs=["pus"])
        sent(1)
        mail.outbox.clear()
        Alert.objects.update(next_escalation_at=None)

        assert found(1, minutes=1) == [Kind.NO_NEXT_ACT]

        sent(1, minutes=2)
        assert nurse.user.email in [letter.to[0] for letter in mail.outbox]
        assert Alert.objects.get().next_escalation_at is not None
        assert found(1, minutes=3) == []

    def test_the_deadline_after_the_acknowledgement(self, patient: Patient, nurse: StaffMember) -> None:
        alert = alert_of(patient, 1, emergency=["eye"])
        sent(1)
        acknowledge(alert=alert, by=nurse.user, now=at(1, minutes=1))
        Alert.objects.update(follow_up_at=None)

        assert found(1, minutes=2) == [Kind.NO_NEXT_ACT]

        assert Dispatch.objects.filter(reason=Dispatch.Reason.FORGOTTEN).exists()
        assert found(1, minutes=3) == []

    def test_a_task_that_stands_still(self, patient: Patient, nurse: StaffMember) -> None:
        alert_of(patient, 1, signs=["pus"])
        sent(1)

        assert found(1, minutes=31) == []
        assert found(1, minutes=32) == [Kind.OVERDUE]
        assert Dispatch.objects.filter(reason=Dispatch.Reason.UNACKNOWLEDGED).count() == 1

    def test_findings_and_alert_of_a_check_in(self, patient: Patient, manager: StaffMember) -> None:
        check_in(patient, 1, signs=["pus"])
        forget_dispatches()
        Finding.objects.all().delete()
        Alert.objects.all().delete()

        assert found(1, minutes=1) == [Kind.NO_ALERT]

        omission = Omission.objects.get()
        assert (omission.event, omission.repaired_at) == (CheckIn.objects.get().pk, None)
        assert found(1, minutes=2) == []
        sent(1, minutes=2)
        assert "could not put this right by itself" in str(mail.outbox[0].body)

    def test_one_patients_fault_keeps_no_other_untold(
        self, patient: Patient, nurse: StaffMember, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = someone(patient, "Ben")
        for person in (patient, other):
            alert_of(person, 1, signs=["pus"])
        forget_dispatches()
        tell = repair.tell

        def fails_for_the_patient(alert: Alert, kind: Omission.Kind, now: object) -> bool:
            if alert.patient_id == patient.pk:
                raise ValueError("a fault")
            return tell(alert, kind, now)  # type: ignore[arg-type]

        monkeypatch.setattr(repair, "tell", fails_for_the_patient)

        assert found(1, minutes=1) == [Kind.UNTOLD, Kind.UNTOLD]

        assert Dispatch.objects.get().patient == other
        assert Omission.objects.get(repaired_at=None).alert == patient.alerts.get()


class TestItIsReported:
    @pytest.fixture(autouse=True)
    def omission(self, clinic: Clinic, patient: Patient, nurse: StaffMember) -> Omission:
        """One alert without a dispatch, found."""
        Clinic.objects.filter(pk=clinic.pk).update(technical_contact=CONTACT)
        alert_of(patient, 1, signs=["pus"])
        forget_dispatches()
        return audit(at(1, minutes=1))[0]

    def test_to_the_technical_contact_once_an_hour_and_without_a_name(self, patient: Patient) -> None:
        (letter,) = [one for one in mail.outbox if one.to == [CONTACT]]
        assert "The auditor found a check-in of which nobody would have been told any more." in letter.body
        assert patient.user.last_name not in letter.body
        forget_dispatches()

        audit(at(1, minutes=2))
        assert len([one for one in mail.outbox if one.to == [CONTACT]]) == 1
        forget_dispatches()
        audit(at(2, minutes=1))
        assert len([one for one in mail.outbox if one.to == [CONTACT]]) == 2

    def test_to_the_manager(self, manager: StaffMember, patient: Patient) -> None:
        forget_dispatches()
        audit(at(1, minutes=2))
        message = Message.objects.get(kind=KIND)
        assert message.recipient == manager.user

        sent(1, minutes=2)

        (letter,) = [one for one in mail.outbox if one.to == [manager.user.email] and "nearly" in one.subject]
        assert "The portal has told the next person now." in letter.body
        assert f"/clinic/alerts/{patient.alerts.get().pk}/" in letter.body
        assert patient.user.last_name not in letter.body

    def test_in_readyz_for_an_hour(self) -> None:
        for minutes, is_named in ((2, True), (60, True), (62, False)):
            now = at(1, minutes=minutes)
            for part in ("worker", "beat", "auditor"):
                beat_heart(part, now)
            with frozen_at(now):
                state = json.loads(Client().get("/readyz").content)
            assert ("omissions" in state["degraded"]) is is_named
            assert state["faults"] == ({"omissions": 1} if is_named else {})

    def test_an_auditor_that_stands_still_is_named(self) -> None:
        with frozen_at(at(1, minutes=2.5)):
            assert "auditor" not in json.loads(Client().get("/readyz").content)["degraded"]
        with frozen_at(at(1, minutes=5)):
            assert "auditor" in json.loads(Client().get("/readyz").content)["degraded"]


def test_its_statements_do_not_grow_with_the_number_of_closed_alerts(
    patient: Patient, procedure: Procedure
) -> None:
    """Only open and recent rows are read, by an index."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        audit(at(1))
    assert len(queries) <= 8
    with connection.cursor() as cursor:
        for query in queries:
            if not query["sql"].startswith("SELECT"):
                continue
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on alerts_alert" not in plan
            assert "Seq Scan on checkins_checkin" not in plan


def test_the_same_thing_is_told_once_by_two_auditors(patient: Patient, nurse: StaffMember) -> None:
    alert_of(patient, 1, signs=["pus"])
    forget_dispatches()

    assert [len(audit(at(1, minutes=1) + timedelta(seconds=s))) for s in (0, 1)] == [1, 0]
    assert Dispatch.objects.count() == 1
