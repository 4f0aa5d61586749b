"""The recovery chart: what is drawn where, and what is never made up."""

import re
from typing import Any

import pytest
from django.template import Context, Template

from aftercare.ui.chart import drawing
from aftercare.ui.chart.parts import Chart, Course, Mark, Panel, Point, Series, Shots, Words

WORDS = Words(
    ("None", "Mild", "Moderate", "Severe", "Very severe"),
    "Not known",
    {
        "urgent": "Call now",
        "same_day": "Speak today",
        "routine": "On our list",
        "emergency": "Call emergency",
    },
)
COURSE = Course(usual_until_h=48, moderate_until_h=72, mild_until_h=168)
NONE, MILD, MODERATE, SEVERE = 118, 95, 72, 49


def points(*said: tuple[float, int | None]) -> list[Point]:
    return [Point(hours=hours, value=value) for hours, value in said]


def drawn(*said: tuple[float, int | None], now_h: float | None = None, **more: Any) -> Panel:
    series = Series(name="Redness", points=points(*said), **more)
    return drawing.draw([series], words=WORDS, now_h=now_h).panels[0]


def rendered(shown: Chart, **more: Any) -> str:
    source = '{% load recovery %}{% recovery_chart chart "c" "Face" cards table "patient" %}'
    return Template(source).render(Context({"chart": shown, "cards": False, "table": True, **more}))


def test_severities_stand_on_their_words_and_hours_on_their_place() -> None:
    panel = drawn((0, 0), (48, 3), now_h=48)
    assert panel.points == [(92, NONE), (312, SEVERE)]
    assert [(rung.word, rung.y) for rung in panel.rungs][:2] == [("None", NONE), ("Mild", MILD)]
    assert panel.now_x == 312


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        (((0, 1), (36, 1)), 1),  # 36 hours apart: joined
        (((0, 1), (36.01, 1)), 0),  # longer: nobody knows what was in between
        (((0, 1), (10, None), (20, 1)), 0),  # not known in between
        (((0, 1), (10, 2), (60, 0), (70, 0)), 2),
        (((5, 1),), 0),
        ((), 0),
    ],
)
def test_a_gap_stays_a_gap(said: Any, lines: int) -> None:
    assert len(drawn(*said).lines) == lines


def test_points_are_joined_in_the_order_of_their_times() -> None:
    assert drawn((20, 2), (0, 0), (10, 1)).lines == drawn((0, 0), (10, 1), (20, 2)).lines


def test_what_is_not_known_is_a_question_mark_on_top_and_never_zero() -> None:
    panel = drawn((10, None), (20, None))
    assert panel.points == []
    assert {y for _x, y in panel.unknown} == {19}
    assert len(panel.unknown) == 2
    assert "10 hours: not known; 20 hours: not known" in panel.spoken


def test_a_question_mark_gives_way_to_the_icon_of_a_warning() -> None:
    [(_x, y)] = drawn((10, None), marks=[Mark(hours=10, level="urgent")]).unknown
    assert y > drawing.TOP + drawing.ICON


def test_the_band_is_one_word_lower_after_tell_us_and_ends_at_the_mild_limit() -> None:
    panel = drawn((160, 1), now_h=300, course=COURSE)
    steps = [tuple(map(float, place.split(","))) for place in panel.band_top.split()]
    at = [round((x - 92) / 220 * 336) for x, _y in steps]
    assert at == [0, 72, 72, 168]
    assert [y for _x, y in steps] == [60.5, 60.5, 83.5, 83.5]
    assert panel.usual_x == pytest.approx(92 + 220 * 48 / 336, abs=0.1)


def test_a_band_that_reaches_beyond_the_chart_is_cut_at_its_end() -> None:
    assert drawn((10, 1), course=COURSE).band_top == "92,60.5 312,60.5"


def test_without_an_expected_course_there_is_no_band() -> None:
    panel = drawn((10, 1))
    assert (panel.band, panel.band_top, panel.usual_x) == ("", "", None)


@pytest.mark.parametrize(
    ("last", "now", "end", "step"),
    [
        (3, 4, 48, 24),
        (69, 70, 72, 24),
        (157, 157, 168, 24),
        (169, 169, 192, 48),
        (100, 268, 288, 48),  # a week after the last entry
        (100, 268.5, 120, 24),  # later, now would squeeze all else
        (700, 700, 840, 168),
    ],
)
def test_the_hours_across_hold_every_entry_and_now(last: float, now: float, end: int, step: int) -> None:
    panel = drawn((last, 1), now_h=now)
    hours = [int(re.sub(r"\D", "", tick.word)) for tick in panel.ticks]
    assert (hours[-1], hours[1]) == (end, step)
    assert len(hours) <= 8
    assert (panel.now_x is None) == (now > last + 168)


def test_a_mark_falls_on_the_value_that_it_is_about() -> None:
    [flag] = drawn((24, 3), marks=[Mark(hours=24, level="urgent")]).flags
    assert flag.foot == SEVERE - 7
    assert flag.icon_x == pytest.approx(flag.x - 9, abs=0.1)


def test_of_marks_close_together_only_the_worst_has_an_icon_and_none_is_lost() -> None:
    marks = [
        Mark(hours=h, level=level) for h, level in ((20, "same_day"), (21, "emergency"), (46, "routine"))
    ]
    flags = drawn((48, 1), marks=marks).flags
    assert [flag.level for flag in flags] == ["same_day", "emergency", "routine"]
    assert [flag.icon_x is not None for flag in flags] == [False, True, True]


@pytest.mark.parametrize(
    ("said", "now", "words"),
    [
        (((3, 3), (157, 1)), 157.5, "now mild"),
        (((3, 3), (40, 0)), 157, "last none"),
        (((3, 3), (150, None)), 151, "now not known"),
        ((), 10, "no answer yet"),
    ],
)
def test_each_panel_says_how_it_stands(said: Any, now: float, words: str) -> None:
    assert drawn(*said, now_h=now).latest == words


def test_the_drawing_is_said_in_full_to_who_hears_the_page() -> None:
    said = drawn((1, 3), (26, 1), marks=[Mark(hours=26, level="urgent", words="pus")], course=COURSE).spoken
    assert said == (
        "1 hour: severe; 26 hours: mild. Marked: 26 hours: call now, pus. "
        "Expected course: at most moderate until 72 hours, at most mild until 168 hours."
    )


def test_four_symptoms_have_four_shapes_and_four_dashes() -> None:
    names = ("Redness", "Pain", "Swelling", "Itch")
    panels = drawing.draw([Series(name=name, points=points((1, 1))) for name in names], words=WORDS).panels
    assert len({panel.shape for panel in panels}) == len({panel.dash for panel in panels}) == 4


def test_a_warning_about_no_symptom_has_a_panel_of_its_own() -> None:
    other = [
        Mark(hours=30, level="urgent", words="pus bumps"),
        Mark(hours=10, level="same_day", words="fever"),
    ]
    shown = drawing.draw([Series(name="Itch", points=points((30, 0)))], words=WORDS, other_marks=other)
    assert [panel.name for panel in shown.panels] == ["Itch", "Other warnings"]
    assert shown.panels[1].words == "10 hours: fever. 30 hours: pus bumps."
    assert [(row.hours, row.answers, row.level) for row in shown.rows] == [
        (30, ["None"], "urgent"),
        (10, ["Not known"], "same_day"),
    ]


def test_pictures_are_marked_at_their_hours_in_a_panel_with_words_for_all() -> None:
    itch, shots = (
        Series(name="Itch", points=points((96, 0))),
        [Shots(hours=24, number=1), Shots(hours=48, number=3)],
    )
    shown = drawing.draw([itch], words=WORDS, shots=shots)
    assert shown.has_pictures
    panel = shown.panels[-1]
    assert (panel.name, panel.spoken) == ("Pictures", "24 hours: one picture; 48 hours: 3 pictures.")
    # A quarter and a half of the way from 92 to 312, less half an icon.
    assert panel.cameras == [138.0, 193.0]
    assert rendered(shown).count('class="camera"') == 2
    assert not drawing.draw([itch], words=WORDS).has_pictures


def test_the_table_holds_what_the_drawing_shows() -> None:
    pain = Series(name="Pain", points=points((1, None), (26, 2)), marks=[Mark(hours=26, level="same_day")])
    html = rendered(drawing.draw([Series(name="Redness", points=points((1, 3))), pain], words=WORDS))
    cells = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<tbody>")[1]))
    assert "26 h Not known Moderate Speak today 1 h Severe Not known" in re.sub(r"\s+", " ", cells)
    assert "<table" not in rendered(drawing.draw([pain], words=WORDS), table=False)


def test_a_drawing_has_a_title_and_a_text_and_no_inline_style() -> None:
    shown = drawing.draw(
        [Series(name="Redness", points=points((1.5, 3)), course=COURSE)], words=WORDS, now_h=2.5
    )
    html = " ".join(rendered(shown).split())
    assert 'role="img" aria-labelledby="c-1-title" aria-describedby="c-1-text"' in html
    assert '<title id="c-1-title">Redness, by hours since treatment</title>' in html
    assert "1 hour: severe." in html
    assert "style=" not in html


def test_places_are_written_with_a_point_in_every_language() -> None:
    from django.utils import translation

    shown = drawing.draw([Series(name="Redness", points=points((1.5, 3)))], words=WORDS, now_h=2.5)
    with translation.override("de"):
        html = rendered(shown)
    assert re.search(r"translate\(98\.9 49\.0\)", html)
    assert not re.search(r'="M?\d+,\d+"', html.replace(" ", ""))
