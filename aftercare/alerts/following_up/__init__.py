"""Time-driven rules: escalation, chases, the return of alerts without an available owner."""
