"""The page on the world outside, in a real browser: usable by everybody, and showing what arrives meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from aftercare.outbox.delivery import sweep
from aftercare.people.contact_points import actions
from aftercare.people.models import StaffMember
from tests.clinic.browsing import DESK, PHONE
from tests.ui.browser import sticks_out, violations
from tools.servers.providers.outside import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/clinic/outside-world/"


def send_tests(member: StaffMember) -> None:
    """Send a test to every point of a member."""
    now = timezone.now()
    for point in member.user.contact_points.all():
        actions.test_point(user=member.user, point=point, now=now)
    sweep(lambda: now)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_used_by_everybody(
    world: World, staff_browser: Any, nurse: StaffMember, size: tuple[int, int], scheme: str
) -> None:
    send_tests(nurse)

    page = staff_browser(size, scheme).open(PAGE)

    expect(page.locator(".msg")).to_have_count(4)
    assert violations(page) == []
    assert not sticks_out(page)


def test_what_arrives_meanwhile_is_shown(world: World, staff_browser: Any, nurse: StaffMember) -> None:
    page = staff_browser(DESK).open(PAGE)
    expect(page.locator(".msg")).to_have_count(0)

    send_tests(nurse)

    expect(page.locator(".msg")).to_have_count(4)
