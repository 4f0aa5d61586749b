"""Actions: publish expected courses, record articles read, add editors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Max
from wagtail.models import Collection, GroupCollectionPermission

from aftercare.guidance.access import EDITORS, MAY_EDIT
from aftercare.guidance.models import Article, ArticleRead, ExpectedCourseRow, ExpectedCourseSet
from aftercare.people.models import Clinic, Patient, User
from aftercare.triage import DEFAULT_COURSES, SYMPTOMS, ExpectedCourse

# Source statements of each row (domain specification, section A).
SOURCES = {
    "redness": "S3 S4 S12 S35 S40 S55 S58",
    "swelling": "S3 S4 S12 S35 S40 S55",
    "itch": "S3 S4 S5 S55",
    "pain": "S15",
    "bruise": "S12 S19 S35 S55",
    "peeling": "S19 S55 S59",
    "spots": "S59 S60",
}


@transaction.atomic
def publish_courses(
    *,
    clinic: Clinic,
    by: User,
    now: datetime,
    courses: Mapping[str, ExpectedCourse],
    approver: str = "",
    review_on: date | None = None,
) -> ExpectedCourseSet:
    """Publish a set of expected courses for `clinic`; it applies to check-ins from now on."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    newest = clinic.expected_course_sets.aggregate(newest=Max("version"))["newest"] or 0
    published = ExpectedCourseSet.objects.create(
        clinic=clinic,
        version=newest + 1,
        published_at=now,
        published_by=by,
        approver=approver,
        signed_at=now if approver else None,
        review_on=review_on,
    )
    ExpectedCourseRow.objects.bulk_create(
        row for kind, course in courses.items() for row in course_rows(published, kind, course)
    )
    return published


def course_rows(published: ExpectedCourseSet, kind: str, course: ExpectedCourse) -> list[ExpectedCourseRow]:
    """Return the rows of one kind of procedure, unsaved."""
    rows = []
    for symptom in SYMPTOMS:
        hours = course.of(symptom)
        rows.append(
            ExpectedCourseRow(
                set=published,
                kind=kind,
                symptom=symptom,
                often_by_h=hours.often_by_h,
                usual_until_h=hours.usual_until_h,
                tell_us_after_h=hours.tell_us_after_h,
                tell_us_after_mild_h=hours.tell_us_after_mild_h,
                sources=SOURCES[symptom],
            )
        )
    for sign in ("bruise", "peeling", "spots"):
        limit = getattr(course, f"{sign}_h")
        rows.append(
            ExpectedCourseRow(
                set=published, kind=kind, symptom=sign, tell_us_after_h=limit, sources=SOURCES[sign]
            )
        )
    return rows


def publish_default_courses(*, clinic: Clinic, by: User, now: datetime) -> ExpectedCourseSet:
    """Publish the default courses, unsigned: a clinician has to sign a set before go-live."""
    return publish_courses(clinic=clinic, by=by, now=now, courses=DEFAULT_COURSES)


def record_article_read(*, patient: Patient, article: Article, now: datetime) -> None:
    """Record the first time that `patient` opened the current revision of `article`."""
    revision = article.live_revision_id
    if revision is None or ArticleRead.objects.filter(patient=patient, revision_id=revision).exists():
        return
    # Ignore conflicts: of two concurrent requests the earlier row stays.
    ArticleRead.objects.bulk_create(
        [ArticleRead(patient=patient, revision_id=revision, at=now)], ignore_conflicts=True
    )


# Permissions of an editor; none for users, settings or patients.
EDITOR_MAY = (
    *(
        f"guidance.{verb}_article"
        for verb in ("add", "change", "delete", "publish", "lock", "unlock", "view")
    ),
    "guidance.change_clinicguidance",
    "guidance.view_clinicguidance",
    MAY_EDIT,
)
EDITOR_MAY_WITH_IMAGES = ("add_image", "change_image", "choose_image")


def permission_named(name: str) -> Permission:
    """Return the permission with the natural key "room.verb_model"."""
    room, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=room, codename=codename)


@transaction.atomic
def editors_group() -> Group:
    """Return the group of editors, with exactly the permissions above."""
    group, _is_new = Group.objects.get_or_create(name=EDITORS)
    group.permissions.set([permission_named(name) for name in EDITOR_MAY])
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    for codename in EDITOR_MAY_WITH_IMAGES:
        permission = permission_named(f"wagtailimages.{codename}")
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)
    return group


@transaction.atomic
def add_editor(*, email: str, first_name: str = "", last_name: str = "") -> User:
    """Make a person an editor; an existing user with this address keeps other roles."""
    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(address, first_name=first_name, last_name=last_name)
    user.groups.add(editors_group())
    return user
