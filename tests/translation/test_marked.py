"""Every string that a person reads is marked for translation: docs/translating.md says how."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bootstrap_wrapper
import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, Template
from django.urls import get_resolver
from django.utils.translation import gettext, ngettext, pgettext

from aftercare.ui.static_files.storage import BUNDLE
from tests.translation.pseudo import pseudo_locale
from tests.translation.unmarked import Data, unmarked, unmarked_in_template, unmarked_in_text
from tests.translation.world import look_around
from tests.ui.test_pruning import CLASS
from tools.servers.process import ROOT

# Views that the walk does not come to: a second clinic, a second factor, and buttons that show at certain times only.
NOT_OPENED = frozenset(
    {
        "add_own_browser",
        "csp_reports",
        "account_confirm_login_code",
        "account_inactive",
        "account_login",
        "account_logout",
        "choose_own_clinic",
        "clinic:choose_clinic",
        "clinic:close",
        "clinic:message_again",
        "clinic:message_dismiss",
        "clinic:outside_world",
        "clinic:outside_world_press",
        "clinic:outside_world_reply",
        "clinic:reopen",
        "clinic:start_drill",
        "clinic:subscribe",
        "clinic:take_back",
        "clinic:typed",
        "clinic:undo_close",
        "clinic:undo_close_in_queue",
        "components",
        "confirm_own_address",
        "end_session",
        "former_worker",
        "healthz",
        "join_clinic",
        "manifest",
        "mfa_authenticate",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_list_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "own_device",
        "offline_state",
        "picture",
        "readyz",
        "unlock",
        "usersessions_list",
        "webhook_call_keys",
        "webhook_sms",
        "worker",
    }
)
NOBODY = Data([])
# The page of all components is for developers, Wagtail's are for editors.
OF_NOBODY = frozenset({"components.html", "wagtailadmin"})


def templates() -> list[str]:
    roots = [ROOT / "templates", ROOT / "aftercare" / "ui" / "templates"]
    found = [path for root in roots for kind in ("html", "txt") for path in root.rglob(f"*.{kind}")]
    return sorted(str(path.relative_to(ROOT)) for path in found if not OF_NOBODY.intersection(path.parts))


@pytest.mark.parametrize("template", templates())
def test_every_string_of_a_template_is_marked(template: str) -> None:
    found = unmarked_in_template((ROOT / template).read_text())
    assert found == []


@pytest.mark.django_db
@pytest.mark.starts_first
@pytest.mark.usefixtures("codes_wait")
def test_every_string_of_every_page_and_mail_is_marked() -> None:
    world = look_around()
    found = world.unmarked()
    left = (f"{name}: {len(texts)} left: {texts}\n" for name, texts in sorted(found.items()) if texts)
    sys.stdout.write("".join(left))
    assert {name: texts for name, texts in found.items() if texts} == {}
    assert set(views()) - found.keys() - NOT_OPENED == set()
    # Of the same walk, which takes long: no class of a page has lost its rules.
    assert world.classes() & classes_without_rules() == set()


def classes_without_rules() -> set[str]:
    """Classes for which Bootstrap has rules that the bundle has not."""
    collected = staticfiles_storage.url(BUNDLE).removeprefix(settings.STATIC_URL)
    bundle = Path(settings.STATIC_ROOT, collected).read_text()
    every = Path(bootstrap_wrapper.get_bootstrap_css_dir(), "bootstrap.min.css").read_text()
    return set(CLASS.findall(every)) - set(CLASS.findall(bundle))


def views(resolver: Any = None, namespace: str = "") -> Iterator[str]:
    """The names of all views of patients and staff."""
    patterns: list[Any] = (resolver or get_resolver()).url_patterns
    for pattern in patterns:
        if not hasattr(pattern, "url_patterns"):
            yield from [f"{namespace}{pattern.name}"] if pattern.name else []
        elif not str(pattern.pattern).startswith("admin/"):
            yield from views(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def test_in_the_pseudo_locale_the_fixed_parts_of_a_message_are_wrapped() -> None:
    with pseudo_locale():
        assert gettext("Call %(who)s at <b>{number}</b>!") == "⟦Call ⟧%(who)s⟦ at ⟧<b>{number}</b>!"
        assert pgettext("of a door", "Open") == "⟦Open⟧"
        assert ngettext("%(n)s day", "%(n)s days", 2) % {"n": 2} == "2⟦ days⟧"
        page = Template("{% load i18n %}{% blocktranslate %}Dial {{ n }} now{% endblocktranslate %}")
        assert page.render(Context({"n": "<"})) == "⟦Dial ⟧&lt;⟦ now⟧"
    assert gettext("Call") == "Call"


def test_what_is_neither_marked_nor_data_is_named() -> None:
    page = """
    <title>⟦Queue⟧ · Larkfield</title><h1 title="⟦all⟧">⟦Today⟧ 12:30</h1>
    <p title="Whole">Plain <b>⟦marked⟧</b> tail</p><a aria-label="Unmarked">⟦go⟧</a>
    <input type="submit" value="Send"><input type="text" value="Typed"><p data-say="Two words" data-id="two"></p>
    <script>unread()</script><kbd>j</kbd><span translate="no">pus</span>
    """
    found = unmarked(page, Data(["Larkfield"]))
    assert found == ["Whole", "Plain", "tail", "Unmarked", "Send", "Two words"]


def test_what_a_template_does_not_mark_is_named() -> None:
    template = """
    {% comment %}Not this{% endcomment %}{% load i18n %}
    {% block tabs_current %}queue{% endblock %}{% block body_class %} class="tabbed"{% endblock %}
    <p title="{% translate "Whole" %}"{% if it %} class="x"{% endif %}>{% translate "Call" %} now {{ it }}</p>
    {% blocktranslate count n=days %}One <b>day</b>{% plural %}{{ n }} days{% endblocktranslate %}<img alt="Skin">
    """
    assert unmarked_in_template(template) == ["now", "Skin"]


def test_a_marked_text_that_was_cut_is_noticed() -> None:
    assert unmarked("<p>⟦A long sent…</p>", NOBODY) == ["1 brackets left open: a marked text was cut"]


def test_a_word_that_is_filled_in_is_marked_itself_or_data() -> None:
    assert unmarked_in_text("⟦Call⟧ Ann⟦ now⟧ today: https://a.example/b", Data(["Ann"])) == [
        "today: https://a.example/b"
    ]
    assert unmarked_in_text("⟦Call⟧ Anna⟦ now⟧", Data(["Ann"])) == ["Anna"]
