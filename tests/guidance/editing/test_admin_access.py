"""Access to the pages of Wagtail."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from aftercare.guidance.editing.reviewing import add_reviewer
from aftercare.guidance.models import Article, ClinicGuidance
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember, User
from tests.guidance.writing import published
from tests.people.proving import prove

pytestmark = pytest.mark.django_db

EDITORS_PAGES = [
    "/admin/",
    "/admin/guidance/articles/",
    "/admin/guidance/articles/add/",
    "/admin/guidance/articles/edit/{article}/",
    "/admin/guidance/articles/history/{article}/",
    "/admin/guidance/clinics/",
    "/admin/guidance/clinics/edit/{own}/",
    "/admin/guidance/search-words/",
    "/admin/guidance/search-words/add/",
    "/admin/images/",
    "/admin/account/",
]
OUT_OF_REACH = [
    "/admin/users/",
    "/admin/users/new/",
    "/admin/groups/",
    "/admin/documents/",
    "/admin/workflows/list/",
    "/admin/collections/",
    "/admin/guidance/clinics/add/",
]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def article(db: None) -> Article:
    return published()


@pytest.fixture
def own(clinic: Clinic) -> ClinicGuidance:
    return ClinicGuidance.objects.create(clinic=clinic)


@pytest.mark.parametrize("path", EDITORS_PAGES)
def test_an_editor_has_articles_pictures_and_the_clinics_words(
    path: str, editor: User, article: Article, own: ClinicGuidance
) -> None:
    page = signed_in(editor).get(path.format(article=article.pk, own=own.pk))
    assert page.status_code == 200


def reviewer() -> User:
    call_command("add_editor", "rae@test.example", "--reviewer", verbosity=0)
    return User.objects.get(email="rae@test.example")


def only_reviewer() -> User:
    user = User.objects.create_user("vi@test.example")
    add_reviewer(user)
    return user


def superuser() -> User:
    user = User.objects.create_user("root@test.example")
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    return User.objects.get(pk=user.pk)


WHO = {"editor": None, "reviewer": reviewer, "only reviewer": only_reviewer, "superuser": superuser}


@pytest.mark.parametrize("who", WHO)
def test_no_link_of_the_home_page_is_refused(
    who: str, editor: User, article: Article, own: ClinicGuidance, patient: Patient
) -> None:
    make = WHO[who]
    client = signed_in(make() if make else editor)
    home = client.get("/admin/").content.decode()
    links = set(re.findall(r'(?:href|action)="(/admin/[^"#]*)|"url": "(/admin/[^"#]*)', home))
    paths = {unescape(one or other) for one, other in links} - {"/admin/logout/"}
    assert "/admin/guidance/articles/" in paths
    for path in sorted(paths):
        page = client.get(path, follow=True)
        assert page.status_code == 200, path
        assert "/admin/" not in [address for address, _status in page.redirect_chain], path
        assert "do not have permission" not in page.content.decode(), path


@pytest.mark.parametrize(
    "path", ["/admin/pages/", "/admin/pages/1/", "/admin/pages/search/", "/admin/pages/1/edit/"]
)
@pytest.mark.parametrize("who", WHO)
def test_the_pages_of_wagtail_lead_to_the_articles(
    who: str, path: str, editor: User, article: Article
) -> None:
    make = WHO[who]
    client = signed_in(make() if make else editor)
    found = client.get(path, {"q": "washing"}, follow=True)
    assert found.redirect_chain == [("/admin/guidance/articles/?q=washing", 302)]
    assert "Washing your face" in found.content.decode()


def test_the_users_are_editors_and_neither_patients_nor_other_staff(
    editor: User, patient: Patient, nurse: StaffMember, clinic: Clinic
) -> None:
    root = superuser()
    client = signed_in(root)
    prove(client, root)
    for path in ("/admin/users/", "/admin/users/?q=test", "/admin/users/results/"):
        page = client.get(path).content.decode()
        assert "root@test.example" in page
        assert patient.user.email not in page
        assert nurse.user.email not in page
    assert editor.email in client.get("/admin/users/").content.decode()
    for page in ("edit", "delete", "history", "usage", "copy"):
        assert client.get(f"/admin/users/{page}/{patient.user.pk}/").status_code == 404, page
    assert client.get(f"/admin/users/edit/{editor.pk}/").status_code == 200
    assert client.get("/admin/users/new/").status_code == 200
    for action in ("delete", "assign_role", "set_active_state"):
        assert client.get(f"/admin/bulk/people/user/{action}/?id={patient.user.pk}").status_code == 404, (
            action
        )


def test_who_is_an_editor_is_changed_after_a_recent_proof(editor: User) -> None:
    root = superuser()
    client = signed_in(root)
    for path in ("/admin/users/new/", f"/admin/users/edit/{editor.pk}/", f"/admin/users/delete/{editor.pk}/"):
        for send in (client.get, client.post):
            assert send(path)["Location"].startswith("/accounts/reauthenticate/?next="), path
    assert client.get("/admin/users/").status_code == 200
    prove(client, root)
    assert client.get(f"/admin/users/edit/{editor.pk}/").status_code == 200


@pytest.mark.parametrize("path", EDITORS_PAGES)
def test_nobody_else_gets_in(
    path: str,
    article: Article,
    own: ClinicGuidance,
    patient: Patient,
    nurse: StaffMember,
    manager: StaffMember,
    outsider: StaffMember,
) -> None:
    address = path.format(article=article.pk, own=own.pk)
    for person in (patient.user, nurse.user, manager.user, outsider.user):
        assert signed_in(person).get(address).status_code == 404, person
    anonymous = Client().get(address)
    assert (anonymous.status_code, anonymous["Location"]) == (302, f"/accounts/login/code/?next={address}")


@pytest.mark.parametrize("path", OUT_OF_REACH)
def test_users_settings_and_documents_are_out_of_an_editors_reach(
    path: str, editor: User, clinic: Clinic
) -> None:
    client = signed_in(editor)
    prove(client, editor)
    page = client.get(path)
    assert page.status_code in (302, 404)
    assert page.get("Location", "/admin/") == "/admin/"


def test_patients_are_out_of_an_editors_reach(editor: User, patient: Patient, procedure: Procedure) -> None:
    client = signed_in(editor)
    for path in ("/clinic/", "/clinic/patients/", f"/clinic/patients/{patient.pk}/", "/check-ins/"):
        assert client.get(path).status_code == 404, path
    home = client.get("/admin/").content.decode()
    assert patient.user.email not in home


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/password_reset/"])
def test_there_is_no_password_sign_in(path: str, clinic: Clinic) -> None:
    client = Client()
    assert client.get(path)["Location"] == "/accounts/login/code/"
    assert client.post(path, {"username": "x", "password": "y"}).status_code == 405


def test_where_staff_need_a_second_factor_an_editor_needs_one_too(editor: User) -> None:
    with override_settings(STAFF_MFA="required"):
        page = signed_in(editor).get("/admin/")
    assert (page.status_code, page["Location"]) == (302, "/accounts/2fa/totp/activate/")


def test_the_admin_has_a_policy_of_its_own_and_patients_keep_the_strict_one(
    editor: User, article: Article, clinic: Clinic
) -> None:
    client = signed_in(editor)
    admin = client.get(f"/admin/guidance/articles/edit/{article.pk}/")["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in admin
    assert "unsafe" not in admin.replace("style-src 'self' 'unsafe-inline'", "")
    assert "default-src 'none'" in admin
    assert "http" not in admin
    for path in ("/guidance/", "/guidance/wash/", "/accounts/logout/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path


def test_nothing_of_the_admin_is_shown_to_an_editor_on_a_patients_page(
    editor: User, article: Article, clinic: Clinic
) -> None:
    page = signed_in(editor).get("/guidance/wash/").content.decode()
    assert "userbar" not in page
    assert "/admin/" not in page


def test_pages_of_the_admin_load_nothing_from_elsewhere(editor: User, article: Article) -> None:
    page = signed_in(editor).get(f"/admin/guidance/articles/edit/{article.pk}/").content.decode()
    assert "gravatar" not in page
    assert 'src="http' not in page
    assert 'src="//' not in page
    assert "releases.wagtail" not in signed_in(editor).get("/admin/").content.decode()
