"""What Wagtail shows to editors: articles, and each clinic's own words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from aftercare.guidance.models import Article, ClinicGuidance


class ArticleViewSet(SnippetViewSet):
    model = Article
    icon = "doc-full"
    menu_label = "Articles"
    menu_order = 100
    add_to_admin_menu = True
    url_prefix = "guidance/articles"
    list_display = [
        "title",
        "key",
        "group",
        "checked_by",
        "check_again_by",
        "live",
        "has_unpublished_changes",
    ]
    list_filter = ["group", "live"]
    search_fields = ["title", "summary", "key", "body"]
    search_backend_name = None  # a few dozen articles need no index
    ordering = ["order"]
    panels = [
        TitleFieldPanel("title", placeholder=False),
        FieldPanel("slug"),
        FieldPanel("summary", widget=AdminAutoHeightTextInput),
        FieldPanel("body"),
        InlinePanel(
            "instructions",
            heading="Instructions",
            label="instruction",
            panels=[
                FieldRowPanel([FieldPanel("action"), FieldPanel("key")]),
                FieldPanel("text", widget=AdminAutoHeightTextInput),
                FieldRowPanel([FieldPanel("from_hour"), FieldPanel("until_hour"), FieldPanel("kinds")]),
                FieldRowPanel([FieldPanel("sources"), FieldPanel("clinic_field")]),
            ],
        ),
        InlinePanel(
            "pictures",
            heading="Pictures",
            label="picture",
            panels=[FieldPanel("image"), FieldPanel("alternative_text"), FieldPanel("caption")],
        ),
        MultiFieldPanel(
            [
                FieldPanel("sources"),
                FieldRowPanel([FieldPanel("key"), FieldPanel("group"), FieldPanel("order")]),
                FieldPanel("checked_by"),
                FieldRowPanel([FieldPanel("checked_on"), FieldPanel("check_again_by")]),
            ],
            heading="Where it comes from, and who has checked it",
        ),
    ]


class ClinicGuidanceViewSet(SnippetViewSet):
    model = ClinicGuidance
    icon = "home"
    menu_label = "Clinics"
    menu_order = 110
    add_to_admin_menu = True
    url_prefix = "guidance/clinics"
    list_display = ["clinic", "products", "sunscreen", "make_up_from_h"]
    panels = [FieldPanel("products"), FieldPanel("sunscreen"), FieldPanel("make_up_from_h")]


register_snippet(ArticleViewSet)
register_snippet(ClinicGuidanceViewSet)


@hooks.register("before_delete_snippet")  # type: ignore[untyped-decorator]
def keep_what_was_read(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """What a patient has been shown is kept: such an article can be unpublished, never deleted."""
    read = [one for one in instances if isinstance(one, Article) and one.was_read]
    if not read:
        return None
    messages.error(
        request,
        _("Patients have read “%s”, so it is kept. Unpublish it: patients then no longer find it.")
        % "”, “".join(str(one) for one in read),
    )
    return redirect("wagtailsnippets_guidance_article:list")
