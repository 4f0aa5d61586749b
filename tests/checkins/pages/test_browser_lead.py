"""The lead in a real browser: above the fold, louder than all else, up to date, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.alerts.models import Letter
from aftercare.guidance.articles.loading import load_articles
from aftercare.people.models import Event, Patient, StaffMember, User
from tests.checkins.pages.test_browser_today import Visits
from tests.factories import ProcedureFactory, check_in
from tests.ui.browser import HURRY, assert_usable, cut_off, sticks_out, with_text_twice_as_large

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set"),
]

# The size and the brightness of every control that is shown, the number that leads first.
CONTROLS = """() => {
  const bright = element => {
    let box = element, colour = 'rgba(0, 0, 0, 0)';
    while (box && /, 0\\)$/.test(colour)) { colour = getComputedStyle(box).backgroundColor; box = box.parentElement; }
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const lead = document.querySelector('.lead-now .btn-big, .loud .btn-big');
  return [lead, ...document.querySelectorAll('main a.btn, main button, main .sos, .tabs a')]
    .filter(one => one && one.checkVisibility())
    .map(one => { const box = one.getBoundingClientRect();
      return {text: one.textContent.trim(), area: box.width * box.height, bright: bright(one), bottom: box.bottom}; });
}"""


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, patient: Patient, nurse: StaffMember) -> Visits:
    """The patient is 38 hours after a microneedling of the face; the shipped articles are there."""
    load_articles(by=User.objects.system())
    ProcedureFactory.create(patient=patient, performed_at=ago(38), recorded_by=nurse.user)
    patient.clinic.cannot_phone = "Text 07700 900199."
    patient.clinic.save()
    return Visits(browser, live_server, patient)


def ago(hours: float) -> Any:
    return timezone.now() - timedelta(hours=hours)


def emergency(patient: Patient, hours: float) -> str:
    return f"/check-ins/{check_in(patient, ago(hours), emergency=['breathing']).check_in.pk}/"


def later_calm(patient: Patient, hours: float) -> str:
    emergency(patient, hours)
    return f"/check-ins/{check_in(patient, ago(0.1)).check_in.pk}/"


def shorter(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 700})


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_emergency_number_is_above_the_fold_and_the_largest_and_brightest_control(
    visit: Visits, patient: Patient, scheme: str, script: bool
) -> None:
    own, calm = emergency(patient, 30), later_calm(patient, 2)
    for path in ("/", "/check-ins/", "/timeline/", own, calm):
        with visit(path, color_scheme=scheme, java_script_enabled=script) as page:
            shorter(page)
            if not script:  # nothing can be asked of a page without script
                big = page.locator(".btn-big").first.bounding_box()
                assert big is not None
                assert big["y"] + big["height"] <= 640, path
                continue
            lead, *others = page.evaluate(CONTROLS)
            assert lead["text"] == "Call 999"
            tabs = page.locator(".tabs").bounding_box()
            assert tabs is not None
            assert lead["bottom"] <= tabs["y"], path
            rest = [one for one in others if one["text"] != "Call 999"]
            assert max(one["area"] for one in rest) < lead["area"], path
            assert max(one["bright"] for one in rest) <= lead["bright"], path


def test_an_open_page_learns_that_staff_have_spoken_with_the_patient(visit: Visits, patient: Patient) -> None:
    result = f"/check-ins/{check_in(patient, ago(2), signs=['pus']).check_in.pk}/"
    with visit("/healthz") as page:
        page.add_init_script(HURRY)
        for path in ("/", result):
            patient.alerts.update(reached_at=None)
            page.goto(f"{visit.server.url}{path}")
            expect(page.locator("#lead")).to_contain_text("You still need to call the clinic")
            patient.alerts.update(reached_at=timezone.now())
            expect(page.locator("#lead")).to_contain_text("You spoke with the clinic", timeout=15_000)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_i_have_called_is_one_press_and_said_back(visit: Visits, patient: Patient, script: bool) -> None:
    check_in(patient, ago(2), signs=["pus"])
    with visit("/check-ins/", java_script_enabled=script) as page:
        page.get_by_role("button", name="I have called").click()
        expect(page.locator(".lead-now")).to_contain_text("that you called.")
        assert page.url.endswith("/check-ins/")
    assert Event.objects.filter(verb=Event.Verb.SAID_CALLED).count() == 1


def reached(patient: Patient) -> str:
    check_in(patient, ago(3), signs=["pus"])
    patient.alerts.update(reached_at=ago(1))
    return "/"


def urgent(patient: Patient) -> str:
    check_in(patient, ago(3), signs=["pus"])
    return f"/check-ins/{check_in(patient, ago(0.1), itch=None).check_in.pk}/"


def lasting(patient: Patient) -> str:
    check_in(patient, ago(3), redness=2, note="o" * 90)
    return "/check-ins/"


SITUATIONS: list[Callable[[Patient], str]] = [reached, urgent, lasting]


@pytest.mark.parametrize("situation", SITUATIONS, ids=[one.__name__ for one in SITUATIONS])
def test_every_page_can_be_used_by_everybody(
    visit: Visits, patient: Patient, nurse: StaffMember, situation: Callable[[Patient], str]
) -> None:
    path = situation(patient)
    letter = send_letter(patient=patient, template=Letter.Template.VISIT, by=nurse.user, now=timezone.now())
    pages = {
        "/",
        path,
        "/check-ins/",
        "/timeline/",
        "/your-number/",
        "/your-details/",
        "/check-ins/print/",
        f"{path}print/" if path != "/" else path,
        "/guidance/get-help/",
        f"/letters/{letter.pk}/",
    }
    with visit("/healthz") as page:
        for own in sorted(pages):
            page.set_viewport_size({"width": 390, "height": 844})
            page.goto(f"{visit.server.url}{own}")
            assert_usable(page, own)
            page.set_viewport_size({"width": 320, "height": 844})
            assert not sticks_out(page), own


def test_text_twice_as_large_and_words_without_end_widen_no_page(visit: Visits, patient: Patient) -> None:
    result = urgent(patient)
    patient.procedures.update(area="W" * 40)
    check_in(patient, ago(0.05), note="o" * 200)
    for path in ("/", "/check-ins/", "/timeline/", "/guidance/get-help/", result):
        for width in (390, 320):
            with visit(path, width=width) as page:
                if width == 390:
                    with_text_twice_as_large(page)
                    page.reload()
                assert not sticks_out(page), (path, width)
                assert cut_off(page) == [], (path, width)


def test_the_tabs_do_not_collide_in_large_text(visit: Visits, patient: Patient) -> None:
    with visit("/") as page:
        with_text_twice_as_large(page)
        page.reload()
        boxes = [box for tab in page.locator(".tabs a").all() if (box := tab.bounding_box())]
        wide = page.evaluate(
            "[...document.querySelectorAll('.tabs a')].map(tab => tab.scrollWidth - tab.clientWidth)"
        )
    assert max(wide) <= 1
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
            down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
            assert across <= 1 or down <= 1


@pytest.mark.parametrize(
    ("zone", "script", "says"),
    [("America/New_York", True, True), ("Europe/London", True, False), ("America/New_York", False, False)],
    ids=["elsewhere", "at home", "no script"],
)
def test_where_the_clock_is_another_times_are_clinic_time(
    visit: Visits, patient: Patient, zone: str, script: bool, says: bool
) -> None:
    check_in(patient, ago(2), signs=["pus"])
    with visit("/", timezone_id=zone, java_script_enabled=script) as page:
        note = page.get_by_text("Times on this page are clinic time.")
        expect(note).to_be_visible() if says else expect(note).to_be_hidden()
        if script:
            after = page.locator("#lead time").evaluate("time => getComputedStyle(time, '::after').content")
            assert ("clinic time" in after) is says


def test_the_number_to_be_called_on_is_corrected_in_two_presses(visit: Visits, patient: Patient) -> None:
    patient.call_back_telephone = "07700 900142"
    patient.save()
    check_in(patient, ago(0.1), signs=["lumps"])
    with visit("/") as page:
        page.get_by_role("link", name="Not right?").click()
        page.get_by_label("Number to call you on").fill("12")
        page.get_by_role("button", name="Save").click()
        expect(page).to_have_title("Error: Your number · Larkfield Skin Clinic")
        page.get_by_label("Number to call you on").fill("07700 900777")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status").first).to_contain_text("07700 900777")
    event = Event.objects.get(verb=Event.Verb.CHANGED_DETAILS)
    assert (event.actor, event.data["fields"]) == (patient.user, ["call_back_telephone"])
