"""Editors and their permissions."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.admin.models import EditingSession, FormState
from wagtail.models import Collection, GroupCollectionPermission, ModelLogEntry
from wagtail.users.models import UserProfile

from aftercare.guidance.access import EDITORS, MAY_EDIT
from aftercare.people.models import User

# Permissions of an editor; none for users, settings or patients.
EDITOR_MAY = (
    *(
        f"guidance.{verb}_article"
        for verb in ("add", "change", "delete", "publish", "lock", "unlock", "view")
    ),
    *(f"guidance.{verb}_searchsynonym" for verb in ("add", "change", "delete", "view")),
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


@transaction.atomic
def forget_editor(user: User) -> None:
    """Delete what Wagtail keeps about a person: profile and picture, forms left open, the name in its log.

    Articles and their versions stay.
    """
    for profile in UserProfile.objects.filter(user=user).exclude(avatar=""):
        transaction.on_commit(partial(profile.avatar.storage.delete, profile.avatar.name))
    for model in (UserProfile, EditingSession, FormState):
        model.objects.filter(user=user).delete()
    of_users = ContentType.objects.get_for_model(User)
    ModelLogEntry.objects.filter(content_type=of_users, object_id=str(user.pk)).update(label="", data={})
