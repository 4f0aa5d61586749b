"""Wagtail's admin for editors: articles, each clinic's own guidance, and the words that people search by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.compare import register_comparison_class
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, TitleFieldPanel
from wagtail.admin.site_summary import PagesSummaryItem, SummaryItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.documents.wagtail_hooks import DocumentsSummaryItem
from wagtail.fields import RichTextField
from wagtail.log_actions import LogActionRegistry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from aftercare.guidance.articles.loading import SHIPPED
from aftercare.guidance.editing.article_views import AddArticle, EditArticle, ReviewArticle, UnpublishArticle
from aftercare.guidance.editing.comparing import BodyComparison, RowsPanel
from aftercare.guidance.editing.confirming import ClinicGuidanceForm, waiting_at
from aftercare.guidance.models import Article, ClinicGuidance, SearchSynonym
from aftercare.guidance.refusals import RefusedError

# Menu items for sites made of pages, which the portal has not.
NOT_HERE = frozenset({"explorer", "documents"})
register_comparison_class(RichTextField, comparison_class=BodyComparison)


class ArticleViewSet(SnippetViewSet):
    model = Article
    icon = "doc-full"
    menu_label = gettext_lazy("Articles")
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
    add_view_class = AddArticle
    edit_view_class = EditArticle
    unpublish_view_class = UnpublishArticle
    workflow_action_view_class = ReviewArticle
    copy_view_enabled = False  # two articles with one key would be refused
    panels = [
        TitleFieldPanel("title", placeholder=False),
        FieldPanel("slug"),
        FieldPanel("summary", widget=AdminAutoHeightTextInput),
        FieldPanel("body"),
        RowsPanel(
            "instructions",
            heading=gettext_lazy("Instructions"),
            label="instruction",
            panels=[
                FieldRowPanel([FieldPanel("action"), FieldPanel("key")]),
                FieldPanel("text", widget=AdminAutoHeightTextInput),
                FieldRowPanel([FieldPanel("from_hour"), FieldPanel("until_hour"), FieldPanel("kinds")]),
                FieldRowPanel([FieldPanel("sources"), FieldPanel("clinic_field")]),
            ],
        ),
        RowsPanel(
            "answers",
            heading=gettext_lazy("Everyday answers"),
            help_text=gettext_lazy(
                "Those that each clinic confirms are shown where it has done so, under Clinics."
            ),
            label="answer",
            panels=[
                FieldRowPanel([FieldPanel("topic"), FieldPanel("key")]),
                FieldPanel("text", widget=AdminAutoHeightTextInput),
                FieldRowPanel([FieldPanel("from_hour"), FieldPanel("until_hour"), FieldPanel("kinds")]),
                FieldRowPanel([FieldPanel("needs_confirmation"), FieldPanel("sources")]),
            ],
        ),
        RowsPanel(
            "pictures",
            heading=gettext_lazy("Pictures"),
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
            heading=gettext_lazy("Where it comes from, and who has checked it"),
        ),
    ]


class AnswersWaiting(Column):
    """How many everyday answers wait for the clinic."""

    def get_value(self, instance: ClinicGuidance) -> int:
        return waiting_at(instance.clinic)


class ClinicGuidanceViewSet(SnippetViewSet):
    model = ClinicGuidance
    icon = "home"
    menu_label = gettext_lazy("Clinics")
    menu_order = 110
    add_to_admin_menu = True
    url_prefix = "guidance/clinics"
    list_display = [
        "clinic",
        "products",
        "sunscreen",
        "make_up_from_h",
        AnswersWaiting("waiting", label=gettext_lazy("Answers that wait")),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("products"),
            FieldPanel("sunscreen"),
            FieldPanel("make_up_from_h"),
            FieldPanel("confirmed"),
            FieldPanel("clinician"),
        ],
        base_form_class=ClinicGuidanceForm,
    )


class SearchSynonymViewSet(SnippetViewSet):
    model = SearchSynonym
    icon = "search"
    menu_label = gettext_lazy("Search words")
    menu_order = 120
    add_to_admin_menu = True
    url_prefix = "guidance/search-words"
    list_display = ["meaning", "words"]
    search_fields = ["meaning", "words"]
    search_backend_name = None
    panels = [FieldPanel("meaning"), FieldPanel("words", widget=AdminAutoHeightTextInput)]


register_snippet(ArticleViewSet)
register_snippet(ClinicGuidanceViewSet)
register_snippet(SearchSynonymViewSet)


@hooks.register("before_delete_snippet")  # type: ignore[untyped-decorator]
def refuse_to_delete_needed(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """Refuse to delete articles that patients have read or need, and shipped ones."""
    articles = [one for one in instances if isinstance(one, Article)]
    kept = [reason for article in articles if (reason := why_kept(article))]
    for reason in kept:
        messages.error(request, reason)
    return redirect("wagtailsnippets_guidance_article:list") if kept else None


def why_kept(article: Article) -> str:
    """Return why an article cannot be deleted; "" if it can."""
    try:
        article.refuse_to_take_away()
    except RefusedError as refused:
        return " ".join(refused.messages)
    unpublish = _("Unpublish it: patients then no longer find it.")
    if article.was_read:
        return _("Patients have read “%s”, so it is kept.") % article + f" {unpublish}"
    if article.is_shipped:
        return _("“%s” came with the portal, so it is kept.") % article + f" {unpublish}"
    return ""


@hooks.register("construct_snippet_action_menu")  # type: ignore[untyped-decorator]
def hide_refused_unpublish(items: list[Any], _request: HttpRequest, context: dict[str, Any]) -> None:
    """Leave out "Unpublish" if it would be refused."""
    article = context.get("instance")
    if isinstance(article, Article) and article.is_safety:
        items[:] = [item for item in items if item.name != "action-unpublish"]


@hooks.register("construct_main_menu")  # type: ignore[untyped-decorator]
def no_pages_in_the_menu(_request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if item.name not in NOT_HERE]


@hooks.register("construct_reports_menu")  # type: ignore[untyped-decorator]
def no_reports_about_pages(_request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if "page" not in item.name and item.name != "locked-pages"]


@hooks.register("construct_homepage_summary_items", order=1000)  # type: ignore[untyped-decorator]
def no_pages_on_the_home_page(_request: HttpRequest, items: list[SummaryItem]) -> None:
    items[:] = [item for item in items if not isinstance(item, PagesSummaryItem | DocumentsSummaryItem)]


@hooks.register("register_log_actions")  # type: ignore[untyped-decorator]
def label_shipped_texts(actions: LogActionRegistry) -> None:
    """Label shipped texts in the history, with links to compare and restore."""
    actions.register_action(SHIPPED, _("Shipped text"), _("Text that came with the portal"))
