"""Every page of staff can be used by everybody: at a desk and on a phone, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.contact_steps import add_step
from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.models import ContactStep, Drill
from aftercare.alerts.on_call.overrides import set_override
from aftercare.alerts.on_call.swaps import ask_swap
from aftercare.checkins.clusters.actions import look_at_cluster
from aftercare.people.actions.rota import put_on_duty
from aftercare.people.models import ContactPoint, Patient, Shift, StaffMember
from clinic.urls import urlpatterns
from tests.checkins.clusters.making import make_cluster
from tests.checkins.photos.making import make_photo
from tests.clinic.browsing import DESK, PHONE
from tests.clinic.staff_client import QUEUE, alert_url, patient_url
from tests.factories import person
from tests.fixtures import MakePoint
from tests.ui.browser import overlapping_texts, sticks_out, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True, kw_only=True)
class Records:
    """The records that the pages show."""

    daniel: Patient
    manager: StaffMember
    drill: Drill
    step: ContactStep
    shift: Shift
    later: Shift
    point: ContactPoint

    def of_patient(self, rest: str) -> str:
        return patient_url(self.daniel, rest)

    def of_procedure(self, act: str) -> str:
        return self.of_patient(f"procedures/{self.daniel.procedures.get().pk}/{act}/")


PAGES: dict[str, Callable[[Records], str]] = {
    "queue": lambda _: QUEUE,
    "alert": lambda records: alert_url(records.daniel.alerts.get(rule="sudden_return.redness")),
    "handover": lambda _: "/clinic/handover/",
    "contacts": lambda _: "/clinic/contacts/",
    "contact_points": lambda _: "/clinic/contact-points/",
    "add_point": lambda _: "/clinic/contact-points/add/sms/",
    "confirm_point": lambda records: f"/clinic/contact-points/{records.point.pk}/confirm/",
    "tapped_point": lambda records: f"/clinic/contact-points/tap/123456/{records.point.pk}/",
    "contact_rules": lambda _: "/clinic/contact-points/rules/emergency/",
    "quiet_hours": lambda _: "/clinic/contact-points/quiet-hours/",
    "new_step": lambda _: "/clinic/contacts/steps/new/open/",
    "step": lambda records: f"/clinic/contacts/steps/{records.step.pk}/",
    "remove_step": lambda records: f"/clinic/contacts/steps/{records.step.pk}/remove/",
    "remove_shift": lambda records: f"/clinic/contacts/rota/{records.shift.pk}/remove/",
    "new_override": lambda records: f"/clinic/on-call/overrides/new/?shift={records.shift.pk}",
    "ask_swap": lambda records: f"/clinic/on-call/shifts/{records.later.pk}/ask/",
    "swap": lambda records: f"/clinic/on-call/swaps/{records.later.swaps.get().pk}/",
    "duty": lambda records: f"/clinic/on-call/duties/{records.manager.duty_confirmations.get().pk}/",
    "new_shift": lambda _: "/clinic/contacts/rota/new/",
    "absence": lambda records: f"/clinic/contacts/away/{records.manager.pk}/",
    "new_closed_day": lambda _: "/clinic/contacts/closed-days/new/",
    "drill": lambda records: f"/clinic/drills/{records.drill.pk}/",
    "clusters": lambda _: "/clinic/clusters/",
    "cluster": lambda records: f"/clinic/clusters/{records.manager.clinic.clusters.waiting().get().pk}/",
    "messages": lambda _: "/clinic/messages/",
    "details": lambda _: "/clinic/details/",
    "staff": lambda _: "/clinic/staff/",
    "add_staff": lambda _: "/clinic/staff/add/",
    "change_staff": lambda records: f"/clinic/staff/{records.manager.pk}/",
    "staff_second_step": lambda records: f"/clinic/staff/{records.manager.pk}/second-step/",
    "looks": lambda _: "/clinic/looks/",
    "patients": lambda _: "/clinic/patients/",
    "enrol": lambda _: "/clinic/patients/enrol/",
    "patient": lambda records: records.of_patient(""),
    "edit_patient": lambda records: records.of_patient("edit/"),
    "invitation": lambda records: records.of_patient("invitation/"),
    "record_procedure": lambda records: records.of_patient("procedures/new/"),
    "correct_procedure": lambda records: records.of_procedure("correct"),
    "move_procedure": lambda records: records.of_procedure("move"),
    "intake": lambda records: records.of_patient("intake/"),
    "withdraw": lambda records: records.of_patient("withdraw/"),
    "patient_second_step": lambda records: records.of_patient("second-step/"),
    "new_check_in": lambda records: records.of_patient("check-ins/new/"),
    "correct_attempt": lambda records: records.of_patient(
        f"calls/{records.daniel.contact_attempts.all()[0].pk}/correct/"
    ),
    "photos": lambda records: records.of_patient("pictures/"),
    "told": lambda records: records.of_patient(f"check-ins/{records.daniel.check_ins.all()[0].pk}/"),
}
# Addresses that are posted to, or drawn into another page. What "search" answers is looked at below.
NO_PAGES = {
    *("queue_live", "search", "choose_clinic", "acknowledge", "close", "assign", "reopen", "record_attempt"),
    *("give_back", "undo_close", "typed"),
    *("lock", "locked", "locked_counts"),  # looked at in tests/clinic/locked
    *("patient_photo", "ask_for_photo"),
    *("send_letter", "record_call", "send_invitation", "take_back", "invite_staff", "move_step_up"),
    *("remove_override", "remove_closed_day", "start_drill", "acknowledge_drill", "stop_drill"),
    *("message_again", "message_dismiss"),
    # Only in a demonstration: tests/clinic/outside_world.
    *("outside_world", "outside_world_reply", "outside_world_press"),
    *("send_point_code", "set_up_point_again", "remove_point", "subscribe", "ask_to_set_up"),
    *("test_point", "test_points", "test_mailbox"),
    *("acknowledge_in_queue", "give_back_in_queue", "undo_close_in_queue"),
}


def test_no_page_of_staff_is_left_out() -> None:
    assert PAGES.keys() | NO_PAGES == {pattern.name for pattern in urlpatterns}


@pytest.mark.usefixtures("busy", "gateway", "push_service")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages_of_staff_can_be_used_by_everybody(
    staff_browser: Any, daniel: Patient, manager: StaffMember, size: tuple[int, int], make_point: MakePoint
) -> None:
    now, clinic, by = timezone.now(), daniel.clinic, manager.user
    step = add_step(clinic=clinic, hours="open", members=[manager], on_duty=True, wait_min=5, by=by, now=now)
    drill = start_drill(clinic=clinic, by=by, now=now)
    put_on_duty(member=manager, starts_at=now, ends_at=now + timedelta(hours=8), weeks=4, by=by, now=now)
    shift, later = clinic.shifts.all()[:2]
    colleague = person(clinic, "Kim", "nurse")
    set_override(member=colleague, instead_of=None, starts_at=now, ends_at=shift.ends_at, by=by, now=now)
    ask_swap(shift=later, by=manager, colleagues=[colleague], in_return=None, now=now)
    times = {"starts_at": later.starts_at, "ends_at": later.ends_at, "asked_at": now}
    manager.duty_confirmations.create(clinic=clinic, **times)
    make_point(by, address="+447700900199", disabled_at=now, disabled_because="refused")
    point = make_point(by, verified_at=None)
    records = Records(
        daniel=daniel, manager=manager, drill=drill, step=step, shift=shift, later=later, point=point
    )
    record_contact_attempt(patient=daniel, by=by, now=now, result="no_answer", note="Rang twice.")
    for reported in daniel.check_ins.all()[:2]:
        make_photo(reported, now)
    seen = make_cluster(*daniel.check_ins.all()[:1], now=now)
    look_at_cluster(cluster_id=seen.pk, by=by, note="Asked the maker.", grown_at=seen.grown_at, now=now)
    make_cluster(*daniel.check_ins.all(), now=now, rule="late_open_sore")
    window = staff_browser(size, member=manager)
    for name, path in PAGES.items():
        look_at(window.open(path(records)), name)
    page = window.open(QUEUE)
    page.get_by_role("searchbox").fill("Reyes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/clinic/patients/search/?found=*")
    look_at(page, "search")


def look_at(page: Any, name: str) -> None:
    """Check one page in both colour schemes."""
    for scheme in ("light", "dark"):
        # Without motion: a button that still changes its colour is not what anybody reads.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == [], f"{name}, {scheme}"
    assert not sticks_out(page), name
    assert overlapping_texts(page) == [], name
