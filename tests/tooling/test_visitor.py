"""The smoke run's visitor reads forms as a browser would send them."""

import pytest

from tools.run.visitor import Page
from tools.servers.errors import ServerError

PAGE = """
<form method="post" action="/accounts/logout/"><input type="hidden" name="csrf" value="other"></form>
<form method="post">
  <input type="hidden" name="csrf" value="secret">
  <input type="text" name="note" value="typed">
  <input type="radio" name="redness" value="0">
  <input type="radio" name="redness" value="1" checked>
  <input type="checkbox" name="signs" value="pus">
  <input type="checkbox" name="signs" value="none" checked>
  <input type="submit" name="button" value="Send">
</form>
"""


def test_the_form_of_the_page_itself_is_found_and_holds_what_is_ticked() -> None:
    form = Page("http://localhost/check-in/", 200, PAGE).form()
    assert form.fields == {"csrf": ["secret"], "note": ["typed"], "redness": ["1"], "signs": ["none"]}


def test_a_page_without_a_form_of_its_own_is_an_error_that_names_the_page() -> None:
    with pytest.raises(ServerError, match="/check-in/ shows no form"):
        Page("http://localhost/check-in/", 200, "<p>Nothing here</p>").form()
