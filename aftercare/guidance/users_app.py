from wagtail.users.apps import WagtailUsersAppConfig


class EditorsConfig(WagtailUsersAppConfig):
    """Wagtail's user pages, limited to editors."""

    user_viewset = "aftercare.guidance.editing.editor_users.EditorViewSet"
