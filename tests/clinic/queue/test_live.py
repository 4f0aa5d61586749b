"""The queue renews itself: what asks the server, what it answers, and which rows a view shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge, assign
from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, StaffMember
from tests.clinic.staff_client import QUEUE, staff_client, words
from tests.factories import alert_of, at, check_in, someone

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(20.1))]

LIVE = "/clinic/queue/"
Change = Callable[[Alert, StaffMember, StaffMember], object]


def version(client: Client, path: str = LIVE) -> str:
    return str(client.get(path).headers["ETag"])


def asked_again(client: Client, known: str, path: str = LIVE) -> Any:
    return client.get(path, headers={"If-None-Match": known})


def test_where_nothing_changed_the_answer_is_304_in_at_most_four_queries(
    urgent_alert: Alert, nurse: StaffMember, settings: Settings
) -> None:
    client = staff_client(nurse)
    known = version(client)
    for number in range(3):
        alert_of(someone(urgent_alert.patient, f"Pat-{number}"), 20, signs=["pus"])
    known = version(client)
    settings.STAFF_MFA = "optional"

    with CaptureQueriesContext(connection) as queries:
        response = asked_again(client, known)

    assert (response.status_code, response.content) == (304, b"")
    assert len(queries) <= 4


def test_the_page_itself_carries_the_version_to_ask_with(urgent_alert: Alert, nurse: StaffMember) -> None:
    client = staff_client(nurse)
    page = client.get(QUEUE).content.decode()
    assert f'data-version="{version(client).replace(chr(34), "&quot;")}"' in page


CHANGES: dict[str, Change] = {
    "a new alert": lambda alert, nurse, clinician: check_in(alert.patient, 20.05, signs=["hives"]),
    "a quiet report": lambda alert, nurse, clinician: check_in(alert.patient, 20.05, signs=["pus"]),
    "acknowledged": lambda alert, nurse, clinician: acknowledge(alert=alert, by=nurse.user, now=at(20.05)),
    "assigned": lambda alert, nurse, clinician: assign(
        alert=alert, to=clinician, seen_owner=None, by=nurse.user, now=at(20.05)
    ),
    "closed": lambda alert, nurse, clinician: close(
        alert=alert, by=nurse.user, now=at(20.05), outcome="mistake", note="Seen."
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_of_an_alert_is_noticed(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember, change: str
) -> None:
    client = staff_client(nurse)
    known = version(client)
    CHANGES[change](urgent_alert, nurse, clinician)
    response = asked_again(client, known)
    assert response.status_code == 200
    assert response.headers["ETag"] != known


def test_what_happens_at_another_clinic_is_no_news(
    urgent_alert: Alert, nurse: StaffMember, stranger: Patient
) -> None:
    client = staff_client(nurse)
    known = version(client)
    check_in(stranger, 20.05, signs=["pus"])
    assert asked_again(client, known).status_code == 304


def test_another_view_or_another_person_does_not_get_304_for_it(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    known = version(staff_client(nurse))
    assert asked_again(staff_client(nurse), known, f"{LIVE}?owner=me").status_code == 200
    assert asked_again(staff_client(clinician), known).status_code == 200


def title(response: Any) -> str:
    return str(re.search("<title>(.*?)</title>", response.content.decode(), re.S)[1])  # type: ignore[index]


@pytest.mark.parametrize("path", [QUEUE, LIVE])
def test_the_title_counts_who_has_an_urgent_alert_until_it_is_closed(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember, path: str
) -> None:
    alert_of(someone(urgent_alert.patient, "Daniel"), 20, unwell=["flu"])
    client = staff_client(nurse)
    assert title(client.get(path)) == "(1) Queue · Larkfield Skin Clinic"
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(20.05))
    assert title(client.get(f"{path}?owner=none")) == "(1) Queue · Larkfield Skin Clinic"
    close(alert=urgent_alert, by=clinician.user, now=at(20.06), outcome="mistake", note="Wrong tap.")
    assert title(client.get(path)) == "Queue · Larkfield Skin Clinic"


def rows(response: Any) -> list[str]:
    """The patients in the list."""
    text = words(response)
    return [name for name in ("Amara", "Daniel", "Kofi") if f"{name} " in text]


@pytest.fixture
def three(urgent_alert: Alert, nurse: StaffMember) -> None:
    """Amara's urgent alert, Daniel's of the same day that the nurse has taken, and Kofi's routine one."""
    daniel, kofi = someone(urgent_alert.patient, "Daniel"), someone(urgent_alert.patient, "Kofi")
    acknowledge(alert=alert_of(daniel, 20, unwell=["flu"]), by=nurse.user, now=at(20.05))
    alert_of(kofi, 20, signs=["patches"])
    kofi.procedures.update(kind="rf")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Amara", "Daniel", "Kofi"]),
        # Amara’s is urgent: it stands above every filter.
        ("level=same_day", ["Amara", "Daniel"]),
        ("level=routine", ["Amara", "Kofi"]),
        ("owner=me", ["Amara", "Daniel"]),
        ("owner=none", ["Amara", "Kofi"]),
        ("unacknowledged=1", ["Amara", "Kofi"]),
        ("kind=rf", ["Amara", "Kofi"]),
        ("kind=mn&owner=none", ["Amara"]),
        ("clinic=larkfield", ["Amara", "Daniel", "Kofi"]),
        # What an address does not know is passed over.
        ("level=urgent&owner=x&kind=q&clinic=elsewhere&page=no", ["Amara", "Daniel", "Kofi"]),
    ],
)
def test_the_filters_in_the_address_narrow_the_list(nurse: StaffMember, query: str, shown: list[str]) -> None:
    for path in (QUEUE, LIVE):
        assert rows(staff_client(nurse).get(f"{path}?{query}")) == shown


@pytest.mark.usefixtures("three")
def test_a_view_of_a_colleague_can_be_shared(nurse: StaffMember, clinician: StaffMember) -> None:
    assert rows(staff_client(clinician).get(f"{QUEUE}?owner={nurse.user.pk}")) == ["Amara", "Daniel"]
    assert rows(staff_client(clinician).get(f"{QUEUE}?owner=me")) == ["Amara"]


@pytest.mark.usefixtures("three")
def test_an_empty_view_does_not_say_that_nobody_waits(nurse: StaffMember) -> None:
    page = words(staff_client(nurse).get(f"{QUEUE}?level=routine&kind=mn"))
    assert "Nothing in this view" in page
    assert "Nobody is waiting" not in page
    assert "All 0 Mine 0 No owner 0" in page
    assert "Acknowledge Amara Test" in page
