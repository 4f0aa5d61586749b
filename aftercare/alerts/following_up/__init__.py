"""Time-driven rules: escalation, chases, alarm drill."""
