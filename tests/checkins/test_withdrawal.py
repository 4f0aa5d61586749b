"""Withdrawing a patient: no page opens, no message leaves, nothing waits for them, and all is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from aftercare.alerts.auditing import report
from aftercare.alerts.notifying import notifications, taken
from aftercare.checkins.clusters import messages as clusters
from aftercare.checkins.follow_up.non_response import (
    non_responders,
    record_missed_check_ins,
    record_silence_after_alerts,
)
from aftercare.checkins.follow_up.unconfirmed import KIND, tell_unconfirmed
from aftercare.outbox import registry
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.accounts import code_mails
from aftercare.people.actions import addresses, staff_invitations
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.actions.withdrawal import (
    AlreadyWithdrawnError,
    NotWithdrawnError,
    has_left,
    kinds_to_patients,
    take_back_patient,
    withdraw_patient,
)
from aftercare.people.contact_points import actions as contact_points
from aftercare.people.contact_points import asking, delivery, stopping
from aftercare.people.factors import notices, removal
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember
from clinic.administration.messages_page import ROTA_KINDS
from tests.checkins.posting import ORDINARY_FORM, signed_in
from tests.clock import frozen_at
from tests.factories import PatientFactory, StaffMemberFactory, at, check_in

pytestmark = pytest.mark.usefixtures("course_set", "procedure", "nurse")
WHY = "Asked us by letter."
PAGES = ("/check-in/", "/check-ins/")


def withdraw(patient: Patient, by: StaffMember, h: float) -> Patient:
    return withdraw_patient(patient=patient, reason=WHY, by=by.user, now=at(h))


def delivered(h: float) -> list[str]:
    """To whom the outbox sends what is due."""
    mail.outbox.clear()
    with frozen_at(at(h)):
        sweep(lambda: at(h))
    return [address for letter in mail.outbox for address in letter.to]


def test_a_message_that_waits_is_withdrawn_and_never_leaves(patient: Patient, clinician: StaffMember) -> None:
    check_in(patient, 1, signs=["pus"])
    tell_unconfirmed(at(1.5))
    waiting = Message.objects.get(kind=KIND)

    withdraw(patient, clinician, 1.6)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.finished_at) == (Message.State.WITHDRAWN, at(1.6))
    assert patient.user.email not in delivered(1.7)


def test_a_message_that_was_being_sent_is_worded_no_more(patient: Patient, clinician: StaffMember) -> None:
    check_in(patient, 1, signs=["pus"])
    tell_unconfirmed(at(1.5))
    waiting = Message.objects.get(kind=KIND)
    renderer = registry.renderer_of(KIND)
    assert renderer(waiting, at(1.6)) is not None

    withdraw(patient, clinician, 1.6)

    assert renderer(waiting, at(1.6)) is None


def test_no_new_message_is_written_and_staff_are_told_as_before(
    patient: Patient, clinician: StaffMember, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["pus"])
    withdraw(patient, clinician, 1.2)

    assert tell_unconfirmed(at(1.5)) == 0
    told = delivered(1.6)
    assert patient.user.email not in told
    assert nurse.user.email in told
    assert patient.alerts.open().exists()


def test_every_kind_of_message_says_whether_it_goes_to_patients() -> None:
    to_staff = {clusters.KIND, notifications.KIND, report.KIND, staff_invitations.KIND, removal.TO_APPROVE}
    to_staff |= {
        *ROTA_KINDS,
        taken.KIND,
        contact_points.CODE_KIND,
        contact_points.TEST_KIND,
        asking.KIND,
        delivery.OFF_KIND,
    }
    to_staff |= {stopping.STOPPED_KIND}
    to_everybody = {addresses.KIND, code_mails.KIND, notices.KIND}
    to_everybody |= {removal.ASKED, removal.APPROVED, removal.STOPPED}
    assert set(registry._renderers) - to_staff - to_everybody == kinds_to_patients()


def test_sessions_end_and_no_page_opens(patient: Patient, clinician: StaffMember) -> None:
    client = signed_in(patient.user)
    assert client.get("/check-ins/").status_code == 200

    withdraw(patient, clinician, 1)

    for path in PAGES:
        assert client.get(path).status_code == 302, path
    patient.user.refresh_from_db()
    again = signed_in(patient.user)  # whoever signs in all the same
    for path in PAGES:
        assert again.get(path).status_code == 404, path
    assert again.get("/").status_code == 200
    assert again.post("/check-in/", {**ORDINARY_FORM, "token": str(patient.pk)}).status_code == 404
    assert not patient.check_ins.exists()


def test_no_code_and_no_link_signs_in(patient: Patient, clinician: StaffMember, client: Client) -> None:
    link = make_sign_in_link(user=patient.user, now=at(1))
    withdraw(patient, clinician, 1)
    mail.outbox.clear()

    with frozen_at(at(1)):
        client.post("/accounts/login/code/", {"email": patient.user.email})
        assert mail.outbox == []
        assert client.post(link).status_code == 410
        later = make_sign_in_link(user=patient.user, now=at(1))
        assert client.post(later).status_code == 410


def test_who_is_staff_or_a_patient_elsewhere_stays_that(
    patient: Patient, clinician: StaffMember, other_clinic: Clinic
) -> None:
    assert not has_left(patient.user)
    withdraw(patient, clinician, 1)
    assert has_left(patient.user)

    patient.user.refresh_from_db()
    elsewhere = PatientFactory.create(user=patient.user, clinic=other_clinic)
    assert not has_left(patient.user)
    assert signed_in(patient.user).get("/check-ins/").status_code == 200
    elsewhere.delete()
    StaffMemberFactory.create(user=patient.user, clinic=other_clinic)
    assert not has_left(patient.user)
    assert signed_in(patient.user).get("/clinic/").status_code == 200


def test_a_member_of_staff_who_was_a_patient_is_still_told_of_alerts(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    as_patient = PatientFactory.create(user=nurse.user, clinic=nurse.clinic)
    withdraw(as_patient, clinician, 1)

    check_in(patient, 2, signs=["pus"])

    assert nurse.user.email in delivered(2)


def test_nobody_waits_for_a_check_in(patient: Patient, clinician: StaffMember, clinic: Clinic) -> None:
    record_missed_check_ins(at(48))
    assert non_responders([clinic.pk]).exists()

    withdraw(patient, clinician, 49)

    assert not non_responders([clinic.pk]).exists()
    assert record_missed_check_ins(at(60)) == 0


def test_no_silence_after_an_alert_is_noted(patient: Patient, clinician: StaffMember) -> None:
    check_in(patient, 1, signs=["lumps"])
    withdraw(patient, clinician, 2)

    assert record_silence_after_alerts(at(30)) == 0


def test_who_withdrew_and_why_is_kept_and_nothing_is_lost(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    report = check_in(patient, 1, signs=["lumps"]).check_in

    gone = withdraw(patient, clinician, 2)

    assert (gone.withdrawn_at, gone.withdrawn_by) == (at(2), clinician.user)
    event = Event.objects.get(verb=Event.Verb.WITHDREW)
    assert (event.actor, event.patient, event.details) == (clinician.user, patient, {"reason": WHY})
    assert list(patient.check_ins.all()) == [report]
    assert patient.procedures.get() == procedure
    assert patient.alerts.open().count() == 1


def test_who_is_taken_back_signs_in_and_is_waited_for(
    patient: Patient, clinician: StaffMember, clinic: Clinic
) -> None:
    withdraw(patient, clinician, 2)

    take_back_patient(patient=patient, by=clinician.user, now=at(50))

    patient.refresh_from_db()
    assert (patient.withdrawn_at, patient.withdrawn_by) == (None, None)
    assert Event.objects.get(verb=Event.Verb.TOOK_BACK).actor == clinician.user
    patient.user.refresh_from_db()
    assert signed_in(patient.user).get("/check-ins/").status_code == 200
    assert record_missed_check_ins(at(50)) == 1


@pytest.mark.parametrize("act", ["withdraw", "take back"])
def test_doing_it_twice_is_refused(patient: Patient, clinician: StaffMember, act: str) -> None:
    deeds: dict[str, Any] = {
        "withdraw": lambda h: withdraw(patient, clinician, h),
        "take back": lambda h: take_back_patient(patient=patient, by=clinician.user, now=at(h)),
    }
    withdraw(patient, clinician, 1)
    if act == "take back":
        deeds[act](2)

    with pytest.raises((AlreadyWithdrawnError, NotWithdrawnError)):
        deeds[act](3)


def test_without_a_reason_nobody_is_withdrawn(patient: Patient, clinician: StaffMember) -> None:
    with pytest.raises(ValidationError):
        withdraw_patient(patient=patient, reason="  ", by=clinician.user, now=at(1))
    patient.refresh_from_db()
    assert not patient.is_withdrawn
