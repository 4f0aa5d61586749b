"""What goes wrong on the way: nothing is lost, nothing arrives twice, and the page says what it knows."""

from __future__ import annotations

import time

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from aftercare.checkins.models import CheckIn
from aftercare.checkins.offline import worker as worker_module
from aftercare.people.models import Patient
from tests.checkins.browsing import choose, send
from tests.checkins.offline.conftest import FILLED, PhoneOf, State
from tests.factories import PatientFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set"),
]
A_DAY_AHEAD = """() => {
  const Real = Date;
  self.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + 86400000); }
    static now() { return Real.now() + 86400000; }
  };
}"""
NO_PAGES = "async () => !(await caches.keys()).some((name) => name.startsWith('pages-'))"


def stored(count: int) -> list[CheckIn]:
    """The check-ins, once there are so many; a moment later there are no more."""
    until = time.monotonic() + 10
    while CheckIn.objects.count() < count and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.3)
    assert CheckIn.objects.count() == count
    return list(CheckIn.objects.order_by("number"))


@pytest.mark.parametrize("state", [State.CAFE, State.BROKEN], ids=["the page of a café", "a broken portal"])
def test_an_answer_that_is_not_the_portals_confirms_nothing(phone: PhoneOf, state: State) -> None:
    phone.get_ready()
    page = phone.open("/check-in/")
    choose(page, "How red is the treated skin?", "Mild")
    phone.network.become(state)
    send(page)
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    page.get_by_role("button", name="Try to send now").click()
    expect(page.locator("[data-tried]")).to_be_visible()
    assert len(phone.waiting()) == 1

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")
    stored(1)


def test_a_network_that_leads_elsewhere_loses_nothing_and_confirms_nothing(phone: PhoneOf) -> None:
    phone.get_ready()
    page = phone.open("/check-in/")
    choose(page, "How red is the treated skin?", "Mild")
    phone.network.become(State.HOTSPOT)
    send(page)
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible(timeout=15_000)
    phone.open("/offline/")
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    page.get_by_role("button", name="Try to send now").click()
    expect(page.get_by_text("Does this Wi-Fi need a sign-in of its own?")).to_be_visible()
    assert len(phone.waiting()) == 1

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")
    stored(1)


@pytest.mark.parametrize("event", ["online", "visibilitychange"])
def test_a_network_that_answers_some_moments_later_or_unsaid_is_used(phone: PhoneOf, event: str) -> None:
    phone.get_ready()
    phone.cut()
    page = phone.check_in(How_red_is_the_treated_skin="Mild")
    expect(page.locator("[data-tried]")).to_be_visible()
    if event == "online":
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_timeout(100)  # the second try comes after 400 ms here (HURRY)
        phone.network.become(State.ON)
    else:
        phone.network.become(State.ON)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_url("**/check-ins/*/")
    stored(1)


def test_what_arrived_although_its_answer_was_lost_is_not_taken_twice(phone: PhoneOf) -> None:
    phone.get_ready()
    page = phone.open("/check-in/")
    choose(page, "How red is the treated skin?", "Mild")
    phone.network.become(State.DEAF)
    page.get_by_role("button", name="Send check-in").click(no_wait_after=True)
    stored(1)
    phone.cut()
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")
    stored(1)
    assert phone.waiting() == []


def test_signed_out_meanwhile_it_waits_for_the_sign_in(phone: PhoneOf, treated: Patient) -> None:
    phone.get_ready()
    phone.cut()
    page = phone.check_in(How_red_is_the_treated_skin="Mild")
    Session.objects.all().delete()
    phone.network.become(State.ON)
    page.get_by_role("button", name="Try to send now").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert len(phone.waiting()) == 1

    phone.sign_in(treated.user)
    phone.open("/")
    phone.page.wait_for_url("**/check-ins/*/")
    stored(1)


def test_after_a_session_that_ended_the_phone_gets_ready_again(phone: PhoneOf, treated: Patient) -> None:
    phone.get_ready()
    Session.objects.all().delete()
    phone.open("/")
    phone.wait_until(NO_PAGES)

    phone.sign_in(treated.user)
    phone.get_ready()
    phone.cut()
    page = phone.check_in(How_red_is_the_treated_skin="Mild")
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()


def test_an_old_csrf_token_holds_nothing_up(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()
    page = phone.check_in(How_red_is_the_treated_skin="Mild")
    phone.context.clear_cookies(name="csrftoken")

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")
    stored(1)


def test_of_five_the_one_that_is_refused_stays_to_be_mended(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()
    for number in range(5):
        answer = {} if number == 2 else {"How_red_is_the_treated_skin": "Mild"}
        page = phone.check_in(**answer)
    assert len(phone.waiting()) == 5

    phone.come_back()
    expect(page.locator("[data-refused]:not([hidden])")).to_contain_text("Nothing is answered yet.")
    stored(4)
    assert len(phone.waiting()) == 1
    page.get_by_role("button", name="Look at it and send").click()
    expect(page.locator(".callout.errors")).to_contain_text("Nothing is answered yet.")
    choose(page, "How swollen is it?", "Mild")
    send(page)
    page.wait_for_url("**/check-ins/*/")
    last = stored(5)[-1]
    assert (last.answers["swelling"], last.observed_at < last.submitted_at) == (1, True)
    newest = CheckIn.objects.order_by("observed_at").last()
    assert newest is not None
    page.wait_for_url(f"**/check-ins/{newest.pk}/")  # filled in later than the one that was mended
    phone.open("/offline/")
    expect(phone.page.get_by_role("heading", name="Nothing waits on this phone")).to_be_visible()


def test_another_person_on_the_phone_sees_nothing_and_loses_nothing(phone: PhoneOf, treated: Patient) -> None:
    other = PatientFactory.create(clinic=treated.clinic)
    phone.get_ready()
    phone.cut()
    phone.check_in(Can_you_see_or_feel="Pus bumps")
    phone.sign_in(other.user)
    phone.network.become(State.ON)
    page = phone.get_ready()
    page.goto(phone.network.url + "/offline/")
    expect(page.get_by_role("heading", name="Nothing waits on this phone")).to_be_visible()
    assert not CheckIn.objects.exists()
    phone.cut()
    phone.open("/")
    expect(page.get_by_text("Pus bumps, or yellow or green fluid")).to_be_hidden()

    phone.network.become(State.ON)
    phone.sign_in(treated.user)
    phone.open("/")
    assert stored(1)[0].patient == treated


def test_signing_out_asks_first_and_takes_all_off_the_phone(phone: PhoneOf) -> None:
    phone.get_ready()
    page = phone.tab()
    page.goto(phone.network.url + "/accounts/logout/")
    phone.cut()
    phone.check_in(How_red_is_the_treated_skin="Mild")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("If you sign out, it is deleted.")).to_be_visible()
    phone.network.to_refuse = ["POST /check-in/"]  # else the other page may send it before the press
    phone.network.become(State.ON)
    page.get_by_role("button", name="Delete it and sign out").click()
    page.wait_for_url(phone.network.url + "/")
    phone.page = page

    assert phone.waiting() == []
    phone.wait_until(NO_PAGES)
    phone.network.to_refuse = []
    phone.open("/")
    assert not CheckIn.objects.exists()


def test_two_tabs_send_each_check_in_once(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()
    for _ in range(3):
        phone.check_in(How_red_is_the_treated_skin="Mild")
    second = phone.tab()
    second.goto(phone.network.url + "/offline/")
    phone.network.become(State.ON)
    for page in (phone.page, second):
        page.evaluate("window.dispatchEvent(new Event('online'))")

    phone.page.wait_for_url("**/check-ins/*/")
    second.wait_for_url("**/check-ins/*/")
    stored(3)


def test_a_clock_that_is_a_day_ahead_changes_no_time(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.context.service_workers[0].evaluate(A_DAY_AHEAD)
    phone.cut()
    phone.check_in(How_red_is_the_treated_skin="Mild")
    time.sleep(1)

    phone.come_back()
    phone.page.wait_for_url("**/check-ins/*/")
    [one] = stored(1)
    assert 1 <= (one.submitted_at - one.observed_at).total_seconds() < 20


def test_where_there_is_no_room_it_says_so_and_the_form_keeps_the_answers(phone: PhoneOf) -> None:
    phone.limit_disk(4_000_000)
    phone.get_ready()
    page = phone.open("/check-in/")
    phone.fill_disk()
    choose(page, "How red is the treated skin?", "Mild")
    phone.cut()
    send(page)
    expect(page.get_by_role("heading", name="Not sent, and not saved")).to_be_visible()

    page.go_back()
    expect(page.locator("[name=redness]:checked")).to_have_value("1")


def test_where_the_browser_emptied_its_store_the_portal_works_as_before(phone: PhoneOf) -> None:
    page = phone.get_ready()
    devtools = phone.context.new_cdp_session(page)
    types = {"origin": phone.network.url, "storageTypes": "indexeddb,cache_storage"}
    devtools.send("Storage.clearDataForOrigin", types)

    phone.check_in(How_red_is_the_treated_skin="Mild")
    phone.page.wait_for_url("**/check-ins/*/")
    stored(1)
    phone.get_ready()
    phone.cut()
    phone.check_in(How_red_is_the_treated_skin="Mild")
    phone.come_back()
    phone.page.wait_for_url("**/check-ins/*/")
    stored(2)


def test_a_new_release_takes_over_and_sends_what_waits(
    phone: PhoneOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = phone.get_ready()
    before = phone.context.service_workers[-1].evaluate("RELEASE")
    phone.cut()
    phone.check_in(How_red_is_the_treated_skin="Mild")
    monkeypatch.setattr(worker_module, "FILES", worker_module.FILES[1:])
    worker_module.script_of_release.cache_clear()
    phone.network.become(State.ON)
    page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
    until = time.monotonic() + 10
    while phone.context.service_workers[-1].evaluate("RELEASE") == before and time.monotonic() < until:
        page.wait_for_timeout(50)

    assert phone.context.service_workers[-1].evaluate("RELEASE") != before
    # Another tab lets it send, if the new worker has not done so on its own: then the page is on its way already.
    phone.tab().goto(phone.network.url + "/")
    page.wait_for_url("**/check-ins/*/")
    stored(1)
    worker_module.script_of_release.cache_clear()


def test_a_phone_whose_network_dropped_a_page_gets_ready_without_another_one(phone: PhoneOf) -> None:
    phone.network.to_refuse = ["GET /offline/ "]
    phone.open("/")
    until = time.monotonic() + 10
    while not any(line.startswith("GET /offline/ ") for line in phone.network.requests):
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.2)  # the browser itself tries a second time at once
    phone.network.to_refuse = []
    phone.wait_until(FILLED)
