"""The reading difficulty of every sentence for patients."""
