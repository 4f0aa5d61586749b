"""Add rows to the seeded demo, so that hardly any table is empty. Run by `__main__` in a separate process."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import django

NOW = datetime(2026, 11, 18, 20, 45, tzinfo=UTC)


def fill_people() -> None:
    """Invite a patient and a staff member, create a sign-in link, a shift and an ended drill."""
    from aftercare.alerts.actions.drills import end_drill, start_drill
    from aftercare.people.actions.invitations import invite
    from aftercare.people.actions.rota import put_on_duty
    from aftercare.people.actions.sign_in_links import make_sign_in_link
    from aftercare.people.actions.staff_invitations import invite_staff
    from aftercare.people.models import Clinic, StaffMember

    clinic = Clinic.objects.get()
    nurse = clinic.staff_members.get(role=StaffMember.Role.NURSE)
    manager = clinic.staff_members.get(role=StaffMember.Role.MANAGER).user
    invite(patient=clinic.patients.latest("pk"), by=nurse.user, now=NOW)
    invite_staff(member=nurse, by=manager, now=NOW)
    make_sign_in_link(user=nurse.user, now=NOW, next_path="/clinic/")
    put_on_duty(member=nurse, starts_at=NOW, ends_at=NOW + timedelta(hours=8), weeks=1, by=manager, now=NOW)
    drill = start_drill(clinic=clinic, by=manager, now=NOW)
    end_drill(drill=drill, by=nurse.user, now=NOW + timedelta(minutes=2), acknowledged=True)


def fill_alerts_and_guidance() -> None:
    """Send a patient a fixed text about an open alert, and record that the patient read two articles."""
    from aftercare.alerts.actions.patient_messages import send_letter
    from aftercare.alerts.models import Alert, Letter
    from aftercare.guidance.actions.article_reads import record_article_read
    from aftercare.guidance.models import Article
    from aftercare.people.models import StaffMember

    alert = Alert.objects.open().order_by("pk").first()
    assert alert is not None
    nurse = StaffMember.objects.get(role=StaffMember.Role.NURSE).user
    send_letter(patient=alert.patient, by=nurse, now=NOW, template=Letter.Template.PLEASE_CALL, alert=alert)
    for article in Article.objects.filter(live=True)[:2]:
        record_article_read(patient=alert.patient, article=article, now=NOW)


def fill_outbox() -> None:
    """Create a channel in an outage, and heartbeats of the processes."""
    from aftercare.outbox.heartbeats import beat_heart
    from aftercare.outbox.models import ChannelState, Message

    ChannelState.objects.create(
        channel=Message.Channel.EMAIL, outages=1, paused_until=NOW + timedelta(minutes=1)
    )
    for name in ("worker", "beat"):
        beat_heart(name, NOW)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftercare.settings")
    django.setup()
    fill_people()
    fill_alerts_and_guidance()
    fill_outbox()


if __name__ == "__main__":
    main()
