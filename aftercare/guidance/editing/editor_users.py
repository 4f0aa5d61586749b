"""Users at /admin/users/: editors only. Patients and staff have pages of their own."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from wagtail.users.views import users

from aftercare.guidance.access import MAY_EDIT
from aftercare.people.models import User
from aftercare.people.reauthentication.guard import reauthentication_required

proved = method_decorator(
    reauthentication_required, name="dispatch"
)  # a view after a recent proof of its user


def editors() -> QuerySet[User]:
    """Return the users who may open the pages of Wagtail."""
    room, codename = MAY_EDIT.split(".")
    given = {"content_type__app_label": room, "codename": codename}
    by_group = Q(**{f"groups__permissions__{name}": value for name, value in given.items()})
    by_name = Q(**{f"user_permissions__{name}": value for name, value in given.items()})
    return User.objects.filter(Q(is_superuser=True) | by_group | by_name).distinct()


class EditorsOnly:
    """View of one user; Http404 for a user who is no editor."""

    def get_object(self, *args: Any, **kwargs: Any) -> User:
        user: User = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if not editors().filter(pk=user.pk).exists():
            raise Http404("not an editor")
        return user


class EditorsList(users.IndexView):
    @cached_property
    def columns(self) -> list[Any]:
        """Leave out the checkboxes: bulk actions would reach every user."""
        return list(super().columns[1:])

    def get_base_queryset(self) -> QuerySet[User]:
        return editors()


@proved
class AddEditor(users.CreateView):
    pass


@proved
class EditEditor(EditorsOnly, users.EditView):
    pass


@proved
class DeleteEditor(EditorsOnly, users.DeleteView):
    pass


class EditorHistory(EditorsOnly, users.HistoryView):
    pass


class EditorUsage(EditorsOnly, users.UserViewSet.usage_view_class):
    pass


class EditorViewSet(users.UserViewSet):
    copy_view_enabled = False
    index_view_class = EditorsList
    add_view_class = AddEditor
    edit_view_class = EditEditor
    delete_view_class = DeleteEditor
    history_view_class = EditorHistory
    usage_view_class = EditorUsage
