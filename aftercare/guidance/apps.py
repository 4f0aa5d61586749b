from django.apps import AppConfig


class GuidanceConfig(AppConfig):
    name = "aftercare.guidance"
    label = "guidance"

    def ready(self) -> None:
        """Let drafts be drawn as their page."""
        from aftercare.guidance.articles.preview import preview
        from aftercare.guidance.models.articles import register_preview_renderer

        register_preview_renderer(preview)
