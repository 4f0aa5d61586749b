"""Accounts and signing in, for patients and staff."""
