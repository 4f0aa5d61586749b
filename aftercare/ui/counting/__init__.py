"""Spans of time that an open page counts on by itself."""
