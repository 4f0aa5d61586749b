"""Triage: answers, history and expected course go in, an assessment comes out.

Pure Python: no database, no settings, no clock. Time comes in as aware instants; ``h`` is the elapsed
time since the procedure, in hours.
"""

from aftercare.triage.answers import (
    SYMPTOMS,
    Answers,
    CameBack,
    EmergencySign,
    Painkiller,
    Sign,
    Symptom,
    Unwell,
)
from aftercare.triage.asked import not_asked
from aftercare.triage.courses import (
    DEFAULT_COURSES,
    CourseError,
    ExpectedCourse,
    SymptomCourse,
    sign_ceiling,
    symptom_ceilings,
)
from aftercare.triage.evaluation import (
    RULESET_VERSION,
    NewlyFired,
    evaluate,
    fires_emergency,
    newly_fired,
)
from aftercare.triage.findings import Assessment, Evidence, Finding
from aftercare.triage.levels import Level
from aftercare.triage.limits import LIMITS, Limits
from aftercare.triage.rules import RULES
from aftercare.triage.rules.catalogue import Rule
from aftercare.triage.rules.clusters import (
    CLUSTER_DAYS,
    CLUSTER_PATIENTS,
    CLUSTER_RULES,
    SignReport,
    clusters_at,
    clusters_of,
)
from aftercare.triage.series import Entry
from aftercare.triage.timed import (
    CONTACT_REQUESTED,
    TIMED_RULES,
    TimedRule,
    acknowledge_by,
    missed_check_ins,
    rules_to_tell,
    silent_after_alert,
    treated_over_open_alert,
    unacknowledged,
)

__all__ = [
    "CLUSTER_DAYS",
    "CLUSTER_PATIENTS",
    "CLUSTER_RULES",
    "CONTACT_REQUESTED",
    "DEFAULT_COURSES",
    "LIMITS",
    "RULES",
    "RULESET_VERSION",
    "SYMPTOMS",
    "TIMED_RULES",
    "Answers",
    "Assessment",
    "CameBack",
    "CourseError",
    "EmergencySign",
    "Entry",
    "Evidence",
    "ExpectedCourse",
    "Finding",
    "Level",
    "Limits",
    "NewlyFired",
    "Painkiller",
    "Rule",
    "Sign",
    "SignReport",
    "Symptom",
    "SymptomCourse",
    "TimedRule",
    "Unwell",
    "acknowledge_by",
    "clusters_at",
    "clusters_of",
    "evaluate",
    "fires_emergency",
    "missed_check_ins",
    "newly_fired",
    "not_asked",
    "rules_to_tell",
    "sign_ceiling",
    "silent_after_alert",
    "symptom_ceilings",
    "treated_over_open_alert",
    "unacknowledged",
]
