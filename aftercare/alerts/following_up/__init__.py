"""Rules that time drives: escalation, chases, the alarm drill."""
