"""Course bars: usual, taking longer, tell us, now."""

import pytest
from django.template import Context, Template

from aftercare.ui.course import CourseBar, course_axis, course_bar


@pytest.mark.parametrize(
    ("usual", "tell_us", "now", "bar"),
    [
        (48, 72, 26, CourseBar(usual="40.00%", late="20.00%", tell_us="60.00%", now="21.67%")),
        (72, 120, None, CourseBar(usual="60.00%", late="40.00%", tell_us="100.00%", now="")),
        # Longer than the bar: hatched to its end, no flag, and now beyond it.
        (72, 240, 130, CourseBar(usual="60.00%", late="40.00%", tell_us="", now="")),
        (144, 240, 0, CourseBar(usual="100.00%", late="0.00%", tell_us="", now="0.00%")),
        (24, 24, 120, CourseBar(usual="20.00%", late="0.00%", tell_us="20.00%", now="100.00%")),
    ],
)
def test_a_bar_is_solid_then_hatched_then_flagged(
    usual: float, tell_us: float, now: float | None, bar: CourseBar
) -> None:
    assert course_bar(usual_until_h=usual, tell_us_after_h=tell_us, now_h=now) == bar


@pytest.mark.parametrize(("usual", "tell_us"), [(0, 24), (48, 24), (-1, 2)])
def test_hours_out_of_order_are_an_error(usual: float, tell_us: float) -> None:
    with pytest.raises(ValueError, match="out of order"):
        course_bar(usual_until_h=usual, tell_us_after_h=tell_us)


@pytest.mark.parametrize(("now", "pill"), [(2, -4), (26, -21), (118, -38)])
def test_the_word_now_stays_on_the_bar(now: float, pill: int) -> None:
    axis = course_axis([(17, "Wed"), (200, "Thu")], now_h=now)
    assert axis.pill == pill
    assert [tick.word for tick in axis.ticks] == ["Wed"]


def test_the_drawing_has_no_inline_style_and_is_left_to_the_words_beside_it() -> None:
    source = (
        "{% load recovery %}{% course_axis ticks 26 %}{% course_bar 'redness' 48 72 26 %}{% course_key %}"
    )
    drawn = Template(source).render(Context({"ticks": [(17.25, "Wed")]}))
    assert "style" not in drawn
    assert drawn.count('<svg class="course"') == drawn.count('aria-hidden="true"') == 5
    assert drawn.count('id="hatch-redness"') == 1
    assert 'fill="url(#hatch-redness)"' in drawn
