"""Tests of the first visit of a patient."""
