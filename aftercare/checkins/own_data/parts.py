"""The parts of the file of a patient's own data: which columns of which tables it has, and which it leaves out.

A test compares these lists with the models: a new column, or a new table about a person, is in one of them.
"""

from __future__ import annotations

from aftercare.checkins.own_data.person_parts import OF_THE_PERSON, PERSON
from aftercare.checkins.own_data.record_parts import ASSESSMENT, FINDING, OF_THE_RECORD, RECORD

LISTS = (*OF_THE_PERSON, *OF_THE_RECORD)
EVERY = (PERSON, RECORD, *LISTS, ASSESSMENT, FINDING)
