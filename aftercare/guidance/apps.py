from django.apps import AppConfig


class GuidanceConfig(AppConfig):
    name = "aftercare.guidance"
    label = "guidance"

    def ready(self) -> None:
        """Register the renderer of previews."""
        from aftercare.guidance.articles.preview import preview
        from aftercare.guidance.models.articles import register_preview_renderer

        register_preview_renderer(preview)
