"""A locked session of staff: what it shows, what it keeps, and how it is unlocked."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils.http import urlencode

from aftercare.alerts.models import ContactStep
from aftercare.people.actions.withdrawal import end_sessions
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from aftercare.people.sessions.locking import KEY
from clinic.held_forms import DRAWN_FOR
from tests.clinic.staff_client import QUEUE, proved_client, staff_client, words
from tests.clock import frozen_at
from tests.factories import alert_of, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NOON = at(2)  # Monday at 12:00, while the clinic is open
LOCKED, COUNTS, LOCK = "/clinic/locked/", "/clinic/locked/counts/", "/clinic/lock/"


@pytest.fixture
def locked(nurse: StaffMember) -> Client:
    """The browser of the nurse, locked at noon after 15 minutes without use."""
    with frozen_at(NOON - 15 * MINUTE):
        client = proved_client(nurse)
    with frozen_at(NOON):
        assert client.get(QUEUE).status_code == 302
    return client


def get(client: Client, path: str, instant: datetime = NOON + MINUTE) -> Any:
    with frozen_at(instant):
        return client.get(path)


def post(client: Client, path: str, data: dict[str, Any], instant: datetime = NOON + MINUTE) -> Any:
    with frozen_at(instant):
        return client.post(path, data)


def unlock_by_code(client: Client, member: StaffMember, path: str, instant: datetime = NOON + MINUTE) -> Any:
    """Ask for a code on the locked page, and type it."""
    with frozen_at(instant):
        response = client.post("/accounts/unlock/code/", {"next": path})
        code = next(
            line for line in str(mail.outbox[-1].body).splitlines() if line.count("-") and line.isupper()
        )
        assert mail.outbox[-1].to == [member.user.email]
        return client.post(response["Location"], {"code": code})


def test_every_page_leads_to_the_locked_one_and_back_from_there(locked: Client, nurse: StaffMember) -> None:
    with frozen_at(NOON + MINUTE):
        response = locked.get("/clinic/patients/", follow=True)
    assert response.redirect_chain[-1][0] == f"{LOCKED}?next=%2Fclinic%2Fpatients%2F"
    response = unlock_by_code(locked, nurse, "/clinic/patients/")
    assert response["Location"] == "/clinic/patients/"
    assert get(locked, "/clinic/patients/").status_code == 200


@pytest.mark.usefixtures("procedure")
def test_it_counts_by_level_and_names_staff_only(
    locked: Client, nurse: StaffMember, patient: Patient, clinician: StaffMember
) -> None:
    alert_of(patient, 1, signs=["pus"])
    page = get(locked, LOCKED)
    assert "1 urgent patient waits. Unlock." in words(page)
    assert "Locked at 12:00, after 15 minutes without use. Names are hidden." in words(page)
    assert "Locked for Ruth Test." in words(page)
    assert page["Cache-Control"] == "no-store, private"
    for response in (page, get(locked, COUNTS)):
        said = response.content.decode()
        assert "(1) Locked" in said
        assert "Urgent" in said
        for secret in ("Amara", patient.user.email, "pus", str(patient.pk)):
            assert secret not in said


@pytest.mark.usefixtures("procedure")
def test_an_emergency_is_counted_first_and_says_who_is_told_next(
    locked: Client, patient: Patient, clinician: StaffMember
) -> None:
    ContactStep.objects.create(clinic=patient.clinic, position=1).members.add(clinician)
    alert_of(patient, 2, emergency=["breathing"])
    said = words(get(locked, COUNTS, NOON + 6 * MINUTE))
    assert "1 emergency waits. Unlock." in said
    assert "Waiting since 12:00, 6 min ago." in said
    assert "we tell Tom Test" in said or "We are telling Tom Test now" in said


def test_alerts_of_another_clinic_are_not_counted(locked: Client, stranger: Patient) -> None:
    alert_of(stranger, 1, emergency=["breathing"])
    assert "Nobody waits for an answer." in words(get(locked, COUNTS))


def test_the_counts_say_so_once_somebody_is_signed_in(locked: Client, nurse: StaffMember) -> None:
    assert get(locked, COUNTS).status_code == 200
    unlock_by_code(locked, nurse, QUEUE)
    assert get(locked, COUNTS).status_code == 204
    assert get(Client(), COUNTS).status_code == 204


def test_a_strangers_browser_is_led_to_the_sign_in(clinic: Any) -> None:
    assert get(Client(), LOCKED)["Location"].startswith("/accounts/login/code/")


def test_counting_keeps_no_lock_from_what_it_is(locked: Client) -> None:
    for minute in range(1, 20):
        get(locked, COUNTS, NOON + minute * MINUTE)
    assert get(locked, QUEUE, NOON + 20 * MINUTE).status_code == 302


def test_a_session_that_was_ended_elsewhere_counts_no_more(locked: Client, nurse: StaffMember) -> None:
    end_sessions(nurse.user, NOON)
    assert get(locked, COUNTS).status_code == 204
    assert get(locked, LOCKED)["Location"].startswith("/accounts/login/code/")


@pytest.mark.parametrize(
    "path", ["f728b4fa", "clinic:queue", "//elsewhere.example/", "https://elsewhere.example/"]
)
def test_what_is_no_path_of_this_site_leads_to_the_first_page(path: str) -> None:
    for act in ("unlock", "unlock/code"):
        assert Client().post(f"/accounts/{act}/", {"next": path})["Location"] == "/"


def test_who_has_left_the_clinic_sees_no_counts(locked: Client, nurse: StaffMember) -> None:
    StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)
    assert "Waiting now" not in words(get(locked, LOCKED))


def test_somebody_else_drops_the_session(locked: Client, nurse: StaffMember, clinician: StaffMember) -> None:
    hold(locked, "The patient called.")
    response = post(locked, "/accounts/unlock/leave/", {})
    assert response["Location"] == "/accounts/login/code/"
    assert Event.objects.filter(verb=Event.Verb.SIGNED_OUT, actor=nurse.user).count() == 1
    with frozen_at(NOON + MINUTE):
        assert dict(locked.session) == {}
        locked.force_login(clinician.user)
        response = locked.get("/clinic/typed/", follow=True)
    assert "The patient called." not in response.content.decode()


def test_a_link_of_somebody_else_drops_the_session(locked: Client, clinician: StaffMember) -> None:
    hold(locked, "The patient called.")
    with frozen_at(NOON + MINUTE):
        locked.force_login(clinician.user)
        assert KEY not in locked.session
        assert "The patient called." not in locked.get("/clinic/typed/", follow=True).content.decode()


def test_unlocking_by_code_is_a_whole_sign_in(locked: Client, nurse: StaffMember) -> None:
    before = locked.cookies["sessionid"].value
    unlock_by_code(locked, nurse, QUEUE, NOON + 13 * HOUR)
    assert locked.cookies["sessionid"].value != before
    assert get(locked, QUEUE, NOON + 13 * HOUR + 14 * MINUTE).status_code == 200


def test_a_passkey_page_is_nobodys_without_a_lock(nurse: StaffMember) -> None:
    with frozen_at(NOON):
        assert staff_client(nurse).get("/accounts/unlock/").status_code == 302
        assert Client().get("/accounts/unlock/").status_code == 302


def test_a_passkey_that_nobody_has_unlocks_nothing(locked: Client) -> None:
    assert "Unlock with passkey" not in words(get(locked, LOCKED))
    assert get(locked, "/accounts/unlock/").status_code == 409
    assert post(locked, "/accounts/unlock/", {"credential": "{}"}).status_code == 302
    assert get(locked, QUEUE).status_code == 302


def hold(client: Client, note: str, **more: str) -> Any:
    """Lock as the script of a page does, with a note typed into a form of the clinic's details."""
    fields = urlencode({DRAWN_FOR: "1", "note": note})
    data = {"path": QUEUE, "forms": json.dumps([["/clinic/alerts/x/close/", fields]]), **more}
    return post(client, LOCK, data)


def test_a_page_that_is_not_over_is_not_locked(nurse: StaffMember) -> None:
    with frozen_at(NOON):
        client = staff_client(nurse)
    assert hold(client, "A note.").json()["is_locked"] is False
    assert get(client, QUEUE).status_code == 200


def test_a_press_locks_at_once(nurse: StaffMember) -> None:
    with frozen_at(NOON):
        client = staff_client(nurse)
    assert post(client, LOCK, {"asked": "yes", "path": QUEUE})["Location"] == f"{LOCKED}?next=%2Fclinic%2F"
    assert "Locked at 12:01. Names are hidden." in words(get(client, LOCKED))
    assert get(client, QUEUE).status_code == 302


def test_what_was_typed_is_there_after_unlocking(
    nurse: StaffMember, patient: Patient, procedure: Procedure
) -> None:
    path = f"/clinic/patients/{patient.pk}/edit/"
    with frozen_at(NOON - 15 * MINUTE):
        client = staff_client(nurse)
        form = client.get(path)
    assert form.status_code == 200
    typed = urlencode({DRAWN_FOR: str(nurse.clinic_id), "first_name": "Amarantha"})
    answer = post(client, LOCK, {"path": path, "forms": json.dumps([[path, typed]])}, NOON).json()
    assert answer["is_locked"]
    assert "What you had typed is kept." in words(get(client, answer["url"]))
    back = f"/clinic/typed/?{urlencode({'form': path})}"
    assert answer["url"] == f"{LOCKED}?{urlencode({'next': back})}"
    assert unlock_by_code(client, nurse, back)["Location"] == back
    shown = get(client, back)
    assert "This page was locked meanwhile." in words(shown)
    assert "Amarantha" in shown.content.decode()
    patient.user.refresh_from_db()
    assert patient.user.first_name == "Amara"


def test_two_pages_that_lock_at_once_both_keep_what_was_typed(
    nurse: StaffMember, patient: Patient, stranger: Patient, procedure: Procedure
) -> None:
    paths = [f"/clinic/patients/{patient.pk}/edit/", "/clinic/patients/enrol/"]
    with frozen_at(NOON - 15 * MINUTE):
        client = staff_client(nurse)
    for path, name in zip(paths, ("Amarantha", "Zenobia"), strict=True):
        typed = urlencode({DRAWN_FOR: str(nurse.clinic_id), "first_name": name})
        post(client, LOCK, {"path": path, "forms": json.dumps([[path, typed]])}, NOON)
    unlock_by_code(client, nurse, QUEUE)
    for path, name in zip(paths, ("Amarantha", "Zenobia"), strict=True):
        assert name in get(client, f"/clinic/typed/?form={path}").content.decode()


def test_a_form_posted_too_late_without_script_is_shown_again(
    nurse: StaffMember, patient: Patient, procedure: Procedure
) -> None:
    path = f"/clinic/patients/{patient.pk}/edit/"
    with frozen_at(NOON - 20 * MINUTE):
        client = staff_client(nurse)
    with frozen_at(NOON):
        response = client.post(path, {"first_name": "Amarantha"}, follow=True)
    assert response.redirect_chain[-1][0] == f"{LOCKED}?next=%2Fclinic%2Ftyped%2F"
    unlock_by_code(client, nurse, "/clinic/typed/")
    assert "Amarantha" in get(client, "/clinic/typed/").content.decode()


def test_own_details_that_were_typed_are_there_after_unlocking(nurse: StaffMember) -> None:
    with frozen_at(NOON - 15 * MINUTE):
        client = staff_client(nurse)
        shown = client.get("/accounts/").context["shown"]
    typed = urlencode({"shown": shown, "first_name": "Ruthie", "last_name": "T", "telephone": ""})
    answer = post(client, LOCK, {"path": "/accounts/", "forms": json.dumps([["/accounts/", typed]])}, NOON)
    assert answer.json()["url"] == f"{LOCKED}?next=%2Faccounts%2F"
    unlock_by_code(client, nurse, "/accounts/")
    assert "Ruthie" in get(client, "/accounts/").content.decode()


@pytest.mark.parametrize(
    "forms", ["", "[", "[1]", "[[1]]", "{}", '[["/clinic/", null]]', '[["//x.example/", ""]]']
)
def test_forms_that_cannot_be_read_lock_all_the_same(nurse: StaffMember, forms: str) -> None:
    with frozen_at(NOON - 15 * MINUTE):
        client = staff_client(nurse)
    answer = post(client, LOCK, {"path": "https://x.example/", "forms": forms}, NOON).json()
    assert answer == {"is_locked": True, "url": f"{LOCKED}?next=%2F"}


def test_the_warning_names_the_clock_of_the_clinic(nurse: StaffMember) -> None:
    with frozen_at(NOON):
        client = staff_client(nurse)
    with frozen_at(NOON + 13 * MINUTE):
        answer = client.get("/accounts/session/", headers={"Sec-Fetch-Mode": "cors"}).json()
    assert answer == {"left": 120, "is_final": False, "at": "12:15"}
    with frozen_at(NOON + 15 * MINUTE):
        assert client.get("/accounts/session/").json() == {"left": 0, "is_locked": True}
    assert get(Client(), "/accounts/session/").json() == {"left": 0, "is_locked": False}


def test_home_of_a_locked_session_is_the_locked_page(locked: Client) -> None:
    assert get(locked, "/")["Location"] == LOCKED


def test_an_answer_to_a_script_that_comes_too_late_deletes_no_new_cookie(
    locked: Client, nurse: StaffMember
) -> None:
    before = Client()
    before.cookies["sessionid"] = locked.cookies["sessionid"].value
    unlock_by_code(locked, nurse, QUEUE)
    for path in (COUNTS, "/clinic/queue/", "/accounts/session/"):
        assert "sessionid" not in get(before, path).cookies, path
    assert get(before, QUEUE).cookies["sessionid"].value == ""
