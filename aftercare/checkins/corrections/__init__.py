"""Corrections by staff of a procedure or an intake, and the judgements that follow."""
