"""The promise, on real processes: what was accepted is stored, advice is shown at once, and a human is told."""

from __future__ import annotations

import time
from uuid import UUID

import pytest
from django.conf import settings

from aftercare.alerts.models import Alert
from aftercare.checkins.models import CheckIn
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.processes.running import RunningPortal
from tools.run.visitor import Page, Visitor

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("course_set")]

PUS: dict[str, str | list[str]] = {"redness": "1", "pain": "1", "signs": ["pus"], "want_contact": "no"}


def report_pus(visitor: Visitor) -> Page:
    """Fill in the form as a patient with pus."""
    return visitor.send(visitor.get("/check-in/"), **PUS)


def result_id(page: Page) -> UUID:
    """The id of the check-in whose result the page shows."""
    return UUID(page.url.rstrip("/").rsplit("/", 1)[1])


def test_a_red_flag_reaches_the_patient_the_nurse_and_the_queue(
    portal: RunningPortal, patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    web = portal.web()
    portal.worker()
    portal.beat()
    result = report_pus(portal.visitor(web, patient.user))
    assert 'data-level="urgent"' in result.text
    assert CheckIn.objects.get(pk=result_id(result)).procedure == procedure
    mail = portal.mail.wait_for(1, to=nurse.user.email)[0]
    alert = Alert.objects.get(patient=patient)
    body = mail.get_payload()
    assert isinstance(body, str)
    assert f"{web.url}/clinic/alerts/{alert.pk}/" in body
    assert mail["Subject"] == "Urgent: a check-in needs a person"
    text = f"{mail['Subject']} {body}".lower()
    for detail in ("pus", patient.user.last_name.lower(), patient.user.first_name.lower()):
        assert detail not in text
    queue = portal.visitor(web, nurse.user).get("/clinic/")
    assert f"/clinic/alerts/{alert.pk}/" in queue.text


def test_a_check_in_is_answered_while_the_broker_hangs_and_its_mail_goes_out_afterwards(
    portal: RunningPortal, patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    web = portal.web()
    portal.worker()
    portal.beat()
    visitor = portal.visitor(web, patient.user)
    form = visitor.get("/check-in/")
    portal.broker.freeze()
    began = time.monotonic()
    result = visitor.send(form, **PUS)
    took = time.monotonic() - began
    # A request that asked the broker would have waited for this time-out at least.
    assert took < settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"]
    assert 'data-level="urgent"' in result.text
    # Long enough for the nudge to have given up on the frozen broker.
    time.sleep(6)
    assert portal.mail.messages == []
    portal.broker.thaw()
    assert len(portal.mail.wait_for(1, to=nurse.user.email, seconds=40)) == 1


def test_a_mail_goes_out_when_the_worker_was_killed_before_it_could_be_sent(
    portal: RunningPortal, patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    web = portal.web()
    worker = portal.worker()
    visitor = portal.visitor(web, patient.user)
    form = visitor.get("/check-in/")
    worker.kill()
    result = visitor.send(form, **PUS)
    assert 'data-level="urgent"' in result.text
    assert portal.mail.messages == []
    portal.worker()
    portal.beat()
    assert len(portal.mail.wait_for(1, to=nurse.user.email, seconds=40)) == 1


def test_readyz_names_what_is_down_and_check_ins_go_on(
    portal: RunningPortal, patient: Patient, procedure: Procedure
) -> None:
    web = portal.web()
    visitor = portal.visitor(web, patient.user)
    portal.broker.kill()
    state = visitor.get("/readyz")
    assert state.status == 200
    for part in ('"broker": "down"', '"worker": "down"', '"beat": "down"', '"database": "ok"'):
        assert part in state.text
    assert 'data-level="urgent"' in report_pus(visitor).text
