"""A cluster, from the check-ins of three patients to the manager's mailbox, by a worker of its own."""

from __future__ import annotations

import pytest
from celery import Celery
from django.utils import timezone

from aftercare.checkins.clusters.messages import KIND
from aftercare.checkins.models import Cluster
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, StaffMember
from tests.factories import PatientFactory, check_in
from tests.processes.running import RunningPortal

pytestmark = pytest.mark.processes


def test_the_manager_gets_a_mail_that_leads_to_the_cluster(
    portal: RunningPortal, clinic: Clinic, manager: StaffMember
) -> None:
    portal.worker()
    for name in ("Ada", "Bo", "Cy"):
        check_in(PatientFactory.create(clinic=clinic, user__first_name=name), timezone.now(), signs=["pus"])

    with Celery(broker=portal.broker.url, set_as_current=False) as asking:
        asking.send_task("aftercare.checkins.find_clusters")
        # Once for the cluster, and once for each of the alerts.
        mails = portal.mail.wait_for(2, to=manager.user.email)

    [body] = [str(one.get_payload()) for one in mails if "several patients" in str(one["Subject"])]
    assert f"/clinic/clusters/{Cluster.objects.get().pk}/" in body
    assert "pus" not in body
    assert Message.objects.filter(kind=KIND).count() == 1
