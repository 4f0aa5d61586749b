"""Encryption at rest: of free text about a person, sessions, and secrets of second factors."""
