"""The list of the queue is kept for the version that it shows, and is never older."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.checkins.follow_up.non_response import record_missed_check_ins
from aftercare.kept import Kept
from aftercare.people.models import Procedure, StaffMember, User
from clinic.queue.live.drawn_lists import kept_lists
from clinic.queue.live.watched import WATCHED
from tests.clinic.staff_client import QUEUE, staff_client, words
from tests.clock import frozen_at
from tests.factories import at, check_in, someone

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(20.1))]
TABLE = re.compile(r'(?:FROM|JOIN) "(\w+)"')
BIT = {"INSERT": 4, "DELETE": 8, "UPDATE": 16}  # of pg_trigger.tgtype
TRIGGERS = """
SELECT relname, tgtype FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'queue_change'
"""
# What a page reads beside its list: who asks, and what stands above.
AROUND = {
    *("django_session", "people_user", "people_staffmember", "mfa_authenticator", "people_event"),
    *("alerts_contactstep", "alerts_contactstep_members", "alerts_dispatch", "alerts_queuechange"),
    *("alerts_override", "alerts_dutyconfirmation", "people_shift", "people_absence", "people_holiday"),
    *("alerts_omission", "alerts_cluster"),
    *("outbox_message", "outbox_channelstate", "outbox_heartbeat"),
}
Change = Callable[[Alert, StaffMember], object]


def tables_read(client: Client) -> set[str]:
    kept_lists.clear()
    with CaptureQueriesContext(connection) as queries:
        client.get(QUEUE)
    return {table for query in queries for table in TABLE.findall(query["sql"])}


def test_each_table_that_the_list_reads_is_watched(urgent_alert: Alert, nurse: StaffMember) -> None:
    patient = urgent_alert.patient
    record_contact_attempt(patient=patient, by=nurse.user, result="no_answer", now=at(20.05))
    someone(patient, "Ben")
    record_missed_check_ins(at(56))
    with frozen_at(at(56)):
        read = tables_read(staff_client(nurse))
    watched = {one.table for one in WATCHED}
    assert {"alerts_alert", "checkins_nonresponse", "alerts_drill"} <= read
    assert read - AROUND <= watched


def test_each_watched_table_has_its_trigger(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        found = {table: events & sum(BIT.values()) for table, events in cursor.fetchall()}
    assert found == {one.table: sum(BIT[event] for event in one.events) for one in WATCHED}


def rename(alert: Alert, nurse: StaffMember) -> None:
    User.objects.filter(pk=alert.patient.user_id).update(last_name="Okafor-Lee")


def take_and_call(alert: Alert, nurse: StaffMember) -> None:
    acknowledge(alert=alert, by=nurse.user, now=at(20.05))
    record_contact_attempt(patient=alert.patient, by=nurse.user, result="no_answer", now=at(20.06))


CHANGES: dict[str, tuple[Change, str]] = {
    "an emergency": (
        lambda alert, nurse: check_in(alert.patient, 20.05, emergency=["eye"]),
        "Emergency Amara",
    ),
    "an emergency of somebody else": (
        lambda alert, nurse: check_in(someone(alert.patient, "Zora"), 20.05, emergency=["eye"]),
        "Zora",
    ),
    "acknowledged and called": (take_and_call, "No answer"),
    "a patient's name": (rename, "Okafor-Lee"),
    "a name of staff": (
        lambda alert, nurse: (
            acknowledge(alert=alert, by=nurse.user, now=at(18)),
            User.objects.filter(pk=nurse.user_id).update(first_name="Ruthie"),
        ),
        "Ruthie",
    ),
    "a procedure": (lambda alert, nurse: Procedure.objects.update(kind="rf"), "RF microneedling, "),
    "a risk": (lambda alert, nurse: alert.clinic.patients.update(at_risk=True), "At risk"),
    "a drill": (lambda alert, nurse: start_drill(clinic=alert.clinic, by=nurse.user, now=at(20.05)), "Drill"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_page_shows_what_was_written_before_it_was_asked_for(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember, change: str
) -> None:
    clients = staff_client(nurse), staff_client(clinician)
    act, shown = CHANGES[change]
    assert all(shown.lower() not in words(client.get(QUEUE)).lower() for client in clients)
    act(urgent_alert, nurse)
    assert all(shown.lower() in words(client.get(QUEUE)).lower() for client in clients)


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


def list_of(client: Client, query: str = "") -> str:
    page = client.get(f"/clinic/queue/{query}").content.decode()
    return without_tokens(page[page.index('<div id="alarms">') :])


def test_two_users_see_the_same_list_drawn_once_with_tokens_of_their_own(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    first, second = staff_client(nurse), staff_client(clinician)
    kept_lists.clear()
    assert list_of(first) == list_of(second)
    assert len(kept_lists.values) == 1
    (kept,) = kept_lists.values.values()
    tokens = [
        set(re.findall(r'csrfmiddlewaretoken" value="([^"]*)"', client.get(QUEUE).content.decode()))
        for client in (first, second)
    ]
    assert not tokens[0] & tokens[1]
    assert not any(token in kept.rows for each in tokens for token in each)


def test_the_number_of_own_rows_is_that_of_whoever_looks(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    mild = check_in(someone(urgent_alert.patient, "Daniel"), 20, unwell=["flu"])
    (alert,) = Alert.objects.filter(patient=mild.check_in.patient)
    acknowledge(alert=alert, by=nurse.user, now=at(18))
    assert "Mine 1" in words(staff_client(nurse).get(QUEUE))
    assert "Mine 0" in words(staff_client(clinician).get(QUEUE))


def test_what_runs_out_is_drawn_for_its_user_alone_and_not_kept(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    owner, colleague = staff_client(nurse), staff_client(clinician)
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(20.1))
    assert "Give back" in words(owner.get(QUEUE))
    assert "Give back" not in words(colleague.get(QUEUE))
    assert not any("give-back" in kept.rows for kept in kept_lists.values.values())
    close(alert=urgent_alert, by=nurse.user, now=at(20.1), outcome="mistake", note="Seen.")
    assert "Undo the close" in words(owner.get(QUEUE))
    assert "Undo the close" not in words(colleague.get(QUEUE))
    with frozen_at(at(20.1) + timedelta(seconds=61)):
        assert "Undo the close" not in words(owner.get(QUEUE))


def test_ages_are_drawn_anew_each_minute(urgent_alert: Alert, nurse: StaffMember) -> None:
    client = staff_client(nurse)
    before = list_of(client)
    with frozen_at(at(20.1) + timedelta(minutes=1)):
        assert list_of(client) != before


def test_a_store_forgets_what_was_not_asked_for_the_longest() -> None:
    kept: Kept[int] = Kept(2)
    kept.keep("a", 1)
    kept.keep("b", 2)
    assert kept.get("a") == 1
    kept.keep("c", 3)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]
