"""From a dispatch to messages: who is told, in which words, and when it is no longer needed."""

import pytest
from django.conf import LazySettings

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.dispatching.reminders import remind
from aftercare.alerts.following_up.escalation import escalate
from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.alerts.notifying import notifications, texts
from aftercare.alerts.notifying.notifications import drain, render, render_together
from aftercare.checkins.follow_up.non_response import record_silence_after_alerts
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db


def told() -> set[str]:
    """The first names of those who have a message waiting."""
    return set(Message.objects.values_list("recipient__first_name", flat=True))


def words(h: float) -> Content:
    content = render(Message.objects.order_by("-created_at")[0], at(h))
    assert content
    return content


def step(clinic: Clinic, position: int, *members: StaffMember) -> ContactStep:
    made = ContactStep.objects.create(clinic=clinic, position=position)
    made.members.set(members)
    return made


def test_the_first_step_is_told(daytime_alert: Alert, nurse: StaffMember, clinician: StaffMember) -> None:
    step(daytime_alert.clinic, 0, nurse)
    step(daytime_alert.clinic, 1, clinician)

    drain(at(1))

    assert told() == {"Ruth"}
    message = Message.objects.get()
    dispatch = Dispatch.objects.get()
    assert (message.kind, message.subject, message.next_attempt_at) == (
        notifications.KIND,
        dispatch.pk,
        at(1),
    )
    assert dispatch.drained_at == at(1)


def test_without_steps_everybody_who_works_for_the_clinic_is_told(
    daytime_alert: Alert, nurse: StaffMember, clinician: StaffMember, outsider: StaffMember
) -> None:
    drain(at(1))

    assert told() == {"Ruth", "Tom"}


def test_recipients_are_those_of_the_moment_of_sending(
    daytime_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    first = step(daytime_alert.clinic, 0, nurse)
    first.members.set([clinician])

    drain(at(1))

    assert told() == {"Tom"}


def test_a_step_whose_members_have_left_means_everybody_who_is_there(
    daytime_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    step(daytime_alert.clinic, 0, nurse)
    nurse.is_active = False
    nurse.save()

    drain(at(1))

    assert told() == {"Tom"}


def test_a_member_who_cannot_sign_in_is_not_told(
    daytime_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    nurse.user.is_active = False
    nurse.user.save()

    drain(at(1))

    assert told() == {"Tom"}


def test_a_missing_step_falls_back_to_the_one_before_it(
    daytime_alert: Alert, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    step(daytime_alert.clinic, 0, nurse)
    step(daytime_alert.clinic, 3, clinician)
    Dispatch.objects.update(step=2)

    drain(at(1))

    assert told() == {"Ruth"}


def test_a_dispatch_is_drained_when_it_is_due_and_once(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 12, signs=["lumps"])

    drain(at(21.9))
    assert told() == set()
    for _time in range(2):
        drain(at(22))
    assert Message.objects.count() == 1


def test_a_clinic_with_nobody_to_tell_keeps_its_dispatch_and_stops_no_other(
    daytime_alert: Alert, stranger: Patient, outsider: StaffMember, caplog: pytest.LogCaptureFixture
) -> None:
    check_in(stranger, 2, signs=["pus"])
    StaffMember.objects.filter(clinic=daytime_alert.clinic).update(is_active=False)

    drain(at(2))

    assert told() == {"Olga"}
    assert [dispatch.patient for dispatch in Dispatch.objects.filter(drained_at=None)] == [
        daytime_alert.patient
    ]
    assert "has nobody to tell" in caplog.text


def test_a_message_holds_a_link_and_no_detail(
    daytime_alert: Alert, patient: Patient, nurse: StaffMember, settings: LazySettings
) -> None:
    drain(at(1))

    content = words(1)

    text = f"{content.subject}\n{content.body}"
    assert f"{settings.SITE_URL}/clinic/alerts/{daytime_alert.pk}/" in content.body
    for detail in (patient.user.first_name, patient.user.last_name, "pus", "face", "needling"):
        assert detail.lower() not in text.lower()


def test_the_deadline_is_on_the_clinics_clock(daytime_alert: Alert, nurse: StaffMember) -> None:
    Clinic.objects.filter(pk=daytime_alert.clinic_id).update(time_zone="Asia/Kolkata")
    drain(at(1))

    # 11:30 in London is 17:00 in Kolkata.
    assert "by 17:00" in words(1).body


def test_after_the_deadline_the_message_says_now(daytime_alert: Alert, nurse: StaffMember) -> None:
    drain(at(1))

    assert "acknowledge it now" in words(1.5).body


def test_a_same_day_alert_has_no_deadline_in_its_message(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["lumps"])
    drain(at(1))

    assert "Please acknowledge it" not in words(1).body


def test_the_link_leads_to_the_worst_alert(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["lumps", "pus"], emergency=["eye"])
    drain(at(1))

    assert f"/clinic/alerts/{patient.alerts.get(rule='eye_involved').pk}/" in words(1).body


def test_once_it_is_acknowledged_there_is_nothing_to_say(daytime_alert: Alert, nurse: StaffMember) -> None:
    drain(at(1))
    acknowledge(alert=daytime_alert, by=nurse.user, now=at(1))

    assert render(Message.objects.get(), at(1)) is None


def test_while_one_of_its_alerts_waits_a_message_still_matters(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["hives", "pus"])
    drain(at(1))
    acknowledge(alert=patient.alerts.get(rule="hives"), by=nurse.user, now=at(1))

    assert f"/clinic/alerts/{patient.alerts.get(rule='pus').pk}/" in words(1).body


def test_silence_matters_until_the_alert_is_closed(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["lumps"])
    alert = patient.alerts.get()
    drain(at(1))
    acknowledge(alert=alert, by=nurse.user, now=at(2))
    record_silence_after_alerts(at(25))
    drain(at(25))
    message = Message.objects.order_by("-created_at")[0]

    assert render(message, at(25)) is not None
    close(alert=alert, by=nurse.user, now=at(26), outcome="advice_given", note="Seen.")
    assert render(message, at(26)) is None


def test_each_reason_has_words_of_its_own(patient: Patient, procedure: Procedure, nurse: StaffMember) -> None:
    check_in(patient, 1, signs=["pus"])
    escalate(at(2))
    record_silence_after_alerts(at(25))
    drain(at(25))

    contents = [render(message, at(25)) for message in Message.objects.all()]

    assert None not in contents
    assert len({content.subject for content in contents if content}) == 3
    assert set(texts.SUBJECTS) == {*texts.LEADS, *texts.LISTS} == set(Dispatch.Reason)


class TestFlood:
    """Columns of a message by which the outbox batches and orders messages."""

    def test_a_message_names_its_patient_its_clinic_and_how_pressing_it_is(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        check_in(patient, 1, signs=["pus"])
        check_in(patient, 1.1, emergency=["eye"])
        drain(at(1.1))

        messages = list(Message.objects.order_by("priority"))
        assert [message.priority for message in messages] == [Message.Priority.NOW, Message.Priority.SOON]
        assert {(message.thread, message.sender) for message in messages} == {(patient.pk, patient.clinic_id)}

    def test_a_list_of_the_day_waits_for_what_is_pressing_and_expires(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        check_in(patient, 1, signs=["patches"])
        remind(at(1))
        drain(at(1))

        message = Message.objects.get()
        assert (message.priority, message.thread, message.expires_at) == (
            Message.Priority.ROUTINE,
            None,
            at(8),
        )

    def test_several_messages_about_one_patient_say_what_the_most_pressing_says(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        check_in(patient, 1, signs=["pus"])
        check_in(patient, 1.1, emergency=["eye"])
        drain(at(1.1))

        together = render_together(list(Message.objects.all()), at(1.1))

        emergency = patient.alerts.get(rule="eye_involved")
        assert together.subject == "Emergency: a check-in needs a person"
        assert f"/clinic/alerts/{emergency.pk}/" in together.body

    def test_messages_about_several_patients_say_how_many(
        self, patient: Patient, procedure: Procedure, stranger: Patient, nurse: StaffMember
    ) -> None:
        Patient.objects.filter(pk=stranger.pk).update(clinic=patient.clinic)
        stranger.refresh_from_db()
        for person in (patient, stranger):
            check_in(person, 1, signs=["pus"])
        drain(at(1))

        together = render_together(list(Message.objects.all()), at(1))

        assert together.subject == "Urgent: 2 check-ins need a person"
        assert "/clinic/\n" in together.body
        assert "Amara" not in together.body
