"""The link of a reminder: one check-in and its result, without a sign-in, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from aftercare.checkins.models import CheckIn, Reminder, ReminderPlan
from aftercare.checkins.reminders.links import path_of
from aftercare.outbox.models import Message
from aftercare.people.actions.withdrawal import withdraw_patient
from aftercare.people.models import Patient, Procedure, StaffMember
from aftercare.people.token_paths import without_tokens
from tests.checkins.posting import ORDINARY_FORM, signed_in, text_of
from tests.checkins.reminders.world import run
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(9))]
OTHER_PAGES = ("/check-in/", "/check-ins/", "/accounts/", "/reminders/", "/who-looked/", "/your-number/")


@pytest.fixture
def link(patient: Patient, procedure: Procedure) -> str:
    """The path of a link, an hour after its reminder was due."""
    run(at(8))
    return path_of(Reminder.objects.get().pk)


def post(client: Client, link: str, **fields: Any) -> Any:
    return client.post(link, {**ORDINARY_FORM, "token": str(uuid4()), **fields})


def test_a_check_in_is_sent_without_a_sign_in_and_its_result_is_shown(
    client: Client, link: str, patient: Patient
) -> None:
    page = client.get(link)
    said = text_of(page)
    assert "For Amara , from Larkfield Skin Clinic." in said
    for private in ("Test", "since your treatment", patient.user.email):
        assert private not in said
    answer = post(client, link)
    assert (answer.status_code, answer["Location"]) == (302, f"{link}result/")

    stored = CheckIn.objects.get()
    assert (stored.patient, stored.submitted_by, stored.level) == (patient, patient.user, "expected")
    assert stored.token == Reminder.objects.get().pk
    result = client.get(f"{link}result/")
    assert 'data-level="expected"' in result.content.decode()
    assert client.get(link)["Location"] == f"{link}result/"
    assert client.get(f"{link}confirmation/").status_code == 200
    assert "sessionid" not in client.cookies


def test_every_other_page_asks_for_the_code(client: Client, link: str) -> None:
    post(client, link)
    client.get(f"{link}result/")
    own = f"/check-ins/{CheckIn.objects.get().pk}/"
    for path in (*OTHER_PAGES, own):
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/accounts/login/"), path


def test_one_link_stores_one_check_in_whatever_is_posted(client: Client, link: str, patient: Patient) -> None:
    earlier = check_in(patient, 3, pain=2).check_in
    post(client, link)
    post(client, link)  # sent twice
    post(client, link, supersedes=str(earlier.pk), redness="2", record="x")

    own = CheckIn.objects.exclude(pk=earlier.pk).order_by("number")
    assert [one.revision for one in own] == [0, 1]
    assert own[1].supersedes == own[0]
    assert not hasattr(CheckIn.objects.get(pk=earlier.pk), "superseded_by")


def test_answers_are_changed_by_the_form_of_the_link(client: Client, link: str) -> None:
    post(client, link)
    page = client.get(f"{link}?form=x")
    assert "You sent this at 19:00" in text_of(page)
    assert f'{link}result/"' in page.content.decode()
    post(client, link, redness="2")
    assert 'data-level="expected"' in client.get(f"{link}result/").content.decode()


def test_a_rejected_form_is_shown_as_typed(client: Client, link: str) -> None:
    page = post(client, link, observed_at="2026-01-30T10:00", note="my note")
    assert page.status_code == 422
    assert "my note" in page.content.decode()
    assert "For Amara" in text_of(page)
    assert not CheckIn.objects.exists()


def test_an_emergency_is_saved_by_script_and_leads_the_result(client: Client, link: str) -> None:
    saved = post(client, link, emergency="breathing", autosave="1")
    assert saved.status_code in {200, 302}
    assert CheckIn.objects.get().level == "emergency"
    assert "Call 999 now" in text_of(client.get(f"{link}result/"))


def test_what_still_needs_a_call_leads_the_result(client: Client, link: str, patient: Patient) -> None:
    check_in(patient, 8.5, signs=["pus"])
    post(client, link)
    said = text_of(client.get(f"{link}result/"))
    assert "You still need to call the clinic about your check-in of 18:30" in said
    assert "do not show a warning sign" not in said


def test_a_scanner_that_opens_it_ten_times_changes_nothing(client: Client, link: str) -> None:
    for _time in range(10):
        for path in (link, f"{link}change/", f"{link}stop/", f"{link}result/"):
            assert client.get(path).status_code in {200, 302}
            assert client.head(path).status_code in {200, 302}
    assert not CheckIn.objects.exists()
    assert ReminderPlan.objects.get().is_on
    post(client, link)
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize(("hours", "status"), [(35.9, 200), (36, 410)])
def test_it_opens_the_check_in_for_36_hours(client: Client, link: str, hours: float, status: int) -> None:
    with frozen_at(at(8) + timedelta(hours=hours)):
        page = client.get(link)
    assert page.status_code == status
    if status == 410:
        said = text_of(page)
        assert "This link is too old" in said
        assert "0161 496 0123" in said


def test_a_form_sent_too_late_is_kept_until_the_sign_in(client: Client, link: str) -> None:
    with frozen_at(at(45)):
        assert post(client, link)["Location"] == "/accounts/login/code/?next=/check-in/"
        assert "Call 999 now" in text_of(post(client, link, emergency="breathing"))
        assert client.get(f"{link}result/").status_code == 410


def test_after_a_withdrawal_it_shows_the_telephones_and_nothing_else(
    client: Client, link: str, patient: Patient, manager: StaffMember
) -> None:
    withdraw_patient(patient=patient, reason="Moved.", by=manager.user, now=at(9))
    for path in (link, f"{link}result/", f"{link}change/"):
        page = client.get(path)
        assert page.status_code == 410
        said = text_of(page)
        assert "This link does not work any more" in said
        assert "0161 496 0123" in said
        assert "Amara" not in said
    assert client.post(f"{link}change/", {"act": "stop"}).status_code == 410


def test_an_unknown_link_says_so(client: Client, link: str) -> None:
    for path in ("/r/made-up/", "/r/made-up/result/", "/r/made-up/change/"):
        page = client.get(path)
        assert page.status_code == 404
        assert "This link does not work" in text_of(page)
    assert client.post("/r/made-up/stop/").status_code == 404


def test_somebody_else_who_is_signed_in_is_asked_first(
    link: str, stranger: Patient, patient: Patient
) -> None:
    other = signed_in(stranger.user)
    said = text_of(other.get(link))
    assert "This link is for Amara" in said
    assert "Somebody else is signed in here." in said
    assert "Send check-in" not in said

    assert "Send check-in" in text_of(other.get(f"{link}?link="))
    answer = post(other, link)
    assert CheckIn.objects.get().patient == patient
    shown = text_of(other.get(answer["Location"]))
    assert "Larkfield Skin Clinic" in shown
    assert "Elsewhere" not in shown
    # Nothing of the link's patient has become theirs.
    assert other.get(f"/check-ins/{CheckIn.objects.get().pk}/").status_code == 404
    assert "This link is for Amara" in text_of(other.get(f"{link}result/"))


def test_staff_who_open_it_are_asked_too(link: str, nurse: StaffMember) -> None:
    assert "This link is for Amara" in text_of(signed_in(nurse.user).get(link))


def test_the_patient_who_is_signed_in_gets_the_own_page(link: str, patient: Patient) -> None:
    own = signed_in(patient.user)
    assert own.get(link)["Location"] == "/check-in/"
    post(own, link)
    assert own.get(link)["Location"] == f"/check-ins/{CheckIn.objects.get().pk}/"
    with frozen_at(at(50)):
        assert own.get(link)["Location"] == "/check-in/"


def test_several_areas_are_asked_for_without_their_dates(
    client: Client, link: str, patient: Patient, nurse: StaffMember
) -> None:
    ProcedureFactory.create(patient=patient, area="neck", performed_at=at(1), recorded_by=nurse.user)
    said = text_of(client.get(link))
    assert "Neck" in said
    assert "Neck," not in said
    assert post(client, link).status_code == 422
    assert post(client, link, procedure="several").status_code == 302


def test_one_click_stops_all_reminders_without_a_page(client: Client, link: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"{link}stop/", {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert not ReminderPlan.objects.get().is_on
    assert [one.state for one in Message.objects.filter(kind="check_in_reminder")] == ["withdrawn"]
    assert strict.post(f"{link}stop/").status_code == 200
    with frozen_at(at(24 * 60)):
        assert client.get(f"{link}stop/")["Location"] == f"{link}change/"


def test_reminders_are_put_off_stopped_and_started_from_the_link(client: Client, link: str) -> None:
    page = f"{link}change/"
    assert "Busy now?" in text_of(client.get(page))
    assert "We remind you at 20:00." in text_of(client.post(page, {"act": "later", "hours": "1"}))
    assert "Reminders are stopped." in text_of(client.post(page, {"act": "stop"}))
    assert "Start reminders again" in text_of(client.get(page))
    client.post(page, {"act": "start"})
    assert ReminderPlan.objects.get().is_on


def test_the_token_is_left_out_of_what_is_logged(link: str) -> None:
    for path in (link, f"{link}result/", f'"GET {link}?form=x HTTP/1.1"'):
        assert "/r/[token]" in without_tokens(path)
        assert link not in without_tokens(path)


def test_pages_of_a_link_are_neither_cached_nor_tell_their_address(client: Client, link: str) -> None:
    page = client.get(link)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]


def test_no_earlier_answer_stands_in_the_form_of_a_link(client: Client, link: str, patient: Patient) -> None:
    check_in(patient, 8, redness=3)
    with frozen_at(at(9)):
        assert "Last time: Severe." in signed_in(patient.user).get("/check-in/").content.decode()
        page = client.get(link).content.decode()
    assert 'name="redness"' in page
    assert "Last time" not in page
    assert "<!--last" not in page
