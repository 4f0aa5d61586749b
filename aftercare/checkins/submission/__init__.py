"""Submission of a check-in: validation, placement, evaluation, storage."""
