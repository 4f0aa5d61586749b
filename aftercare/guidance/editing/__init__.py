"""Editing in Wagtail: forms, comparison, review, pictures, and who may edit."""
