"""Rows of the queue never move under a pointer or a focus, and a press does only what its row showed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.clinic.browsing import DESK, PHONE
from tests.clinic.staff_client import QUEUE, staff_client
from tests.factories import PatientFactory, ProcedureFactory, UserFactory, check_in
from tests.ui.browser import sticks_out, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 15_000  # ms: what is committed is on every open page by then


def someone(beside: Patient, name: str) -> Patient:
    """Another patient of the same clinic, treated two days ago."""
    user = UserFactory.create(first_name=name, last_name="Other")
    patient = PatientFactory.create(clinic=beside.clinic, user=user, call_back_telephone="07700 900155")
    treated = timezone.now() - timedelta(hours=50)
    ProcedureFactory.create(patient=patient, performed_at=treated, recorded_by=UserFactory.create())
    return patient


@pytest.fixture
def sam(daniel: Patient) -> Patient:
    """Reported hives a moment after Daniel did; nobody has taken the alert on."""
    found = someone(daniel, "Sam")
    check_in(found, timezone.now(), signs=["hives"])
    return found


def owners(patient: Patient) -> dict[str, str | None]:
    """Return the owner of each alert of a patient, by rule."""
    return dict(patient.alerts.values_list("rule", "owner__first_name"))


def top(control: Locator) -> float:
    box = control.bounding_box()
    assert box is not None
    return box["y"]


def middle(control: Locator) -> tuple[float, float]:
    box = control.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wait_for_an_answer(page: Page) -> None:
    """Until the page has asked twice more: what was committed before has reached it."""
    for _ in range(2):
        with page.expect_response(lambda response: "/clinic/queue/" in response.url, timeout=SOON):
            pass
    page.wait_for_timeout(200)


def acknowledge_button(page: Page, name: str) -> Locator:
    return page.locator("#queue").get_by_role("button", name=f"Acknowledge {name}")


ARRIVALS = [
    pytest.param(DESK, {"emergency": ["breathing"]}, id="emergency-desk"),
    pytest.param(PHONE, {"emergency": ["breathing"]}, id="emergency-phone"),
    pytest.param(DESK, {"signs": ["pus"]}, id="urgent-desk"),
    pytest.param(PHONE, {"unwell": ["flu"]}, id="same-day-phone"),
]


@pytest.mark.parametrize(("size", "answers"), ARRIVALS)
def test_a_press_with_the_mouse_acts_on_the_row_it_was_aimed_at(
    staff_browser: Any, sam: Patient, size: tuple[int, int], answers: dict[str, Any]
) -> None:
    page = staff_browser(size).open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    button = acknowledge_button(page, "Sam")
    button.hover()
    x, y = middle(button)
    joan = someone(sam, "Joan")

    check_in(joan, timezone.now(), **answers)
    wait_for_an_answer(page)
    page.mouse.click(x, y)

    expect(acknowledge_button(page, "Sam")).to_have_count(0, timeout=SOON)
    assert owners(sam) == {"hives": "Ruth"}
    assert set(owners(joan).values()) == {None}


@pytest.mark.parametrize(("size", "answers"), ARRIVALS[:2])
def test_a_press_with_the_keyboard_acts_on_the_row_that_has_the_focus(
    staff_browser: Any, sam: Patient, size: tuple[int, int], answers: dict[str, Any]
) -> None:
    page = staff_browser(size).open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    button = acknowledge_button(page, "Sam")
    button.focus()
    place = top(button)
    joan = someone(sam, "Joan")

    check_in(joan, timezone.now(), **answers)
    wait_for_an_answer(page)
    expect(button).to_be_focused()
    assert abs(top(button) - place) < 2
    page.keyboard.press("Enter")

    expect(acknowledge_button(page, "Sam")).to_have_count(0, timeout=SOON)
    assert owners(sam) == {"hives": "Ruth"}
    assert set(owners(joan).values()) == {None}


def test_what_is_reported_under_the_pointer_is_not_acknowledged_unseen(
    staff_browser: Any, sam: Patient
) -> None:
    page = staff_browser().open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    button = acknowledge_button(page, "Sam")
    button.hover()
    row = page.locator("tr", has_text="Sam Other").first
    before = row.inner_text()

    check_in(sam, timezone.now(), signs=["blister_burn"], unwell=["fever"])
    wait_for_an_answer(page)
    assert row.inner_text() == before
    button.click()

    expect(page.locator("tr", has_text="Sam Other").first).to_contain_text("more finding", timeout=SOON)
    expect(acknowledge_button(page, "Sam")).to_be_visible()
    found = owners(sam)
    assert found.pop("hives") == "Ruth"
    assert set(found.values()) == {None}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_row_that_somebody_else_took_under_the_pointer_says_who_was_first(
    staff_browser: Any, sam: Patient, clinician: StaffMember, size: tuple[int, int]
) -> None:
    page = staff_browser(size).open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    button = acknowledge_button(page, "Sam")
    button.hover()
    for alert in sam.alerts.all():
        acknowledge(alert=alert, by=clinician.user, now=timezone.now())
    wait_for_an_answer(page)
    button.click()

    expect(page.get_by_role("alert").get_by_text("Tom Test was first")).to_be_visible(timeout=SOON)
    assert owners(sam) == {"hives": "Tom"}
    expect(acknowledge_button(page, "Sam")).to_have_count(0)
    page.wait_for_timeout(600)  # a press at once would have been aimed at what stood there before
    page.get_by_role("button", name="Hide this").click()
    expect(page.get_by_text("Tom Test was first")).to_be_hidden()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_new_emergency_has_a_bar_of_its_own_and_a_double_press_hits_nobody_else(
    staff_browser: Any, sam: Patient, size: tuple[int, int]
) -> None:
    window = staff_browser(size)
    page = window.open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    page.mouse.move(1, 1)
    place = top(page.locator("tr", has_text="Sam Other"))
    joan = someone(sam, "Joan")

    check_in(joan, timezone.now(), emergency=["breathing"])

    bar = page.get_by_role("alert").filter(has_text="New emergency")
    expect(bar).to_contain_text("Joan Other, Microneedling, face, 50 h.", timeout=SOON)
    expect(page).to_have_title("(3) Queue · Larkfield Skin Clinic")
    expect(page.locator("h1")).to_contain_text("3 urgent or higher")
    expect(page.locator("#now")).to_contain_text("2 here, 1 below")
    assert abs(top(page.locator("tr", has_text="Sam Other")) - place) < 2
    assert page.evaluate("document.activeElement === document.body")
    assert violations(page) == []
    assert not sticks_out(page)
    page.wait_for_timeout(600)  # a press at once would have been aimed at what stood there before
    bar.get_by_role("button", name="Acknowledge Joan Other").dblclick()

    expect(page.get_by_role("link", name="Open Joan Other")).to_be_visible(timeout=SOON)
    assert owners(joan) == {"trouble_breathing": "Ruth"}
    assert owners(sam) == {"hives": None}
    page.locator("h1").hover()
    page.get_by_role("button", name="Show them").click()
    expect(page.locator("#queue tr.fresh")).to_contain_text("Joan Other")


def test_what_is_new_waits_below_until_somebody_asks_for_it(staff_browser: Any, sam: Patient) -> None:
    page = staff_browser().open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    names = page.locator("#queue .q-who b:first-child")
    before = names.all_inner_texts()
    priya, kofi = someone(sam, "Priya"), someone(sam, "Kofi")
    check_in(priya, timezone.now(), unwell=["flu"])
    check_in(kofi, timezone.now(), signs=["patches"])

    bar = page.locator("#queue-show")
    expect(bar).to_contain_text("2 new", timeout=SOON)
    expect(bar).to_contain_text("same day 1, routine 1")
    expect(page.locator("#queue-news")).to_contain_text("New. ")
    expect(page.locator("#queue-news")).to_contain_text("Other")
    assert names.all_inner_texts() == before
    assert violations(page) == []
    page.keyboard.press("n")
    expect(bar).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Priya Other").first).to_be_focused()
    assert names.all_inner_texts() == [*before, "Priya Other", "Kofi Other"]
    expect(bar).to_be_hidden()


def test_on_an_empty_queue_what_comes_stands_in_the_list_at_once(
    staff_browser: Any, procedure: Procedure, patient: Patient
) -> None:
    page = staff_browser(PHONE).open(QUEUE)
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    page.mouse.move(1, 1)

    check_in(patient, timezone.now(), emergency=["breathing"], redness=0)

    expect(acknowledge_button(page, "Amara Test")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("alert").get_by_text("New emergency")).to_be_visible()
    expect(page.locator("#queue-news")).to_have_text("New. Emergency: Amara Test.")
    expect(page.locator("#now")).to_have_text("A person is needed now 1")
    assert page.title().startswith("(1) Queue")


def test_a_row_is_drawn_anew_in_its_place(staff_browser: Any, sam: Patient, clinician: StaffMember) -> None:
    page = staff_browser().open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    acknowledge_button(page, "Sam").hover()
    daniel = page.locator("tr[id^=row-act]", has_text="Daniel Reyes")
    place = top(page.locator("tr", has_text="Sam Other"))
    for alert in Alert.objects.exclude(patient=sam):
        acknowledge(alert=alert, by=clinician.user, now=timezone.now())

    expect(daniel).to_contain_text("Tom Test", timeout=SOON)
    expect(daniel.get_by_role("link", name="Call and close Daniel Reyes")).to_be_visible()
    assert abs(top(page.locator("tr", has_text="Sam Other")) - place) < 2
    for alert in Alert.objects.exclude(patient=sam):
        close(alert=alert, by=clinician.user, now=timezone.now(), outcome="advice_given", note="Spoke.")
    expect(daniel).to_contain_text("No longer in this list", timeout=SOON)
    expect(daniel.locator(".q-act button, .q-act a")).to_have_count(0)
    assert abs(top(page.locator("tr", has_text="Sam Other")) - place) < 2


def test_a_notice_above_the_list_does_not_move_the_row_under_the_pointer(
    staff_browser: Any, sam: Patient
) -> None:
    for number in range(6):
        check_in(someone(sam, f"Pat-{number}"), timezone.now(), signs=["pus"])
    page = staff_browser(PHONE).open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    page.route("**/clinic/queue/**", with_a_notice)
    button = acknowledge_button(page, "Pat-3")
    button.scroll_into_view_if_needed()
    button.hover()
    place = top(button)
    check_in(someone(sam, "Joan"), timezone.now(), unwell=["flu"])
    expect(page.locator("#standing")).to_contain_text("A notice", timeout=SOON)
    assert abs(top(button) - place) < 2


def with_a_notice(route: Route) -> None:
    """An answer of the server as it would be with a banner above the list."""
    response = route.fetch()
    body = response.text().replace('<div id="standing">', '<div id="standing"><p class="py-5">A notice</p>')
    route.fulfill(response=response, body=body)


def test_one_that_waits_again_keeps_its_row_and_a_new_clock(
    staff_browser: Any, sam: Patient, nurse: StaffMember
) -> None:
    acknowledge(alert=sam.alerts.get(), by=nurse.user, now=timezone.now())
    page = staff_browser().open(QUEUE)
    page.emulate_media(reduced_motion="reduce")  # it scrolls at once
    row = page.locator("tr", has_text="Sam Other")
    expect(row).to_contain_text("Call and close")

    check_in(sam, timezone.now(), signs=["hives"])

    expect(row).to_contain_text("Reported again", timeout=SOON)
    expect(row).to_contain_text("min left")
    expect(row.locator(".q-own")).to_have_text("Ruth Test")
    expect(row.get_by_role("button", name="Acknowledge Sam Other")).to_be_visible()
    expect(page.locator("#queue-news")).to_have_text("New report. Urgent: Sam Other.")


def test_a_closing_is_undone_where_the_row_stood(
    staff_browser: Any, sam: Patient, nurse: StaffMember
) -> None:
    priya = someone(sam, "Priya")
    check_in(priya, timezone.now(), signs=["pus"])
    names = page_names(staff_browser().open(QUEUE))
    for alert in sam.alerts.all():
        close(alert=alert, by=nurse.user, now=timezone.now(), outcome="advice_given", note="Spoke.")
    page = staff_browser().open(QUEUE)
    assert page_names(page) == names
    button = page.get_by_role("button", name="Undo the close Sam Other")
    expect(button).to_contain_text("s left")
    said = button.inner_text()
    page.wait_for_timeout(1500)
    assert button.inner_text() != said  # it counts
    button.click()

    expect(page.get_by_role("button", name="Acknowledge Sam Other")).to_be_visible(timeout=SOON)
    assert page_names(page) == names
    assert sam.alerts.get().status == Alert.Status.NEW


def page_names(page: Page) -> list[str]:
    return page.locator("#queue .q-who b:first-child").all_inner_texts()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_script_the_queue_is_a_plain_page_that_works(
    browser: Browser, live_server: LiveServer, nurse: StaffMember, sam: Patient, scheme: Any
) -> None:
    context = browser.new_context(
        java_script_enabled=False, color_scheme=scheme, viewport={"width": 390, "height": 844}
    )
    session = staff_client(nurse).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + QUEUE)
    expect(page.locator("#new")).to_be_hidden()
    check_in(someone(sam, "Joan"), timezone.now(), emergency=["breathing"])
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("button", name="Acknowledge Joan Other")).to_be_visible()
    page.get_by_role("button", name="Acknowledge Sam Other").click()
    page.wait_for_url("**/clinic/alerts/**")
    assert owners(sam) == {"hives": "Ruth"}
    context.close()
