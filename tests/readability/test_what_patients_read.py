"""Every sentence that a patient can see: easy to read, and none that must never be said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aftercare.guidance.forbidden_phrases import forbidden_phrases
from aftercare.guidance.timeline.recovery_phases import FEVER
from tests.checkins.wording import forbidden_words
from tests.readability.code import said_in
from tests.readability.grades import HARDEST, full, grade, hardest, syllables, too_long
from tests.readability.sentences import fixed_text, sentences_of_html
from tests.readability.texts import code_texts, groups, staff_texts, template_texts
from tools.source_shingles import SAMPLE_SENTENCE, shingles

GROUPS = groups()
TEMPLATES = template_texts()
CODE = code_texts()
EVERYTHING = GROUPS | TEMPLATES | CODE
OF_STAFF = staff_texts()
GRADED = [name for name, said in EVERYTHING.items() if len(full(said)) >= 3]
MEASURED = re.compile(r"\b38\b|100\.4|shiver|temperature", re.IGNORECASE)
ASKED = re.compile(r"(?:Do|Does|Did|Is|Are) .*\?$")
THEN = re.compile(
    r"(?:Then |Please )?(?:call|tell|ask|wait|leave|wash|rest|look|see|go|change|press|you can)\b",
    re.IGNORECASE,
)
OF_THE_SOURCES = frozenset(
    Path(__file__).parent.parent.joinpath("data", "source_shingles.txt").read_text().split()
)


@pytest.mark.parametrize("text", GRADED)
def test_a_text_can_be_read_at_the_age_of_eleven(text: str) -> None:
    said = EVERYTHING[text]
    assert grade(full(said)) <= HARDEST, "\n".join(hardest(said))


@pytest.mark.parametrize("text", EVERYTHING)
def test_no_sentence_is_too_long(text: str) -> None:
    assert too_long(EVERYTHING[text]) == []


@pytest.mark.parametrize("text", EVERYTHING)
def test_no_sentence_says_what_must_never_be_said(text: str) -> None:
    assert [sentence for sentence in EVERYTHING[text] if forbidden_words(sentence)] == []


@pytest.mark.parametrize("text", OF_STAFF)
def test_staff_and_editors_read_no_such_sentence_either(text: str) -> None:
    assert [sentence for sentence in OF_STAFF[text] if forbidden_phrases(sentence)] == []


@pytest.mark.parametrize("text", EVERYTHING)
def test_a_fever_is_the_same_everywhere(text: str) -> None:
    measured = [sentence for sentence in EVERYTHING[text] if MEASURED.search(sentence)]
    assert [sentence for sentence in measured if str(FEVER) not in sentence] == []


@pytest.mark.parametrize("text", EVERYTHING)
def test_no_sentence_asks_where_it_could_say_if(text: str) -> None:
    """ "Does it get worse? Call us." is said by nobody: "If it gets worse, call us." """
    pairs = zip(EVERYTHING[text], EVERYTHING[text][1:], strict=False)
    assert [f"{asked} {then}" for asked, then in pairs if ASKED.match(asked) and THEN.match(then)] == []


@pytest.mark.parametrize("text", EVERYTHING)
def test_no_sentence_is_one_of_the_source_documents(text: str) -> None:
    assert taken(EVERYTHING[text]) == []


def taken(sentences: list[str]) -> list[str]:
    """Eight words in a row of the source documents."""
    # Joined as well: a sentence of theirs could stand here as two.
    runs = [run for text in (*sentences, " ".join(sentences)) for run in shingles(text)]
    return [words for digest, words in runs if digest in OF_THE_SOURCES]


def test_a_sentence_of_the_source_documents_is_found() -> None:
    assert taken(["Before it.", SAMPLE_SENTENCE.replace("sentence stands", "SENTENCE, stands")]) != []
    assert taken(["Before it.", "This one sentence stands here only to be there."]) == []


def test_a_hard_text_is_noticed_and_its_sentence_named() -> None:
    hard = "Discontinue the application of topical medication immediately if irritation persists."
    assert grade([hard]) > HARDEST
    assert hard in hardest(["Wash your hands.", hard], 1)[0]
    assert too_long(["so " * 26]) != []


@pytest.mark.parametrize(
    ("word", "count"), [("itchy", 2), ("area", 3), ("skin", 1), ("microneedling", 4), ("can’t", 1), ("10", 1)]
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_sentences_end_with_blocks_and_with_full_stops() -> None:
    page = "<h2>Do <b>this</b></h2><ul><li>Wash. Dry.</li><li>Rest</li></ul><script>no()</script>"
    assert sentences_of_html(page) == ["Do this", "Wash.", "Dry.", "Rest"]
    template = "{% comment %}not this{% endcomment %}{% if it %}<p>Call {{ number }} now.</p>{% endif %}"
    assert fixed_text(template) == ["Call now."]


def test_what_a_template_marks_for_translation_is_read_too() -> None:
    template = """
    <p>{% translate "Call now." %} {% blocktranslate with n=number %}Dial {{ n }} first.{% endblocktranslate %}</p>
    {% translate "Ask us." as question %}{% include "it.html" with words=_("Then rest.") %}
    {% blocktranslate count n=days %}One day.{% plural %}{{ n }} days.{% endblocktranslate %}
    """
    said = ["Call now.", "Dial first.", "One day.", "days.", "Ask us.", "Then rest."]
    assert fixed_text(template) == said


def test_pages_and_messages_are_among_what_is_read() -> None:
    assert {"templates/checkins/result/result.html", "aftercare/ui/templates/ui/sos.html"} <= set(TEMPLATES)
    assert "templates/account/email/login_code_message.txt" in TEMPLATES
    assert not any(name.startswith("templates/clinic/") for name in TEMPLATES)
    assert {
        "aftercare/checkins/advice/next_steps.py",
        "aftercare/checkins/advice/levels.py",
        "aftercare/people/clinics/clinic_phones.py",
    } <= set(CODE)
    assert {
        "templates/clinic/queue/queue.html",
        "aftercare/alerts/notifying/texts.py",
        "clinic/labels.py",
    } <= set(OF_STAFF)


def test_what_code_says_is_read_and_what_it_only_does_is_not() -> None:
    source = '''"""A docstring says it is normal."""
def told(name):
    """Neither is this."""
    return [f"Call {name} now, please.", "one_word", "SELECT a FROM b", _("It is %(how)s late. Call.")]
'''
    assert list(said_in(source)) == ["Call … now, please.", "It is … late. Call."]
