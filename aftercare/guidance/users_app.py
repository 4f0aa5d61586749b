from wagtail.users.apps import WagtailUsersAppConfig


class EditorsConfig(WagtailUsersAppConfig):
    """Wagtail's pages about users, with editors only."""

    user_viewset = "aftercare.guidance.editing.editor_users.EditorViewSet"
