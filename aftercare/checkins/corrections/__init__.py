"""Corrections by staff of a procedure or an intake, and the re-evaluation that follows."""
