"""Writes that touch several models, each in one transaction; one module for each subject."""
